package example_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/redislint/redislint/internal/example"
	"github.com/redislint/redislint/internal/rules"
)

const (
	// redis has a replica too few, on line 5.
	redis = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis}
spec:
  replicas: 1%s
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      containers: [{name: redis, image: "redis:7.2"}]
`
	// body finds any Redis that has one Pod.
	body = `findings contains {"at": sprintf("/nodes/%d/replicas", [i]), "message": "one Pod"} if {
	some i, node in input.nodes
	node.replicas == 1
}`
)

// lone is the manifest with a comment behind line 5.
func lone(comment string) string { return fmt.Sprintf(redis, comment) }

// several is the manifest with two Pods.
var several = strings.Replace(lone(""), "replicas: 1", "replicas: 2", 1)

// rule is a file with the rule few/lone and its examples.
func rule(bad, good, body string) string {
	indent := func(text string) string {
		return "#       " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n#       ")
	}
	return `# METADATA
# title: One Pod
# description: It is alone.
# custom:
#   severity: warning
#   remediation: run more
#   examples:
#     bad: |
` + indent(bad) + `
#     good: |
` + indent(good) + `
package redislint.few.lone

` + body + "\n"
}

// badLine is the line of the file on which the bad example begins.
const badLine = 9

// suite runs all that a folder with the files has.
func suite(ctx context.Context, t *testing.T, files map[string]string) ([]example.Case, error) {
	t.Helper()
	own := fstest.MapFS{}
	for name, text := range files {
		own[name] = &fstest.MapFile{Data: []byte(text)}
	}
	base := fstest.MapFS{"base/base.rego": {Data: []byte(strings.Replace(rule(lone(" # want base"), several, body), "few.lone", "base.base", 1))}}
	folder := rules.Folder{Name: "own", FS: own}
	library, err := rules.LoadOwn(base, folder)
	if err != nil {
		t.Fatal(err)
	}
	return example.Suite(ctx, base, library, folder)
}

func TestWhatIsWrongWithExamples(t *testing.T) {
	t.Parallel()
	want := lone(" # want lone")
	for sentence, test := range map[string]struct {
		bad, good, body string
		faults          []string // line in the bad example, 0 for those of the file, and a part of what is said
	}{
		"nothing":                         {want, several, body, nil},
		"nothing, with another rule told": {lone(" # want base lone"), several, body, nil},
		"the bad one wants nothing":       {lone(""), several, body, []string{"no line has the comment # want lone", "5 lone is not wanted here, and finds: one Pod"}},
		"it wants it elsewhere": {
			strings.Replace(lone(""), "kind: StatefulSet", "kind: StatefulSet # want lone", 1), several, body,
			[]string{"2 lone finds nothing here, and is wanted", "5 lone is not wanted here, and finds: one Pod"},
		},
		"it wants a rule that finds nothing there": {strings.Replace(want, "kind: StatefulSet", "kind: StatefulSet # want base", 1), several, body, []string{"2 base finds nothing here", "5 base is not wanted here"}},
		"a comment that nobody understands":        {lone(" # wants lone"), several, body, []string{"5 "}},
		"the good one wants something":             {want, want, body, []string{"a good example wants nothing"}},
		"the good one is bad":                      {want, lone(""), body, []string{"the good example: lone is not wanted here"}},
		"no Redis in the good one":                 {want, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n", body, []string{"the good example: no Redis is recognised in it, so it proves nothing"}},
		"no YAML in the bad one":                   {"a: [\n", several, body, []string{"the bad example: "}},
		"a rule that cannot decide":                {want, several, "findings contains {\"at\": \"/nodes/0\", \"message\": \"m\"} if to_number(\"x\") == 1", []string{"the bad example: undecided: ", "the good example: undecided: "}},
		"a rule that finds more when it knows less": {
			want, several, body + "\n\nfindings contains {\"at\": \"/nodes/0/image\", \"message\": \"no image\"} if {\n\tsome node in input.nodes\n\tnot node.image\n}",
			[]string{"without /nodes/0/image it finds", "without /nodes/0/image it finds"},
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			cases, err := suite(t.Context(), t, map[string]string{"few/lone.rego": rule(test.bad, test.good, test.body)})
			if err != nil || len(cases) != 1 {
				t.Fatalf("got %d cases and %v, want one", len(cases), err)
			}
			left := slices.Clone(cases[0].Faults)
			for _, want := range test.faults {
				i := slices.IndexFunc(left, func(f rules.Fault) bool { return says(f, want) })
				if i < 0 {
					t.Errorf("nobody says %q: %v", want, cases[0].Faults)
					continue
				}
				left = slices.Delete(left, i, i+1)
			}
			if len(left) > 0 {
				t.Errorf("also said: %v", left)
			}
		})
	}
}

// says reports whether a fault is the wanted one: "5 text" is on line 5 of the bad example.
func says(f rules.Fault, want string) bool {
	var line int
	text := want
	if n, err := fmt.Sscanf(want, "%d", &line); n == 1 && err == nil {
		_, text, _ = strings.Cut(want, " ")
	}
	return strings.Contains(f.Message, text) && (line == 0 || f.Line == badLine+line-1) && f.File == "own/few/lone.rego"
}

func TestCasesOfASuite(t *testing.T) {
	t.Parallel()
	const test = "package redislint.few.lone_test\n\nimport data.redislint.few.lone\n\n"
	cases, err := suite(t.Context(), t, map[string]string{
		"few/lone.rego":        rule(lone(" # want lone"), several, body),
		"few/lone_test.rego":   test + "test_one if count(lone.findings) == 1 with input as {\"nodes\": [{\"replicas\": 1}]}\n\ntest_bad if {\n\tprint(\"seen\")\n\tcount(lone.findings) == 7\n}\n",
		"few/broken.rego":      "package redislint.few.broken\n\nfindings contains {\n",
		"lib/shared.rego":      "package redislint.lib.shared\n\nf(x) := x + 1\n",
		"lib/shared_test.rego": "package redislint.lib.shared_test\n\nimport data.redislint.lib.shared\n\ntest_more if shared.f(1) == 2\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]example.Case{}
	for _, c := range cases {
		byName[c.Name] = c
	}
	lone, broken, shared := byName["lone"], byName["broken"], byName["own/lib/shared.rego"]
	switch {
	case len(cases) != 3:
		t.Errorf("%d cases, want those of lone, broken and the library: %+v", len(cases), cases)
	case !lone.Examples || lone.Undecided || len(lone.Tests) != 2 || len(lone.Faults) != 1:
		t.Errorf("lone: %+v", lone)
	case !strings.HasPrefix(lone.Faults[0].Message, "test_bad is not true") || !strings.HasSuffix(lone.Faults[0].Message, "\n\tit printed: seen") || lone.Faults[0].File != "own/few/lone_test.rego":
		t.Errorf("the test that fails is told as %+v", lone.Faults[0])
	case lone.Coverage.Lines == 0 || lone.Coverage.Covered != lone.Coverage.Lines:
		t.Errorf("of lone the tests reach %+v, want all", lone.Coverage)
	case !broken.Undecided || broken.Examples || len(broken.Faults) == 0:
		t.Errorf("broken: %+v", broken)
	case shared.Undecided || shared.Examples || len(shared.Tests) != 1 || len(shared.Faults) != 0 || shared.Coverage.Covered == 0:
		t.Errorf("the library: %+v", shared)
	}
}

func TestASuiteEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := suite(ctx, t, map[string]string{"few/lone.rego": rule(lone(" # want lone"), several, body)}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}
