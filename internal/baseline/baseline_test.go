package baseline_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/baseline"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

const (
	one   = "0000000000000001"
	two   = "0000000000000002"
	three = "0000000000000003"
)

func found(rule, fingerprint string, severity rules.Severity) rules.Finding {
	object := &manifest.Object{File: rule + ".yaml", Kind: "StatefulSet", Namespace: "shop", Name: "redis"}
	return rules.Finding{
		Rule: &rules.Rule{ID: rule}, Severity: severity, Fingerprint: fingerprint, Message: "m",
		Place: rules.Place{Object: object, In: object},
	}
}

func same(file string) string { return file }

func TestMark(t *testing.T) {
	t.Parallel()
	recorded := baseline.Of([]rules.Finding{
		found("a", one, rules.Warning), found("b", two, rules.Warning), found("b", two, rules.Info),
	}, same)
	waived := found("a", one, rules.Warning)
	waived.Suppressed = &rules.Suppression{Reason: "agreed", Form: rules.Annotation}
	for name, test := range map[string]struct {
		finding rules.Finding
		want    string // reason of its suppression
	}{
		"the same is known":                         {found("a", one, rules.Warning), "in the baseline"},
		"a milder one is known":                     {found("a", one, rules.Info), "in the baseline"},
		"a worse one is new":                        {found("a", one, rules.Error), ""},
		"the worst of two that are recorded counts": {found("b", two, rules.Warning), "in the baseline"},
		"another one is new":                        {found("a", three, rules.Info), ""},
		"a waiver stays what suppresses":            {waived, "agreed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			findings := []rules.Finding{test.finding}
			recorded.Mark(findings)
			got := ""
			if findings[0].Suppressed != nil {
				got = findings[0].Suppressed.Reason
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestRenamedRule(t *testing.T) {
	t.Parallel()
	before := baseline.Of([]rules.Finding{found("old-name", one, rules.Warning)}, same)
	renamed := found("new-name", two, rules.Warning)
	renamed.Former = []string{one}
	now := []rules.Finding{renamed}
	all := func(baseline.Entry) bool { return true }
	none := func(baseline.Entry) bool { return false }
	if stale := before.Stale(now, all); len(stale) > 0 {
		t.Errorf("stale: %v", stale)
	}
	next, _ := before.Renew(now, none, same)
	if len(next.Entries) != 1 || next.Entries[0].Rule != "new-name" || next.Entries[0].Fingerprint != two {
		t.Errorf("renewed: %v", next.Entries)
	}
	if before.Mark(now); now[0].Suppressed == nil {
		t.Error("it is new under its rule's new name")
	}
}

func TestRenew(t *testing.T) {
	t.Parallel()
	before := baseline.Of([]rules.Finding{
		found("stays", one, rules.Warning), found("goes", two, rules.Warning), found("unseen", three, rules.Warning),
	}, same)
	judged := func(e baseline.Entry) bool { return e.Rule != "unseen" }
	waived := found("waived", "0000000000000005", rules.Error)
	waived.Suppressed = &rules.Suppression{Reason: "agreed", Form: rules.Comment}
	now := []rules.Finding{found("stays", one, rules.Error), found("comes", "0000000000000004", rules.Info), waived}

	if stale := before.Stale(now, judged); len(stale) != 1 || stale[0].String() != "goes in StatefulSet shop/redis" {
		t.Errorf("stale: %v", stale)
	}
	next, change := before.Renew(now, judged, same)
	var got []string
	for _, e := range next.Entries {
		got = append(got, e.Rule+" "+string(e.Severity))
	}
	if diff := cmp.Diff([]string{"comes info", "stays error", "unseen warning"}, got); diff != "" {
		t.Error(diff)
	}
	if change != (baseline.Change{Added: 1, Dropped: 1}) {
		t.Errorf("change: %+v", change)
	}
	// What the renewed baseline has is known, and nothing of it is stale.
	next.Mark(now)
	if now[0].Suppressed == nil || now[1].Suppressed == nil || len(next.Stale(now, judged)) > 0 {
		t.Errorf("%+v", now)
	}
	if again, change := next.Renew(now, judged, same); !cmp.Equal(next, again) || change != (baseline.Change{}) {
		t.Errorf("%+v, %+v", again, change)
	}
}

// The order of the findings is not that of the file, and hostile names are on one line of ASCII.
func TestWriteIsStable(t *testing.T) {
	t.Parallel()
	evil := found("b", two, rules.Error)
	evil.Object = &manifest.Object{Kind: "Evil\x1b[31m", Name: "a\nb\u202e]]><script>\U0001f600\x7f%0A"}
	findings := []rules.Finding{evil, found("a", one, rules.Info), found("c", three, rules.Warning), found("a", one, rules.Info)}
	path := filepath.Join(t.TempDir(), "known.json")
	if err := baseline.Of(findings, same).Write(path); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(text), "\n"); lines != 8 {
		t.Errorf("%d lines:\n%s", lines, text)
	}
	if i := slices.IndexFunc(text, func(b byte) bool { return b != '\n' && b < ' ' || b >= 0x7f }); i >= 0 {
		t.Errorf("byte %d is %#x", i, text[i])
	}
	read, err := baseline.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(findings)
	if diff := cmp.Diff(baseline.Of(findings, same), read); diff != "" {
		t.Error(diff)
	}
}

func TestWriteReplacesTheTargetOfALink(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	target, link := filepath.Join(folder, "target.json"), filepath.Join(folder, "link.json")
	if err := os.WriteFile(target, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if err := baseline.Of(nil, same).Write(link); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
	if info, err := os.Stat(target); err != nil || info.Size() == 0 || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := baseline.Of(nil, same).Write(folder); err == nil {
		t.Error("a folder was replaced")
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 2 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	entry := `{"rule": "a", "severity": "error", "object": "", "file": "", "fingerprint": "` + one + `"}`
	if _, err := baseline.Parse([]byte(`{"version": 1, "findings": [` + entry + `]}`)); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ text, want string }{
		"nothing":                  {"", "it is empty"},
		"half a file":              {`{"version": 1, "findings": [`, "it breaks off"},
		"a list":                   {"[]", "line 1: it is of the wrong type: array"},
		"another document":         {`{"kind": "Pod"}`, "it has no version, so it is no baseline"},
		"another version":          {`{"version": 2, "findings": {}}`, "it is of version 2, and this redislint reads version 1"},
		"a version that is a text": {`{"version": "one"}`, `it is of version "one", and this redislint reads version 1`},
		"no findings":              {`{"version": 1}`, "it has no findings, not even an empty list"},
		"findings of another type": {"{\"version\": 1,\n\"findings\": 3}", "line 2: findings is of the wrong type: number"},
		"an unknown field":         {`{"version": 1, "findings": [], "more": 1}`, `unknown field "more"`},
		"more behind the end":      {"{\"version\": 1, \"findings\": []}\n{}", "line 2: there is more behind the end"},
		"an entry without a rule":  {`{"version": 1, "findings": [{}]}`, "findings[0] has no rule"},
		"an unknown severity": {
			strings.Replace(`{"version": 1, "findings": [`+entry+`]}`, `"error"`, `"fatal"`, 1),
			`findings[0] has the severity "fatal", not error, warning or info`,
		},
		"no fingerprint": {
			strings.Replace(`{"version": 1, "findings": [`+entry+`]}`, one, "XYZ", 1),
			`findings[0] has the fingerprint "XYZ", not 16 hexadecimal digits`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := baseline.Parse([]byte(test.text)); err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

// Whatever is read can be written and read again.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"version": 1, "findings": []}`))
	f.Add([]byte(`{"version": 1, "findings": [{"rule":"a","severity":"info","object":"Pod \u001b\ud800","file":"x","fingerprint":"0123456789abcdef"}]}`))
	f.Add([]byte(`{"version": 1e0}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := baseline.Parse(text)
		if err != nil {
			return
		}
		written, err := b.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		again, err := baseline.Parse(written)
		if err != nil {
			t.Fatalf("%v in\n%s", err, written)
		}
		if diff := cmp.Diff(b, again); diff != "" {
			t.Error(diff)
		}
	})
}
