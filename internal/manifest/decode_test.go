package manifest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func describe(objects []*Object) []string {
	var names []string
	for _, o := range objects {
		names = append(names, fmt.Sprintf("%s %s %s/%s", o.APIVersion, o.Kind, o.Namespace, o.Name))
	}
	return names
}

func TestObjects(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"an object":                {"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: b}\n", []string{"apps/v1 Deployment b/a"}},
		"no kind":                  {"a: 1\n", nil},
		"a kind that is no string": {"kind: 1\n", nil},
		"a list at the top":        {"- kind: A\n", nil},
		"a name left unquoted":     {"kind: A\nmetadata: {name: 1_0}\n", []string{" A /10"}},
		"no metadata":              {"kind: A\nmetadata: x\n", []string{" A /"}},
		"a List":                   {"kind: List\napiVersion: v1\nitems:\n- {kind: A, metadata: {name: x}}\n-\n- {b: 1}\n- {kind: B}\n", []string{" A /x", " B /"}},
		"a typed list":             {"kind: PodList\napiVersion: v1\nitems:\n- metadata: {name: x}\n- {kind: B, apiVersion: c/v1}\n", []string{"v1 Pod /x", "c/v1 B /"}},
		"a list of lists":          {"kind: List\nitems:\n- kind: List\n  items: [{kind: A}]\n- kind: B\n", []string{" A /", " B /"}},
		"an OpenShift Template":    {"kind: Template\napiVersion: v1\nobjects:\n- {kind: A, apiVersion: b/v1, metadata: {name: x}}\n", []string{"b/v1 A /x"}},
		"another group's Template": {"kind: Template\napiVersion: b.io/v1\nobjects: [{kind: A}]\n", []string{"b.io/v1 Template /"}},
		"an empty List":            {"kind: List\nitems: []\n", nil},
		"a kind that ends in List": {"kind: AllowList\nspec: {}\n", []string{" AllowList /"}},
		"JSON documents":           {`{"kind": "A"}{"kind": "B"}`, []string{" A /", " B /"}},
		"items that share a map":   {"kind: List\nitems:\n- &x {kind: A}\n- *x\n", []string{" A /", " A /"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := Decode([]Input{{Name: "a.yaml", Data: []byte(test.text)}}, Options{})
			if len(s.Errors) > 0 {
				t.Fatal(s.Errors)
			}
			if diff := cmp.Diff(test.want, describe(s.Objects)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestGroupAndTemplate(t *testing.T) {
	t.Parallel()
	o := only(t, "---\n# Source: redis/templates/master/application.yaml\n# more\napiVersion: apps/v1\nkind: StatefulSet\na: |\n  # Source: x\n")
	if o.Group() != "apps" || o.Template != "redis/templates/master/application.yaml" {
		t.Errorf("group %q, template %q", o.Group(), o.Template)
	}
	if core := only(t, "apiVersion: v1\nkind: Pod\n"); core.Group() != "" || core.Template != "" {
		t.Errorf("group %q, template %q", core.Group(), core.Template)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	nested := strings.Builder{}
	for i := range 70 {
		fmt.Fprintf(&nested, "%sa:\n", strings.Repeat(" ", i))
	}
	bomb := strings.Builder{}
	bomb.WriteString("kind: A\na0: &a0 [x, x]\n")
	for i := range 30 {
		fmt.Fprintf(&bomb, "a%d: &a%d [*a%d, *a%d, *a%d]\n", i+1, i+1, i, i, i)
	}
	long := fmt.Sprintf("a: &a %s\nb: [%s]\n", strings.Repeat("x", 1<<20), strings.Repeat("*a, ", 100))
	for name, test := range map[string]struct {
		text string
		want string // "line message"
	}{
		"a syntax error":                   {"kind: A\na: b: c\n", "2 not valid YAML: mapping values are not allowed in this context"},
		"a parser error":                   {"kind: A\na:\n  b: 1\n c: 2\n", "4 not valid YAML: did not find expected key"},
		"an unclosed flow":                 {"kind: A\na: [1,\n", "2 not valid YAML: did not find expected node content"},
		"a tab":                            {"kind: A\n\ta: b\n", "2 not valid YAML: found a tab character that violates indentation"},
		"a control character":              {"kind: A\n\na: \x01\n", "3 not valid YAML: control characters are not allowed"},
		"an unknown alias":                 {"kind: A\na: *b\n", "2 not valid YAML: unknown anchor 'b' referenced"},
		"a template":                       {"kind: A\na:\n  {{- toYaml .x }}\n", "3 not valid YAML: did not find expected node content; a template has to be rendered first"},
		"an alias of itself":               {"kind: A\na: &x [*x]\n", `2 anchor "x" contains itself or has no value`},
		"a map as a key":                   {"kind: A\n? {a: b}\n: c\n", "2 a map key must be a scalar"},
		"null as a key":                    {"kind: A\n~: c\n", "2 null is no map key"},
		"infinity":                         {"kind: A\na: .inf\n", `2 ".inf" has no equivalent in JSON`},
		"a merge of no map":                {"kind: A\na:\n  <<: 1\n", "3 << needs a map, or a list of maps, to merge"},
		"a NUL byte":                       {"kind: A\na: \x00\n", "2 NUL byte: this is not text"},
		"invalid UTF-8":                    {"kind: A\n# \xc3(\n", "2 text is not valid UTF-8"},
		"UTF-16":                           {"\xff\xfek\x00i\x00", "0 text is UTF-16; only UTF-8 is read"},
		"nesting in a flow":                {"kind: A\na: " + deep(64) + "\n", "2 document nests deeper than 64 levels (--max-depth)"},
		"nesting far beyond":               {"kind: A\na: " + deep(20000) + "\n", "2 document nests deeper than 64 levels (--max-depth)"},
		"nesting in a block":               {"kind: A\n" + nested.String(), "66 document nests deeper than 64 levels (--max-depth)"},
		"nesting in JSON":                  {"{\"kind\": \"A\",\n\"a\": " + deep(64) + "}", "2 document nests deeper than 64 levels (--max-depth)"},
		"nesting through an alias":         {"a: &x " + deep(40) + "\nb: " + strings.Repeat("[", 30) + "*x" + strings.Repeat("]", 30), "2 document nests deeper than 64 levels (--max-depth)"},
		"a bomb of aliases":                {bomb.String(), "13 aliases expand to too much"},
		"a long text repeated":             {long, "2 aliases expand to too much"},
		"a large document":                 {"kind: A\na: " + strings.Repeat("x", 3<<20) + "\n", "1 document is larger than 3145728 bytes (--max-document-bytes)"},
		"a second document without marker": {"{kind: A}\nx\n", "2 not valid YAML: did not find expected <document start>"},
		"a second document with its own idea of lines": {"kind: A\r---\rkind: B\n", "1 not valid YAML: another document follows, with no line of its own for ---"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Whatever is wrong with a document, the one after it is read, and lines count from the file's start.
			const before, after = "kind: Before\n---\n", "\n---\nkind: After\n"
			text, offset := before+test.text+after, 2
			if name == "UTF-16" {
				text, offset = test.text, 0
			}
			s := Decode([]Input{{Name: "a.yaml", Data: []byte(text)}}, Options{})
			if len(s.Errors) != 1 {
				t.Fatalf("%d errors: %v", len(s.Errors), s.Errors)
			}
			got := fmt.Sprintf("%d %s", s.Errors[0].Line-offset, s.Errors[0].Message)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if offset > 0 && (s.Objects[0].Kind != "Before" || s.Objects[len(s.Objects)-1].Kind != "After") {
				t.Errorf("read %v", describe(s.Objects))
			}
		})
	}
}

func TestWhatNestsAsDeepAsAllowedIsRead(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"kind: A\na: " + strings.Repeat("[", 63) + strings.Repeat("]", 63), `{"kind": "A", "a": ` + strings.Repeat("[", 63) + strings.Repeat("]", 63) + "}"} {
		only(t, text)
	}
}

func TestLimitsOnTotals(t *testing.T) {
	t.Parallel()
	inputs := []Input{{Name: "a.yaml", Data: []byte("kind: A\n---\nkind: B\n")}, {Name: "b.yaml", Data: []byte("kind: C\n---\nkind: D\n")}}
	for name, test := range map[string]struct {
		opts    Options
		objects int
		err     Error
	}{
		"documents": {Options{MaxDocuments: 3}, 3, Error{"b.yaml", 2, "more than 3 documents in all (--max-documents); the rest is not read"}},
		"bytes":     {Options{MaxTotalBytes: 30}, 2, Error{"b.yaml", 0, "more than 30 bytes in all (--max-total-bytes); the rest is not read"}},
		"a file":    {Options{MaxFileBytes: 10}, 0, Error{"a.yaml", 0, "file is larger than 10 bytes (--max-file-bytes)"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := Decode(inputs, test.opts)
			if len(s.Objects) != test.objects {
				t.Errorf("read %v", describe(s.Objects))
			}
			if diff := cmp.Diff(test.err, s.Errors[0]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDocumentsWithoutTheSignSleepUntilWoken(t *testing.T) {
	t.Parallel()
	text := "kind: Service\nname: a\n---\nkind: Redis\nname: b\n---\nkind: Broken\nname: [c\n---\n# none\n---\nnot: redis\n---\nvalues: d\n---\n{\"kind\": \"Secret\", \"name\": \"e\"}\n"
	has := func(word string) func([]byte) bool {
		return func(raw []byte) bool { return bytes.Contains(raw, []byte(word)) }
	}
	s := Decode([]Input{{Name: "a.yaml", Data: []byte(text)}}, Options{Sign: func(raw []byte) bool {
		return has("Redis")(raw) || has("redis")(raw)
	}})
	state := func(s *Set) string {
		return fmt.Sprintf("%q %+v %v", describe(s.Objects), s.Stats, s.Errors)
	}
	if diff := cmp.Diff(`[" Redis /"] {Files:1 Documents:6 Dormant:3 Unread:1 Other:1} []`, state(s)); diff != "" {
		t.Fatalf("asleep (-want +got):\n%s", diff)
	}
	if woken := s.Wake(has("name: a")); len(woken) != 1 || woken[0].Kind != "Service" {
		t.Errorf("woken: %v", describe(woken))
	}
	if diff := cmp.Diff(`[" Service /" " Redis /"] {Files:1 Documents:6 Dormant:2 Unread:1 Other:1} []`, state(s)); diff != "" {
		t.Fatalf("after the first (-want +got):\n%s", diff)
	}
	s.Wake(has("name"))
	want := `[" Service /" " Redis /" " Secret /"] {Files:1 Documents:6 Dormant:0 Unread:1 Other:1} [{a.yaml 8 not valid YAML: did not find expected ',' or ']'}]`
	if diff := cmp.Diff(want, state(s)); diff != "" {
		t.Fatalf("after all (-want +got):\n%s", diff)
	}
	if woken := s.Wake(has("")); len(woken) != 0 {
		t.Errorf("woken twice: %v", describe(woken))
	}
}

func TestOrderIsThatOfTheInput(t *testing.T) {
	t.Parallel()
	var inputs []Input
	var want []string
	for f := range 20 {
		var b strings.Builder
		for d := range 50 {
			fmt.Fprintf(&b, "---\nkind: List\nitems:\n- {kind: A, metadata: {name: f%d-d%d}}\n- {kind: B, metadata: {name: f%d-d%d}}\n", f, d, f, d)
			want = append(want, fmt.Sprintf(" A /f%d-d%d", f, d), fmt.Sprintf(" B /f%d-d%d", f, d))
		}
		inputs = append(inputs, Input{Name: fmt.Sprint(f), Data: []byte(b.String())})
	}
	s := Decode(inputs, Options{Sign: func(raw []byte) bool { return bytes.Contains(raw, []byte("7")) }})
	s.Wake(func([]byte) bool { return true })
	if diff := cmp.Diff(want, describe(s.Objects)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
