package fix_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/fix"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/topology"
)

// FuzzEdit writes a value at a path of any document: what was written reads as it should, and all else as before.
func FuzzEdit(f *testing.F) {
	for _, text := range []string{
		"a: 1\nb: {c: [1, 2], d: x} # why\ne: |\n  f\n  g\n",
		"a:\n- b: 1\n  c: \"x\"\n- d: &x 'y'\n  e: *x\n",
		"{\"a\": {\"b\": [1, {\"c\": null}]}, \"d\": \"x\"}",
		"\ufeffa: 1\r\nb:\r\n  c: >-\r\n    x\r\n    y\r\n",
		"a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n",
		"a: {}\nb: []\nc:\nd: ~\n",
		"? a\n: b\n\"c d\": e\n'f''g': h\n",
		"a: |+\n  x\n\n\nb:\n  c: |2\n     y\n",
		"- a\n-   - b\n    - c\n",
	} {
		f.Add(text, uint(1), "new")
		f.Add(text, uint(3), "")
		f.Add(text, uint(5), "resources")
	}
	all := manifests(f)
	for i, group := range slices.Sorted(maps.Keys(all)) {
		for _, name := range slices.Sorted(maps.Keys(all[group])) {
			for k, document := range strings.Split(all[group][name], "\n---\n") {
				if len(document) <= 1<<10 {
					f.Add(document, uint(7*i+11*k), []string{"", "resources"}[(i+k)%2])
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string, which uint, missing string) {
		if strings.Trim(missing, "abcdefghijklmnopqrstuvwxyz") != "" {
			missing = "memory" // the model's paths have names of fields
		}
		text = "kind: A\nx: " + text
		check := func(text string) {
			set := manifest.Decode([]manifest.Input{{Name: "a.yaml", Data: []byte(text)}}, manifest.Options{})
			documents := set.Read("a.yaml")
			if len(documents) != 1 || len(set.Errors) > 0 {
				return
			}
			o := documents[0]
			paths := pathsOf(o.Root, nil, nil)
			path := paths[which%uint(len(paths))]
			if missing != "" && o.Root.At(path).Kind() == manifest.Map {
				path = append(slices.Clip(path), missing, "memory")
			}
			edit(t, text, o, path)
		}
		check(text)
		check(text[len("kind: A\nx: "):])
	})
}

func pathsOf(n *manifest.Node, path manifest.Path, all []manifest.Path) []manifest.Path {
	all = append(all, path)
	for name, child := range n.Fields() {
		all = pathsOf(child, append(slices.Clip(path), name), all)
	}
	for i, child := range n.Items() {
		all = pathsOf(child, append(slices.Clip(path), strconv.Itoa(i)), all)
	}
	return all
}

func edit(t *testing.T, text string, o *manifest.Object, path manifest.Path) {
	c := rules.Change{Place: place(o, path...), Form: topology.Text, To: "new-value"}
	switch n := o.Root.At(path); n.Kind() {
	case manifest.String, manifest.Int, manifest.Bool, manifest.Float:
		c.From = n.Text()
	case manifest.Absent, manifest.Null:
	default:
		return
	}
	repair, err := fix.For(finding(c), false)
	if err != nil {
		return // refused
	}
	after, err := fix.Apply(text, repair.Edits)
	if err != nil {
		t.Fatal(err)
	}
	set := manifest.Decode([]manifest.Input{{Name: "a.yaml", Data: []byte(after)}}, manifest.Options{})
	documents := set.Read("a.yaml")
	if len(documents) != 1 || len(set.Errors) > 0 {
		t.Fatalf("%s\n%q\nbecame\n%q\nwhich cannot be read: %v", path.Pointer(), text, after, set.Errors)
	}
	want := with(o.Root.Value(), path)
	if diff := cmp.Diff(want, documents[0].Root.Value()); diff != "" {
		t.Errorf("%s\n%q\nbecame\n%q\n-want +got:\n%s", path.Pointer(), text, after, diff)
	}
}

// with is a value with another one at a path.
func with(value any, path manifest.Path) any {
	if len(path) == 0 {
		if text, ok := value.(string); ok && len(text) > 0 && text[len(text)-1] == '\n' {
			end := len(text)
			for end > 0 && text[end-1] == '\n' {
				end--
			}
			return "new-value" + text[end:]
		}
		return "new-value"
	}
	switch v := value.(type) {
	case map[string]any:
		v[path[0]] = with(v[path[0]], path[1:])
		return v
	case []any:
		i, _ := strconv.Atoi(path[0])
		v[i] = with(v[i], path[1:])
		return v
	default:
		return with(map[string]any{}, path)
	}
}
