package rules_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/rules"
)

// tunable has one parameter of each type, and one finding that shows them.
var tunable = ruleSource("test.tunable", `renamed_from: [former]
params:
  bytes: {description: d, default: 100}
  name: {description: d, default: redis}
  strict: {description: d, default: false}
  kinds: {description: d, default: [Pod]}
  ports: {description: d, default: [6379]}
`, `findings contains {"at": "", "message": sprintf("%v %v %v %v %v", [
	input.params.bytes, input.params.name, input.params.strict, input.params.kinds, input.params.ports,
])} if input.name`)

func tunables(t testing.TB) *rules.Library {
	t.Helper()
	return mustLoad(t, files(map[string]string{
		"test/tunable.rego": tunable,
		// Another rule's parameter of the same name has a value of its own.
		"test/other.rego": ruleSource("test.other", "params:\n  bytes: {description: d, default: 7}\n",
			`findings contains {"at": "", "message": sprintf("%v", [input.params.bytes])} if input.name`),
		"test/plain.rego": ruleSource("test.plain", "", silent),
	}))
}

func TestSelectRules(t *testing.T) {
	t.Parallel()
	library := tunables(t)
	for name, test := range map[string]struct {
		selection rules.Selection
		want      string
	}{
		"all":                          {rules.Selection{}, "other plain tunable"},
		"only some":                    {rules.Selection{Only: []string{"plain", "other"}}, "other plain"},
		"without some":                 {rules.Selection{Disable: []string{"plain"}}, "other tunable"},
		"only some, without some":      {rules.Selection{Only: []string{"plain", "other"}, Disable: []string{"plain"}}, "other"},
		"enabled although not in only": {rules.Selection{Only: []string{"plain"}, Enable: []string{"other"}}, "other plain"},
		"enabled although disabled":    {rules.Selection{Enable: []string{"other"}, Disable: []string{"other", "plain"}}, "other tunable"},
		"by a former id":               {rules.Selection{Only: []string{"former"}}, "tunable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, rule := range selected(t, library, test.selection).Rules() {
				got = append(got, rule.ID)
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSelectParams(t *testing.T) {
	t.Parallel()
	library := tunables(t)
	for name, test := range map[string]struct {
		params map[string]any
		want   string
	}{
		"defaults": {nil, `100 redis false ["Pod"] [6379]`},
		"as on a command line": {
			map[string]any{"bytes": "5", "name": "x, y", "strict": "true", "kinds": "A, B", "ports": "1,2"},
			`5 x, y true ["A", "B"] [1, 2]`,
		},
		"as from YAML": {
			map[string]any{"bytes": int64(5), "name": "x", "strict": true, "kinds": []any{"A"}, "ports": []any{1.0, int64(2)}},
			`5 x true ["A"] [1, 2]`,
		},
		"empty lists": {map[string]any{"kinds": "", "ports": []any{}}, `100 redis false [] []`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			evaluator := selected(t, library, rules.Selection{Params: map[string]map[string]any{"former": test.params}})
			var got []string
			for _, f := range evaluate(t, evaluator, redisOf(t, shop)).Findings {
				got = append(got, f.Message)
			}
			if diff := cmp.Diff([]string{"7", test.want}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A parameter is found wherever Rego lets it stand.
func TestParamsAnywhere(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"the value of a rule":             `_x := input.params.x`,
		"a default":                       "_x := 0 if input.mode == \"none\"\n\nelse := input.params.x",
		"the key of an object rule":       `_y[input.params.x] := 1` + "\n\n" + `_x := x if some x, _ in _y`,
		"a set rule":                      `_y contains input.params.x` + "\n\n" + `_x := x if some x in _y`,
		"deep in a rule's head":           `_y.z[input.params.x].u := 1` + "\n\n" + `_x := x if some x, _ in _y.z`,
		"a key of an object":              `_x := x if some x, _ in {input.params.x: 1}`,
		"an element of a set":             `_x := x if some x in {1000, input.params.x} - {1000}`,
		"an element of an array":          `_x := [0, input.params.x][1]`,
		"an argument":                     `_x := abs(input.params.x)`,
		"the argument of an own function": "_f(x) := x\n\n_x := _f(input.params.x)",
		"a comprehension":                 `_x := [x | x := input.params.x][0]`,
		"an object comprehension":         `_x := {"x": x | x := input.params.x}.x`,
		"a set comprehension":             `_x := max({x | x := input.params.x})`,
		"every":                           "_x := 5 if every y in [input.params.x] { y == input.params.x; y == 5 }",
		"not":                             "_x := 5 if not input.params.x == 6",
		"an index":                        `_x := [0, 0, 0, 0, 0, 5][input.params.x]`,
		"an index of input":               "_x := 5 if not input.nodes[input.params.x]",
		"brackets":                        `_x := input["params"]["x"]`,
		"with":                            "_x := y if y := _z with input.name as input.params.x\n\n_z := input.name",
		"a template string":               `_x := to_number($"{input.params.x}")`,
		"a partial set's test":            "_y := {5}\n\n_x := 5 if input.params.x in _y",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body += "\n\n" + `findings contains {"at": "", "message": sprintf("%v", [_x])} if input.source == ""`
			// The rule's id is its parameter's name, which must not matter.
			library := mustLoad(t, files(map[string]string{
				"test/x.rego": ruleSource("test.x", "params:\n  x: {description: d, default: 5}\n", body),
			}))
			verdict := evaluate(t, selected(t, library, rules.Selection{}), redisOf(t, shop))
			if len(verdict.Findings) != 1 || verdict.Findings[0].Message != "5" {
				t.Errorf("got %+v, want 5", verdict)
			}
		})
	}
}

func TestSelectRefuses(t *testing.T) {
	t.Parallel()
	library := tunables(t)
	param := func(name string, value any) rules.Selection {
		return rules.Selection{Params: map[string]map[string]any{"tunable": {name: value}}}
	}
	for name, test := range map[string]struct {
		selection rules.Selection
		want      string
	}{
		"an unknown rule":        {rules.Selection{Only: []string{"tunible"}}, `unknown rule "tunible", did you mean tunable?`},
		"nothing like a rule":    {rules.Selection{Enable: []string{"sentinel"}}, `unknown rule "sentinel"`},
		"a name without end":     {rules.Selection{Disable: []string{strings.Repeat("x", 101)}}, `unknown rule "` + strings.Repeat("x", 101) + `"`},
		"parameters of no rule":  {rules.Selection{Params: map[string]map[string]any{"plan": nil}}, `unknown rule "plan", did you mean plain?`},
		"severity of no rule":    {rules.Selection{Severity: map[string]rules.Severity{"plan": rules.Error}}, `unknown rule "plan", did you mean plain?`},
		"an unknown parameter":   {param("byte", 1), `rule tunable has no parameter "byte", did you mean bytes?`},
		"an integer with a unit": {param("bytes", "1k"), `parameter bytes of rule tunable is an integer, not "1k"`},
		"a fraction":             {param("bytes", 1.5), `parameter bytes of rule tunable is an integer, not 1.5`},
		"a huge number":          {param("bytes", 1e300), `parameter bytes of rule tunable is an integer, not 1e+300`},
		"a number as a string":   {param("name", 1), `parameter name of rule tunable is a string, not 1`},
		"yes for true":           {param("strict", "yes"), `parameter strict of rule tunable is true or false, not "yes"`},
		"one for true":           {param("strict", 1), `parameter strict of rule tunable is true or false, not 1`},
		"a list of the wrong":    {param("ports", "1,a"), `parameter ports of rule tunable is a list of integers, not "1,a"`},
		"a list that is none":    {param("kinds", 1), `parameter kinds of rule tunable is a list of strings, not 1`},
		"null":                   {param("bytes", nil), `parameter bytes of rule tunable is an integer, not <nil>`},
		"an unknown severity": {
			rules.Selection{Severity: map[string]rules.Severity{"plain": "fatal"}}, `severity of rule plain is "fatal", not error, warning or info`,
		},
		"several things": {
			rules.Selection{Only: []string{"tunible", "plan"}, Params: map[string]map[string]any{"tunable": {"bytes": "x"}}},
			"unknown rule \"tunible\", did you mean tunable?\nunknown rule \"plan\", did you mean plain?\n" +
				`parameter bytes of rule tunable is an integer, not "x"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := library.Select(test.selection)
			if err == nil {
				t.Fatal("selected")
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSelectErrorsHaveTypes(t *testing.T) {
	t.Parallel()
	_, err := tunables(t).Select(rules.Selection{
		Only:     []string{"tunible"},
		Params:   map[string]map[string]any{"tunable": {"byte": 1, "ports": "x"}},
		Severity: map[string]rules.Severity{"plain": "fatal"},
	})
	var rule *rules.UnknownRuleError
	if !errors.As(err, &rule) || *rule != (rules.UnknownRuleError{Name: "tunible", Nearest: "tunable"}) {
		t.Errorf("rule: %+v", rule)
	}
	var param *rules.UnknownParamError
	if !errors.As(err, &param) || *param != (rules.UnknownParamError{Rule: "tunable", Name: "byte", Nearest: "bytes"}) {
		t.Errorf("param: %+v", param)
	}
	var kind *rules.ParamTypeError
	if !errors.As(err, &kind) || *kind != (rules.ParamTypeError{Rule: "tunable", Param: "ports", Want: "a list of integers", Value: "x"}) {
		t.Errorf("type: %+v", kind)
	}
	var severity *rules.SeverityError
	if !errors.As(err, &severity) || *severity != (rules.SeverityError{Rule: "plain", Severity: "fatal"}) {
		t.Errorf("severity: %+v", severity)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	library := load(t, map[string]string{"sentinel_too_few": silent, "sentinel_even": silent, "volume_tight": silent})
	for written, want := range map[string]string{
		"sentinel-to-few":  "sentinel-too-few",
		"sentinel_too_few": "sentinel-too-few",
		"sentinel-odd":     "sentinel-even",
		"volume":           "",
		"":                 "",
	} {
		if got := library.Nearest(written); got != want {
			t.Errorf("%q is near %q, want %q", written, got, want)
		}
	}
}

func TestSeverityAtLeast(t *testing.T) {
	t.Parallel()
	ascending := []rules.Severity{"unknown", rules.Info, rules.Warning, rules.Error}
	for i, s := range ascending {
		for j, bound := range ascending {
			if got := s.AtLeast(bound); got != (i >= j) {
				t.Errorf("%s at least %s: %v", s, bound, got)
			}
		}
	}
}
