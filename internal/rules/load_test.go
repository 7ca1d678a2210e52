package rules_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/rules"
)

func TestLoadReadsMetadata(t *testing.T) {
	t.Parallel()
	library := mustLoad(t, files(map[string]string{
		"memory/limit_low.rego": `# METADATA
# title: The limit is low
# description: |
#   The kernel kills the server,
#   and its data is gone.
# related_resources:
# - ref: https://redis.io/docs/memory
#   description: How Redis uses memory
# custom:
#   severity: warning
#   remediation: raise the limit
#   renamed_from: [limit-small]
#   params:
#     min_bytes: {description: least limit, default: 100}
#     kinds:
#       description: workloads
#       default: [StatefulSet, Deployment]
#   examples:
#     bad: |
#       kind: Pod # want limit-low
#     good: |
#       kind: Service
package redislint.memory.limit_low

findings contains {"at": "", "message": "m"} if {
	some node in input.nodes
	node.object.kind in input.params.kinds
	node.memory.limit.amount < input.params.min_bytes
}
`,
		"memory/limit_low_test.rego": "this is no Rego",
		"memory/README.md":           "nor this",
		".git/x.rego":                "nor this",
	}))
	want := []*rules.Rule{{
		ID:          "limit-low",
		Category:    "memory",
		Severity:    rules.Warning,
		Title:       "The limit is low",
		Description: "The kernel kills the server,\nand its data is gone.",
		Remediation: "raise the limit",
		Params: []rules.Param{
			{Name: "kinds", Description: "workloads", Default: []any{"StatefulSet", "Deployment"}},
			{Name: "min_bytes", Description: "least limit", Default: 100},
		},
		LoadExamples: func() rules.Examples {
			return rules.Examples{Bad: "kind: Pod # want limit-low", Good: "kind: Service", BadLine: 20, GoodLine: 22}
		},
		References:  []rules.Reference{{Title: "How Redis uses memory", URL: "https://redis.io/docs/memory"}},
		RenamedFrom: []string{"limit-small"},
		File:        "memory/limit_low.rego",
		Line:        25,
	}}
	called := cmp.Transformer("called", func(examples func() rules.Examples) rules.Examples { return examples() })
	if diff := cmp.Diff(want, library.Rules(), called); diff != "" {
		t.Error(diff)
	}
	if rule, ok := library.Rule("limit-small"); !ok || rule.ID != "limit-low" {
		t.Errorf("a former id leads to %v, %v", rule, ok)
	}
}

func TestLoadMergesAndSorts(t *testing.T) {
	t.Parallel()
	embedded := files(map[string]string{
		"b/two_2.rego":     ruleSource("b.two_2", "", "import data.redislint.lib.numbers\n\n"+`findings contains numbers.bad if input.mode == "none"`),
		"b/two.rego":       ruleSource("b.two", "", silent),
		"lib/numbers.rego": "package redislint.lib.numbers\n\nbad := {\"at\": \"\", \"message\": \"m\"}\n",
	})
	user := files(map[string]string{"a/one.rego": ruleSource("a.one", "", silent)})
	library, err := rules.Load(embedded, user)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, rule := range library.Rules() {
		ids = append(ids, rule.Category+"/"+rule.ID)
	}
	if diff := cmp.Diff([]string{"a/one", "b/two", "b/two-2"}, ids); diff != "" {
		t.Error(diff)
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	one := func(custom, body string) map[string]string {
		return map[string]string{"test/one.rego": ruleSource("test.one", custom, body)}
	}
	edit := func(old, replacement string) map[string]string {
		source := ruleSource("test.one", "", silent)
		if !strings.Contains(source, old) {
			panic(old)
		}
		return map[string]string{"test/one.rego": strings.Replace(source, old, replacement, 1)}
	}
	body := func(condition string) map[string]string {
		return one("", `findings contains {"at": "", "message": "m"} if `+condition)
	}
	param := "params:\n  x: {description: d, default: 1}\n"

	for name, test := range map[string]struct {
		files map[string]string
		want  string
	}{
		"a package that is not the path": {
			map[string]string{"test/one.rego": ruleSource("test.two", "", silent)},
			"test/one.rego:10: the package is redislint.test.two, but the path says redislint.test.one",
		},
		"a rule without a category": {
			map[string]string{"one.rego": ruleSource("one", "", silent)},
			"one.rego: a rule lies in <category>/<rule_name>.rego, both names in snake_case",
		},
		"a rule in a folder too deep": {
			map[string]string{"test/a/one.rego": ruleSource("test.a.one", "", silent)},
			"test/a/one.rego: a rule lies in <category>/<rule_name>.rego, both names in snake_case",
		},
		"a name in kebab case": {
			map[string]string{"test/a-b.rego": ruleSource("test.one", "", silent)},
			"test/a-b.rego: a rule lies in <category>/<rule_name>.rego, both names in snake_case",
		},
		"an id taken in another category": {
			map[string]string{"a/one.rego": ruleSource("a.one", "", silent), "b/one.rego": ruleSource("b.one", "", silent)},
			"b/one.rego:10: the rule id one is taken by a/one.rego",
		},
		"a former id that is taken": {
			map[string]string{
				"test/one.rego": ruleSource("test.one", "renamed_from: [two]", silent),
				"test/two.rego": ruleSource("test.two", "", silent),
			},
			"test/one.rego: renamed_from: the rule id two is taken by test/two.rego",
		},
		"a former id of two rules": {
			map[string]string{
				"test/one.rego": ruleSource("test.one", "renamed_from: [three]", silent),
				"test/two.rego": ruleSource("test.two", "renamed_from: [three]", silent),
			},
			"test/two.rego: renamed_from: the rule id three is taken by test/one.rego",
		},
		"no METADATA": {
			map[string]string{"test/one.rego": "package redislint.test.one\n\n" + silent},
			"test/one.rego:1: no METADATA above the package",
		},
		"METADATA of a rule in the file": {
			one("", "# METADATA\n# description: d\n"+silent),
			"test/one.rego:12: METADATA of scope rule: a rule has METADATA for its package only",
		},
		"an unknown key":                    {edit("# title:", "# owner: me\n# title:"), `test/one.rego:2: unknown METADATA key "owner"`},
		"a standard key that is not listed": {edit("# title:", "# entrypoint: true\n# title:"), `test/one.rego:2: unknown METADATA key "entrypoint"`},
		"schemas, which would lift the check of the model": {
			edit("# title:", "# schemas:\n# - input: {type: object}\n# title:"), `test/one.rego:2: unknown METADATA key "schemas"`,
		},
		"an unknown key under custom":    {one("owner: me", silent), `test/one.rego:10: unknown METADATA key "owner" in custom`},
		"an unknown key of an example":   {edit(`#     good`, "#     ugly: x\n#     good"), `test/one.rego:9: unknown METADATA key "ugly" in examples`},
		"no title":                       {edit("# title: A title\n", ""), "test/one.rego:1: METADATA has no title"},
		"an empty title":                 {edit("A title", "''"), "test/one.rego:2: METADATA has no title"},
		"no description":                 {edit("# description: A description\n", ""), "test/one.rego:1: METADATA has no description"},
		"no severity":                    {edit("#   severity: error\n", ""), "test/one.rego:1: METADATA has no severity"},
		"a severity that does not exist": {edit("severity: error", "severity: fatal"), `test/one.rego:5: severity is "fatal", not error, warning or info`},
		"a severity that is no string":   {edit("severity: error", "severity: 1"), "test/one.rego:5: severity is not a string"},
		"no remediation":                 {edit("#   remediation: do something\n", ""), "test/one.rego:1: METADATA has no remediation"},
		"no bad example":                 {edit("#     bad: \"kind: Pod\"\n", ""), "test/one.rego:1: METADATA has no examples.bad"},
		"no good example":                {edit("#     good: \"kind: Service\"\n", ""), "test/one.rego:1: METADATA has no examples.good"},
		"an example that is no string":   {edit(`"kind: Pod"`, "{kind: Pod}"), "test/one.rego:8: examples.bad is not a string"},
		"examples that are no map": {
			edit("#     bad: \"kind: Pod\"\n#     good: \"kind: Service\"\n", "#     x\n"),
			"test/one.rego:1: METADATA has no examples.bad\ntest/one.rego:1: METADATA has no examples.good\ntest/one.rego:7: examples is not a map",
		},
		"a reference that is no web address": {
			edit("# custom:", "# related_resources:\n# - ref: javascript:x\n#   description: d\n# custom:"),
			"test/one.rego:4: related_resources: javascript:x is no web address",
		},
		"a reference without a description": {
			edit("# custom:", "# related_resources: [\"https://redis.io\"]\n# custom:"),
			"test/one.rego:4: related_resources: https://redis.io has no description",
		},
		"former ids that are no list":  {one("renamed_from: two", silent), "test/one.rego:10: renamed_from is not a list"},
		"a former id that is none":     {one("renamed_from: [A b]", silent), "test/one.rego:10: renamed_from: A b is no rule id"},
		"a former id that is a number": {one("renamed_from: [1]", silent), "test/one.rego:10: renamed_from: 1 is no rule id"},
		"sources without reasons": {
			one("not_applicable:\n  spotahome: ''\n  opstree: 3", silent),
			"test/one.rego:11: not_applicable: spotahome has no reason\ntest/one.rego:12: not_applicable: opstree has no reason",
		},
		"sources that are a list": {one("not_applicable: [spotahome]", silent), "test/one.rego:10: not_applicable is not a map from sources to reasons"},
		"a parameter that is no map": {
			one("params:\n  x: 1", `findings contains {"at": "", "message": "m"} if input.params.x > 1`),
			"test/one.rego:11: the parameter x has no default\ntest/one.rego:11: the parameter x has no description\ntest/one.rego:11: x is not a map",
		},
		"a parameter's name in camel case": {
			one("params:\n  aB: {description: d, default: 1}", `findings contains {"at": "", "message": "m"} if input.params.aB > 1`),
			`test/one.rego:11: the parameter name "aB" is not in snake_case`,
		},
		"params that are no map": {one("params: [x]", silent), "test/one.rego:10: params is not a map"},
		"a parameter without a description": {
			one("params:\n  x: {default: 1}", `findings contains {"at": "", "message": "m"} if input.params.x > 1`),
			"test/one.rego:11: the parameter x has no description",
		},
		"a parameter without a default": {
			one("params:\n  x: {description: d}", `findings contains {"at": "", "message": "m"} if input.params.x > 1`),
			"test/one.rego:11: the parameter x has no default",
		},
		"a parameter with a fraction": {
			one("params:\n  x: {description: d, default: 0.5}", `findings contains {"at": "", "message": "m"} if input.params.x > 1`),
			"test/one.rego:11: the parameter x has a default of type float64, which no parameter can have",
		},
		"a parameter with a mixed list": {
			one("params:\n  x: {description: d, default: [1, a]}", `findings contains {"at": "", "message": "m"} if 1 in input.params.x`),
			"test/one.rego:11: the parameter x has a default that is a list of mixed types",
		},
		"an unknown key of a parameter": {
			one("params:\n  x: {description: d, default: 1, unit: s}", `findings contains {"at": "", "message": "m"} if input.params.x > 1`),
			`test/one.rego:1: unknown METADATA key "unit" in x`,
		},
		"a parameter that is not declared": {
			body("input.params.y > 1"), "test/one.rego:12: the parameter y is not declared in METADATA",
		},
		"a parameter that is never used": {one(param, silent), "test/one.rego:12: the parameter x is never used"},
		"params as a whole": {
			one("", `findings contains {"at": "", "message": "m"} if count(input.params) > 1`),
			"test/one.rego:12: input.params: read a parameter as input.params.<name>",
		},
		"a parameter with a computed name": {
			body(`some x in input.params`), "test/one.rego:12: input.params: read a parameter as input.params.<name>",
		},
		"input as a whole": {
			body(`count(input) > 1`), "test/one.rego:12: input as a whole: read it by the names of its fields",
		},
		"input with a computed name": {
			body("{x := \"mode\"; input[x] == x}"), "test/one.rego:12: input as a whole: read it by the names of its fields",
		},
		"input behind a name": {
			one("", "import input.params as p\n\n"+`findings contains {"at": "", "message": "m"} if p.x > 1`),
			"test/one.rego:12: import of input: name it in full where it is read",
		},
		"input mocked as a whole": {
			one("", `findings contains {"at": "", "message": "m"} if _f with input as {}`+"\n\n_f if input.mode == \"none\""),
			"test/one.rego:12: input as a whole: read it by the names of its fields",
		},
		"no findings":                 {one("", `violations contains 1 if input.mode == "none"`), "test/one.rego:10: no rule named findings"},
		"findings that are one value": {one("", `findings := {{"at": "", "message": "m"}}`), "test/one.rego:12: findings must be a set: findings contains {…} if …"},
		"findings that are an object": {one("", `findings["x"] := 1`), "test/one.rego:12: findings must be a set: findings contains {…} if …"},
		"findings by a function":      {one("", `findings(x) := x`), "test/one.rego:12: findings must be a set: findings contains {…} if …"},
		"findings below a name":       {one("", `findings.sub contains 1 if input.mode == "none"`), "test/one.rego:12: findings must be a set: findings contains {…} if …"},
		"another rule's findings": {
			map[string]string{
				"test/one.rego": ruleSource("test.one", "", silent),
				"test/two.rego": ruleSource("test.two", "", "import data.redislint.test.one\n\n"+`findings contains f if some f in one.findings`),
			},
			"test/two.rego:14: data.redislint.test.one.findings[…]: a rule reads input, its own package and data.redislint.lib only",
		},
		"data that nobody provides": {
			body(`data.secrets.x == 1`), "test/one.rego:12: data.secrets.x: a rule reads input, its own package and data.redislint.lib only",
		},
		"all of data": {
			map[string]string{"lib/a.rego": "package redislint.lib.a\n\nx := count(data)\n"},
			"lib/a.rego:3: rule data.redislint.lib.a.x is recursive: data.redislint.lib.a.x -> data.redislint.lib.a.x",
		},
		"a computed part of data": {
			map[string]string{"lib/a.rego": "package redislint.lib.a\n\nx contains y if some y in data.redislint.test[_].z\n"},
			"lib/a.rego:3: data.redislint.test[…]: a rule reads input, its own package and data.redislint.lib only",
		},
		"a library's rule that does not exist": {
			map[string]string{
				"test/one.rego": ruleSource("test.one", "", "import data.redislint.lib.a\n\n"+`findings contains {"at": "", "message": a.clase} if input.mode == "none"`),
				"lib/a.rego":    "package redislint.lib.a\n\nclause := \"m\"\n",
			},
			"test/one.rego:14: data.redislint.lib.a.clase is not defined",
		},
		"a library that reads a parameter": {
			map[string]string{"lib/a.rego": "package redislint.lib.a\n\nf(x) := x + input.params.y\n"},
			"lib/a.rego:3: input.params.y: a library takes parameters as arguments",
		},
		"a library that reads a rule": {
			map[string]string{
				"test/one.rego": ruleSource("test.one", "", silent),
				"lib/a.rego":    "package redislint.lib.a\n\nf := data.redislint.test.one.findings\n",
			},
			"lib/a.rego:3: data.redislint.test.one.findings: a rule reads input, its own package and data.redislint.lib only",
		},
		"a library with a schema of its own": {
			map[string]string{"lib/a.rego": "# METADATA\n# schemas:\n# - input: {type: object}\npackage redislint.lib.a\n\nx := 1\n"},
			`lib/a.rego:2: unknown METADATA key "schemas"`,
		},
		"a field that the model does not have": {
			body(`input.nodes[0].memory.limmit.amount > 1`),
			"test/one.rego:12: undefined ref: input.nodes[0].memory.limmit.amount\n\t" +
				"input.nodes[0].memory.limmit.amount\n\t                      ^\n\t                      " +
				"have: \"limmit\"\n\t                      want (one of): [\"limit\" \"request\"]",
		},
		"a field compared with another type": {
			body(`input.nodes[0].host_network == "true"`),
			"test/one.rego:12: match error\n\tleft  : boolean\n\tright : string",
		},
		"syntax": {
			map[string]string{"test/one.rego": "package redislint.test.one\n\nfindings contains"},
			"test/one.rego:3: unexpected eof token\n\tfindings contains\n\t                ^",
		},
		"an empty file": {map[string]string{"test/one.rego": ""}, "test/one.rego: empty module"},
		"a file without end": {
			map[string]string{"test/one.rego": strings.Repeat("#", 1<<20+1)}, "test/one.rego: larger than 1048576 bytes",
		},
		"an unused variable": {
			body("x := 1"), "test/one.rego:12: assigned var x unused",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := rules.Load(files(test.files))
			if _, ok := errors.AsType[*rules.LoadError](err); !ok {
				t.Fatalf("got error %v, want a *LoadError", err)
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLoadReportsEverythingInOrder(t *testing.T) {
	t.Parallel()
	_, err := rules.Load(files(map[string]string{
		"test/b.rego": strings.Replace(ruleSource("test.b", "owner: me", `findings contains 1 if input.mod == "none"`), "# title: A title\n", "", 1),
		"test/a.rego": ruleSource("test.a", "", `findings contains 1 if input.params.x > 1`),
	}), files(map[string]string{"test/a.rego": ruleSource("test.a", "", silent)}))
	want := `test/a.rego:10: the file is in two folders of rules
test/a.rego:12: the parameter x is not declared in METADATA
test/b.rego:1: METADATA has no title
test/b.rego:9: unknown METADATA key "owner" in custom`
	if err == nil {
		t.Fatal("loaded")
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
}

// A named pipe in a folder of rules must not block, and a folder that cannot be read is no empty one.
func TestLoadRefusesWhatIsNoFile(t *testing.T) {
	t.Parallel()
	_, err := rules.Load(fstest.MapFS{"test/one.rego": {Mode: fs.ModeNamedPipe}})
	if want := "test/one.rego: not a regular file"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := rules.Load(unreadable{}); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("got %v, want %v", err, fs.ErrPermission)
	}
}

type unreadable struct{}

func (unreadable) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}

// Whatever a file holds, Load returns rules or says what is wrong, and the rules can be evaluated.
func FuzzLoad(f *testing.F) {
	f.Add(ruleSource("test.one", "", silent))
	f.Add(tunable)
	f.Add(ruleSource("test.one", "", tooHigh))
	f.Add(ruleSource("test.one", "", "import data.redislint.lib.a\n\n"+`findings contains a.x with input.name as "y"`))
	f.Add(ruleSource("test.one", "", `findings contains f if every x in input.nodes { some y, z in x; f := $"{y}{z}" }`))
	f.Fuzz(func(t *testing.T, source string) {
		library, err := rules.Load(files(map[string]string{"test/one.rego": source}))
		if err != nil {
			if _, ok := errors.AsType[*rules.LoadError](err); !ok {
				t.Fatalf("got %v, want a *LoadError", err)
			}
			return
		}
		evaluator := selected(t, library, rules.Selection{Budget: 100 * time.Millisecond})
		for _, u := range evaluate(t, evaluator, redisOf(t, shop)).Undecided {
			if strings.HasPrefix(u.Reason, "panic") {
				t.Error(u.Reason)
			}
		}
	})
}
