package fix_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/fix"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/topology"
)

// finding has one safe fix.
func finding(changes ...rules.Change) rules.Finding {
	return rules.Finding{Rule: &rules.Rule{ID: "rule"}, Fixes: []rules.Fix{{Safe: true, Changes: changes}}}
}

func decode(t testing.TB, text string) *manifest.Object {
	t.Helper()
	set := manifest.Decode([]manifest.Input{{Name: "a.yaml", Data: []byte(text)}}, manifest.Options{})
	if len(set.Objects) == 0 {
		t.Fatalf("no object: %v", set.Errors)
	}
	return set.Objects[len(set.Objects)-1]
}

func place(o *manifest.Object, path ...string) rules.Place {
	return rules.Place{Object: o, Path: path, In: o, Position: o.Locate(path)}
}

// fixed applies the fix of a finding to the text of its only file.
func fixed(t testing.TB, f rules.Finding, text string) (string, error) {
	t.Helper()
	repair, err := fix.For(f, false)
	if err != nil {
		return "", err
	}
	for _, e := range repair.Edits {
		if e.Source != text || e.File != "a.yaml" {
			t.Errorf("an edit of %s, which reads %q", e.File, e.Source)
		}
	}
	after, err := fix.Apply(text, repair.Edits)
	if err != nil {
		t.Fatal(err)
	}
	return after, nil
}

const head = "apiVersion: v1\nkind: ConfigMap\n"

func TestScalars(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ before, after string }{
		"a plain amount":                       {"v: 512Mi\n", "v: 2Gi\n"},
		"a comment behind it":                  {"v: 512Mi # why\n", "v: 2Gi # why\n"},
		"double quotes":                        {`v: "512Mi"` + "\n", `v: "2Gi"` + "\n"},
		"single quotes":                        {"v: '512Mi'\n", "v: '2Gi'\n"},
		"spaces that nobody needs":             {"v:    512Mi   \nw: 1\n", "v:    2Gi   \nw: 1\n"},
		"a map in braces":                      {"x: {a: 1, v: 512Mi, b: 2}\nv: 512Mi\n", "x: {a: 1, v: 512Mi, b: 2}\nv: 2Gi\n"},
		"line breaks of Windows":               {"v: 512Mi\r\nw: 1\r\n", "v: 2Gi\r\nw: 1\r\n"},
		"no line break at the end":             {"v: 512Mi", "v: 2Gi"},
		"an anchor that nobody uses":           {"v: &a 512Mi\n", "v: &a 2Gi\n"},
		"a block with one line":                {"v: |-\n  512Mi\n", "v: |-\n  2Gi\n"},
		"a folded block with one line":         {"v: >-\n    512Mi\n", "v: >-\n    2Gi\n"},
		"a key that is missing":                {"w: 1\nx: [a]\n", "w: 1\nx: [a]\nv: 2Gi\n"},
		"a key with nothing behind it":         {"v:\nw: 1\n", "v: 2Gi\nw: 1\n"},
		"a key with nothing but a comment":     {"v: # to do\nw: 1\n", "v: 2Gi # to do\nw: 1\n"},
		"null":                                 {"v: null\n", "v: 2Gi\n"},
		"a tilde":                              {"v: ~\n", "v: 2Gi\n"},
		"a key that is missing, Windows":       {"w: 1\r\n", "w: 1\r\nv: 2Gi\r\n"},
		"a key that is missing, no last break": {"w: 1", "w: 1\nv: 2Gi"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, before := range []string{head, "\ufeff" + head, "a: 1\n---\n" + head} {
				if strings.Contains(test.before, "\r\n") {
					before = strings.ReplaceAll(before, "\n", "\r\n")
				}
				text := before + test.before
				o := decode(t, text)
				from := any(int64(512 << 20))
				if o.Root.Get("v").Kind() != manifest.String {
					from = nil
				}
				got, err := fixed(t, finding(rules.Change{Place: place(o, "v"), Form: topology.Bytes, From: from, To: int64(2 << 30)}), text)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(before+test.after, got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			}
		})
	}
}

func TestMissingKeys(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ before, after string }{
		"below a map that is there": {
			"resources:\n    limits:\n        memory: 2Gi\n",
			"resources:\n    limits:\n        memory: 2Gi\n    requests:\n        memory: 2Gi\n",
		},
		"beside a map in braces": {
			"resources:\n  limits: {memory: 2Gi} # why\n",
			"resources:\n  limits: {memory: 2Gi} # why\n  requests: {memory: 2Gi}\n",
		},
		"in the map itself": {
			"resources:\n  requests:\n    cpu: 500m # half\n  limits:\n    memory: 2Gi\n",
			"resources:\n  requests:\n    cpu: 500m # half\n    memory: 2Gi\n  limits:\n    memory: 2Gi\n",
		},
		"in braces": {
			"resources: {requests: {cpu: 500m}, limits: {memory: 2Gi}}\n",
			"resources: {requests: {cpu: 500m, memory: 2Gi}, limits: {memory: 2Gi}}\n",
		},
		"in braces with spaces": {
			"resources: { limits: { memory: 2Gi } }\n",
			"resources: { limits: { memory: 2Gi }, requests: {memory: 2Gi} }\n",
		},
		"braces over several lines": {
			"resources: {\n  limits: {memory: 2Gi}\n}\n",
			"resources: {\n  limits: {memory: 2Gi},\n  requests: {memory: 2Gi}\n}\n",
		},
		"empty braces": {
			"resources: {}\nx: 1\n",
			"resources:\n  requests:\n    memory: 2Gi\nx: 1\n",
		},
		"empty braces with a comment": {
			"resources: {} # as you like\n",
			"resources: {requests: {memory: 2Gi}} # as you like\n",
		},
		"a key with nothing": {
			"resources:\nx: 1\n",
			"resources:\n  requests:\n    memory: 2Gi\nx: 1\n",
		},
		"behind a text in several lines": {
			"resources:\n  note: |\n    a\n    b\n\nx: 1\n",
			"resources:\n  note: |\n    a\n    b\n  requests:\n    memory: 2Gi\n\nx: 1\n",
		},
		"behind a text that keeps its last lines": {
			"resources:\n  note: |+\n    a\n\nx: 1\n",
			"resources:\n  note: |+\n    a\n\n  requests:\n    memory: 2Gi\nx: 1\n",
		},
		"quoted keys": {
			"\"resources\":\n  \"limits\":\n    \"memory\": 2Gi\n",
			"\"resources\":\n  \"limits\":\n    \"memory\": 2Gi\n  \"requests\":\n    \"memory\": 2Gi\n",
		},
		"nothing at all": {
			"x: 1\n",
			"x: 1\nresources:\n  requests:\n    memory: 2Gi\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := head + test.before
			o := decode(t, text)
			got, err := fixed(t, finding(rules.Change{
				Place: place(o, "resources", "requests", "memory"), Form: topology.Bytes, To: int64(2 << 30),
			}), text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(head+test.after, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if value := decode(t, got).Root.Get("resources", "requests", "memory").Text(); value != "2Gi" {
				t.Errorf("it reads %q", value)
			}
		})
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ before, after string }{
		"on one line": {
			`{"kind":"Pod","resources":{"requests":{"cpu":1},"limits":{"memory":"2Gi"}}}`,
			`{"kind":"Pod","resources":{"requests":{"cpu":1, "memory": "2Gi"},"limits":{"memory":"2Gi"}}}`,
		},
		"with tabs": {
			"{\n\t\"kind\": \"Pod\",\n\t\"resources\": {\n\t\t\"requests\": {\n\t\t\t\"cpu\": 1\n\t\t}\n\t}\n}\n",
			"{\n\t\"kind\": \"Pod\",\n\t\"resources\": {\n\t\t\"requests\": {\n\t\t\t\"cpu\": 1,\n\t\t\t\"memory\": \"2Gi\"\n\t\t}\n\t}\n}\n",
		},
		"nothing in it": {
			`{"kind": "Pod", "resources": {}}`,
			`{"kind": "Pod", "resources": {"requests": {"memory": "2Gi"}}}`,
		},
		"null": {
			`{"kind": "Pod", "resources": {"requests": {"memory": null}}}`,
			`{"kind": "Pod", "resources": {"requests": {"memory": "2Gi"}}}`,
		},
		"a number": {
			`{"kind": "Pod", "resources": {"requests": {"memory": 1073741824}}}`,
			`{"kind": "Pod", "resources": {"requests": {"memory": "2Gi"}}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := decode(t, test.before)
			c := rules.Change{Place: place(o, "resources", "requests", "memory"), Form: topology.Bytes, To: int64(2 << 30)}
			if n, ok := o.Root.Get("resources", "requests", "memory").Int(); ok {
				c.From = n
			}
			got, err := fixed(t, finding(c), test.before)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.after, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	memory := func(bytes int64) rules.Change {
		return rules.Change{Form: topology.Memory, Directive: "maxmemory", To: bytes}
	}
	for name, test := range map[string]struct {
		before, after string
		within        string // what is replaced; "" for all of the text
		change        rules.Change
	}{
		"a value in a block": {
			"v: |\n  # why\n  maxmemory 2gb\n  save 60 1\n", "v: |\n  # why\n  maxmemory 1536mb\n  save 60 1\n", "2gb",
			rules.Change{Form: topology.Memory, Directive: "maxmemory", From: int64(2 << 30), To: int64(1536 << 20)},
		},
		"capitals and powers of ten stay": {
			"v: |\n  maxmemory 2G\n  save 60 1\n", "v: |\n  maxmemory 1500M\n  save 60 1\n", "2G",
			rules.Change{Form: topology.Memory, Directive: "maxmemory", From: int64(2e9), To: int64(1500e6)},
		},
		"plain bytes stay": {
			"v: |\n  maxmemory 2000\n  save 60 1\n", "v: |\n  maxmemory 1024\n  save 60 1\n", "2000",
			rules.Change{Form: topology.Memory, Directive: "maxmemory", From: int64(2000), To: int64(1024)},
		},
		"a value in double quotes": {
			`v: "maxmemory 2gb\nsave 60 1\n"` + "\n", `v: "maxmemory 1536mb\nsave 60 1\n"` + "\n", "2gb",
			rules.Change{Form: topology.Memory, Directive: "maxmemory", From: int64(2 << 30), To: int64(1536 << 20)},
		},
		"a value in a folded text": {
			"v: >\n  --appendonly no\n  --maxmemory 2gb\n", "v: >\n  --appendonly no\n  --maxmemory 1536mb\n", "2gb",
			rules.Change{Form: topology.Memory, Directive: "maxmemory", From: int64(2 << 30), To: int64(1536 << 20)},
		},
		"a value without quotes": {
			"v: --maxmemory 2gb\n", "v: --maxmemory 1536mb\n", "2gb",
			rules.Change{Form: topology.Memory, Directive: "maxmemory", From: int64(2 << 30), To: int64(1536 << 20)},
		},
		"a line at the end": {
			"v: |\n  save 60 1\n  appendonly no\nw: 1\n", "v: |\n  save 60 1\n  appendonly no\n  maxmemory 1536mb\nw: 1\n", "", memory(1536 << 20),
		},
		"a line behind its kin": {
			"v: |\n    maxmemory-policy noeviction\n    save 60 1\n", "v: |\n    maxmemory-policy noeviction\n    maxmemory 1536mb\n    save 60 1\n", "", memory(1536 << 20),
		},
		"a line in double quotes": {
			`v: "save 60 1\nport 1\n"` + "\n", `v: "save 60 1\nport 1\nmaxmemory 1536mb\n"` + "\n", "", memory(1536 << 20),
		},
		"a line, Windows": {
			"v: |\r\n  save 60 1\r\n  port 1\r\n", "v: |\r\n  save 60 1\r\n  port 1\r\n  maxmemory 1536mb\r\n", "", memory(1536 << 20),
		},
		"arguments": {"v: [--save, '60 1']\n", "v: [--save, '60 1', '--maxmemory', '1536mb']\n", "", memory(1536 << 20)},
		"arguments below one another": {
			"v:\n- redis-server\n- --save\n- \"60 1\"\nw: 1\n", "v:\n- redis-server\n- --save\n- \"60 1\"\n- \"--maxmemory\"\n- \"1536mb\"\nw: 1\n", "", memory(1536 << 20),
		},
		"a list of settings":     {"v:\n  - save 60 1\n", "v:\n  - save 60 1\n  - maxmemory 1536mb\n", "", memory(1536 << 20)},
		"a list that is missing": {"w: 1\n", "w: 1\nv: [maxmemory 1536mb]\n", "", memory(1536 << 20)},
		"a line above another": {
			"v: |\n  port 1\n    sentinel monitor m h 1 2\n", "v: |\n  port 1\n    sentinel resolve-hostnames yes\n    sentinel monitor m h 1 2\n",
			"sentinel monitor m h 1 2",
			rules.Change{Line: "sentinel resolve-hostnames yes"},
		},
		"a line above the first": {
			"v: |\n  sentinel monitor m h 1 2\n  port 1\n", "v: |\n  sentinel resolve-hostnames yes\n  sentinel monitor m h 1 2\n  port 1\n",
			"sentinel monitor m h 1 2",
			rules.Change{Line: "sentinel resolve-hostnames yes"},
		},
		"another name": {
			"v: |\n  slave-priority 50\n", "v: |\n  replica-priority 50\n", "slave-priority 50",
			rules.Change{Form: topology.Name, From: "slave-priority", To: "replica-priority"},
		},
		"a line that goes": {
			"v: |\n  port 1\n  hz 10\n  save 60 1\n", "v: |\n  port 1\n  save 60 1\n", "hz 10",
			rules.Change{Form: topology.Name, From: "hz", To: ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, after := head+test.before, head+test.after
			if strings.Contains(test.before, "\r\n") {
				before, after = strings.ReplaceAll(head, "\n", "\r\n")+test.before, strings.ReplaceAll(head, "\n", "\r\n")+test.after
			}
			o := decode(t, before)
			c := test.change
			c.Place = place(o, "v")
			if test.within != "" {
				value, _ := o.Root.Get("v").Str()
				c.Stretch = rules.Stretch{Offset: strings.Index(value, test.within), Length: len(test.within)}
			}
			got, err := fixed(t, finding(c), before)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(after, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			decode(t, got)
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text, reason string
		path         manifest.Path
		from         any
	}{
		"an alias":                     {"a: &x 512Mi\nv: *x\n", "shared through the alias *x", manifest.Path{"v"}, int64(512 << 20)},
		"an anchor that is used":       {"v: &x 512Mi\nb: *x\n", "shared through the anchor &x", manifest.Path{"v"}, int64(512 << 20)},
		"a map that is used elsewhere": {"a: &x\n  v: 512Mi\nb: *x\n", "shared through the anchor &x", manifest.Path{"a", "v"}, int64(512 << 20)},
		"a map behind a comment":       {"a: &x # why\n  v: 512Mi\nb: *x\n", "shared through the anchor &x", manifest.Path{"a", "v"}, int64(512 << 20)},
		"a key that is merged":         {"a: &x {v: 512Mi}\nb:\n  <<: *x\n  w: 1\n", "merged from another map", manifest.Path{"b", "v"}, int64(512 << 20)},
		"another amount":               {"v: 80\n", "follows from another value", manifest.Path{"v"}, int64(512 << 20)},
		"a map":                        {"v: {a: 1}\n", "follows from other values", manifest.Path{"v"}, int64(512 << 20)},
		"something unknown":            {"v: ${MEMORY}\n", "cannot be understood", manifest.Path{"v"}, nil},
		"a key below a scalar":         {"v: 1\n", "is no map", manifest.Path{"v", "memory"}, nil},
		"a key below a list":           {"v: [1]\n", "is no map", manifest.Path{"v", "memory"}, nil},
		"a tag":                        {"v: !!str 512Mi\n", "tag of its own", manifest.Path{"v"}, int64(512 << 20)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := head + test.text
			o := decode(t, text)
			got, err := fixed(t, finding(rules.Change{Place: place(o, test.path...), Form: topology.Bytes, From: test.from, To: int64(2 << 30)}), text)
			if refusal := new(fix.Refusal); !errors.As(err, &refusal) || !strings.Contains(err.Error(), test.reason) {
				t.Errorf("got %q, %v; want a refusal with %q", got, err, test.reason)
			}
		})
	}
}

func TestUnsafe(t *testing.T) {
	t.Parallel()
	text := head + "v: 512Mi\n"
	f := finding(rules.Change{Place: place(decode(t, text), "v"), Form: topology.Bytes, From: int64(512 << 20), To: int64(2 << 30)})
	f.Fixes[0].Safe = false
	_, err := fix.For(f, false)
	if repair, ok := fix.IsUnsafe(err); !ok || repair.Summary() != "2Gi at a.yaml:3" {
		t.Errorf("got %v, %q", err, repair.Summary())
	}
	if _, err := fix.For(f, true); err != nil {
		t.Error(err)
	}
	if _, err := fix.For(rules.Finding{}, true); !errors.Is(err, fix.ErrNoFix) {
		t.Error(err)
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	edits := []fix.Edit{{Start: 4, End: 5, Text: "E"}, {Start: 0, End: 1, Text: "A"}, {Start: 2, End: 2, Text: "+"}}
	if got, err := fix.Apply("abcdef", edits); err != nil || got != "Ab+cdEf" {
		t.Errorf("got %q, %v", got, err)
	}
	for name, edits := range map[string][]fix.Edit{
		"beyond the end":  {{Start: 5, End: 7}},
		"overlapping":     {{Start: 0, End: 3}, {Start: 2, End: 4}},
		"two in a place":  {{Start: 1, End: 1, Text: "x"}, {Start: 1, End: 1, Text: "y"}},
		"the wrong way":   {{Start: 3, End: 2}},
		"before and next": {{Start: 0, End: 2}, {Start: 2, End: 2, Text: "x"}},
	} {
		if got, err := fix.Apply("abcdef", edits); err == nil {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
