package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/redislint/redislint/internal/admission"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/policies"
)

// readAll is a compiler whose policies are what they are made of: the text of a rule, and the configuration.
func readAll(_ context.Context, folder rules.Folder, config []byte) (string, error) {
	rule, err := fs.ReadFile(folder.FS, "memory/own_rule.rego")
	if err != nil {
		return "", err
	}
	if bytes.Contains(rule, []byte("broken")) {
		return "", errors.New("own_rule.rego:1: broken")
	}
	return string(rule) + string(config), nil
}

// configMap is a folder that a ConfigMap is mounted at, as the kubelet writes it.
type configMap string

func (c configMap) mount(t *testing.T, edition string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		write(t, filepath.Join(string(c), ".."+edition, name), text)
	}
	next := filepath.Join(string(c), "..data_tmp")
	if err := os.Symlink(".."+edition, next); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, filepath.Join(string(c), "..data")); err != nil {
		t.Fatal(err)
	}
	for name := range files {
		top, _, _ := strings.Cut(name, "/")
		if err := os.Symlink(filepath.Join("..data", top), filepath.Join(string(c), top)); err != nil && !errors.Is(err, fs.ErrExist) {
			t.Fatal(err)
		}
	}
}

func TestReload(t *testing.T) {
	t.Parallel()
	folder := configMap(t.TempDir())
	m, err := newMetrics(prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	compiled := 0
	r := &reloader[string]{
		folder: string(folder), file: filepath.Join(string(folder), "redislint.yaml"), interval: time.Hour,
		compile: func(ctx context.Context, folder rules.Folder, config []byte) (string, error) {
			compiled++
			return readAll(ctx, folder, config)
		},
		log: newLogger(&log, "json", slog.LevelInfo), metrics: m,
	}
	type look struct {
		policy, detail, fault              string
		compiled, accepted, refused, lines int
	}
	at := func() look {
		l := look{policy: r.current(), compiled: compiled, lines: strings.Count(log.String(), "\n")}
		detail, err := r.state()
		l.detail, _, _ = strings.Cut(detail, " 2")
		if _, why, found := strings.Cut(detail, "stay in force: "); found {
			l.detail = "stays: " + why
		}
		if err != nil {
			l.fault, _, _ = strings.Cut(err.Error(), ":")
		}
		l.accepted, l.refused = int(value(t, m.reloads.WithLabelValues("accepted"))), int(value(t, m.reloads.WithLabelValues("refused")))
		return l
	}
	files := func(rule, config string) map[string]string {
		return map[string]string{"memory/own_rule.rego": rule, "redislint.yaml": config}
	}
	steps := []struct {
		name string
		do   func()
		want look
	}{
		{"nothing was looked at", nil, look{fault: "not compiled yet"}},
		{"nothing is there", func() { r.load(t.Context()) }, look{fault: "read the configuration", refused: 1, lines: 1}},
		{
			"a broken first", func() { folder.mount(t, "0", files("broken", "")); r.load(t.Context()) },
			look{fault: "own_rule.rego", compiled: 1, refused: 2, lines: 2},
		},
		{
			"a good one", func() { folder.mount(t, "1", files("A", "1")); r.load(t.Context()) },
			look{policy: "A1", detail: "loaded", compiled: 2, accepted: 1, refused: 2, lines: 3},
		},
		{
			"the same again", func() { r.load(t.Context()) },
			look{policy: "A1", detail: "loaded", compiled: 2, accepted: 1, refused: 2, lines: 3},
		},
		{
			"the same in another edition", func() { folder.mount(t, "2", files("A", "1")); r.load(t.Context()) },
			look{policy: "A1", detail: "loaded", compiled: 2, accepted: 1, refused: 2, lines: 3},
		},
		{
			"another configuration", func() { folder.mount(t, "3", files("A", "2")); r.load(t.Context()) },
			look{policy: "A2", detail: "loaded", compiled: 3, accepted: 2, refused: 2, lines: 4},
		},
		{
			"a broken one", func() { folder.mount(t, "4", files("broken", "2")); r.load(t.Context()) },
			look{policy: "A2", detail: "stays: own_rule.rego:1: broken", compiled: 4, accepted: 2, refused: 3, lines: 5},
		},
		{
			"a broken one, still", func() { r.load(t.Context()) },
			look{policy: "A2", detail: "stays: own_rule.rego:1: broken", compiled: 4, accepted: 2, refused: 3, lines: 5},
		},
		{
			"what was there before", func() { folder.mount(t, "5", files("A", "2")); r.load(t.Context()) },
			look{policy: "A2", detail: "loaded", compiled: 4, accepted: 2, refused: 3, lines: 5},
		},
		{
			"the broken one again", func() { folder.mount(t, "6", files("broken", "2")); r.load(t.Context()) },
			look{policy: "A2", detail: "stays: own_rule.rego:1: broken", compiled: 5, accepted: 2, refused: 4, lines: 6},
		},
		{"a change in the middle of it", func() {
			folder.mount(t, "7", files("B", "1"))
			inner := r.compile
			r.compile = func(ctx context.Context, own rules.Folder, config []byte) (string, error) {
				policy, err := inner(ctx, own, config)
				folder.mount(t, "8", files("B", "2"))
				return policy, err
			}
			r.load(t.Context())
			r.compile = inner
		}, look{policy: "A2", detail: "stays: own_rule.rego:1: broken", compiled: 6, accepted: 2, refused: 4, lines: 6}},
		{
			"what it changed to", func() { r.load(t.Context()) },
			look{policy: "B2", detail: "loaded", compiled: 7, accepted: 3, refused: 4, lines: 7},
		},
	}
	for _, step := range steps {
		if step.do != nil {
			step.do()
		}
		if diff := cmp.Diff(step.want, at(), cmp.AllowUnexported(look{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s\n%s", step.name, diff, log.String())
		}
	}
}

func TestReloadReadsNothingWithoutBounds(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T, folder string){
		"a rule that is a device": func(t *testing.T, folder string) {
			if err := os.Symlink("/dev/zero", filepath.Join(folder, "zero.rego")); err != nil {
				t.Fatal(err)
			}
		},
		"a rule that is bigger than all may be": func(t *testing.T, folder string) {
			write(t, filepath.Join(folder, "big.rego"), "")
			if err := os.Truncate(filepath.Join(folder, "big.rego"), 1<<40); err != nil {
				t.Fatal(err)
			}
		},
		"too many rules": func(t *testing.T, folder string) {
			for i := range maxRuleFiles + 1 {
				write(t, filepath.Join(folder, strings.Repeat("r", 1+i%100)+strings.Repeat("s", i/100)+".rego"), "")
			}
		},
	}
	for name, prepare := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &reloader[string]{folder: t.TempDir()}
			prepare(t, r.folder)
			if _, err := r.read(); err == nil {
				t.Error("read")
			}
		})
	}
}

const ownRule = `# METADATA
# title: Own rule
# description: Something of our own goes wrong.
# custom:
#   severity: warning
#   remediation: Do what we do.
`

func TestCompile(t *testing.T) {
	t.Parallel()
	example, err := os.ReadFile("../../policies/memory/maxmemory_unset.rego")
	if err != nil {
		t.Fatal(err)
	}
	swapped := strings.NewReplacer("package redislint.memory.maxmemory_unset", "package redislint.memory.own_rule",
		"bad: |", "good: |", "good: |", "bad: |").Replace(string(example))
	tests := map[string]struct {
		rule, config string
		fault        string // "" for none
	}{
		"what is built in":                       {},
		"a configuration":                        {config: "version: 1\nrules:\n  maxmemory-unset: {admission: off}\n  sentinel-too-few: {admission: warn, deletion: deny, severity: info}\n"},
		"a configuration that is empty":          {config: " ", fault: "configuration:1:1: nothing in it"},
		"a key that nobody knows":                {config: "version: 1\nrule: {}", fault: `configuration:2:1: unknown key "rule", did you mean rules?`},
		"a rule that nobody knows":               {config: "version: 1\nrules: {maxmemory-unsett: {admission: warn}}", fault: `configuration:2:9: unknown rule "maxmemory-unsett"`},
		"an action that nobody knows":            {config: "version: 1\nrules: {maxmemory-unset: {admission: scold}}", fault: `configuration:2:38: "scold" is not deny, warn, audit or off`},
		"a rule that does not compile":           {rule: "package memory.own_rule\n\nfindings contains 1 if", fault: "own/memory/own_rule.rego:"},
		"a rule that contradicts its examples":   {rule: swapped, fault: "self-test of rule own-rule: own/memory/own_rule.rego:"},
		"a rule that is no better than built-in": {rule: ownRule, fault: "own/memory/own_rule.rego:"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var folder rules.Folder
			if test.rule != "" {
				own := t.TempDir()
				write(t, filepath.Join(own, "memory/own_rule.rego"), test.rule)
				folder = rules.Folder{Name: "own", FS: os.DirFS(own)}
			}
			var text []byte
			if test.config != "" {
				text = []byte(test.config)
			}
			policy, err := compile(t.Context(), folder, text)
			switch {
			case err == nil && test.fault != "":
				t.Errorf("compiled, want %s", test.fault)
			case err != nil && (test.fault == "" || !strings.HasPrefix(err.Error(), test.fault)):
				t.Errorf("got %v, want %s", err, test.fault)
			case err == nil && policy == nil:
				t.Error("no policy")
			}
		})
	}
}

func TestParseConfig(t *testing.T) {
	t.Parallel()
	library, err := rules.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	got, err := parseConfig([]byte(`version: 1
fail-on: never
rules:
  maxmemory-unset: {admission: off}
  sentinel-even: {severity: off, admission: deny}
  sentinel-too-few: {admission: audit, deletion: deny, params: {min: 5}}
  volume-tight: {severity: info, deletion: warn}
waivers: [{rule: volume-tight, name: a, reason: b}]
inline-waivers: {forbid: true}
`), library)
	if err != nil {
		t.Fatal(err)
	}
	want := admission.Config{
		Actions:      map[string]admission.Action{"sentinel-even": admission.Deny, "sentinel-too-few": admission.Audit},
		DenyDeletion: []string{"sentinel-too-few"},
		Selection: rules.Selection{
			Disable:  []string{"sentinel-even", "maxmemory-unset"},
			Params:   map[string]map[string]any{"sentinel-too-few": {"min": 5}},
			Severity: map[string]rules.Severity{"volume-tight": rules.Info},
			Scopes:   map[string]rules.Scope{},
			Waivers:  []rules.Entry{{Rule: "volume-tight", Name: "a", Reason: "b"}},
			Inline:   rules.Inline{Forbidden: true},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if none, err := parseConfig(nil, library); err != nil || len(none.Actions)+len(none.Selection.Disable) > 0 {
		t.Errorf("without a file: %+v, %v", none, err)
	}
}

// TestTheDocumentedConfigurationIsOne keeps the example that operators copy.
func TestTheDocumentedConfigurationIsOne(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/webhook.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(document), "```yaml\nversion: 1\n")
	example, _, ended := strings.Cut(example, "```")
	if !found || !ended {
		t.Fatal("docs/webhook.md has no example of a configuration")
	}
	if _, err := compile(t.Context(), rules.Folder{}, []byte("version: 1\n"+example)); err != nil {
		t.Error(err)
	}
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		if _, err := compile(b.Context(), rules.Folder{}, nil); err != nil {
			b.Fatal(err)
		}
	}
}
