package rules_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/topology"
)

// ignoreMet leaves out of a verdict what TestConclude is about.
var ignoreMet = cmpopts.IgnoreTypes(rules.Met{})

var sameRule = cmp.Comparer(func(a, b *rules.Rule) bool { return a == b })

// tooHigh judges a ConfigMap's directive against the workload's limit.
const tooHigh = `findings contains {
	"at": sprintf("/nodes/%d/config/maxmemory", [i]),
	"owner": sprintf("/nodes/%d/memory/limit", [i]),
	"message": sprintf("maxmemory %s reaches the limit", [node.config.maxmemory.text]),
	"related": [{"at": sprintf("/nodes/%d/replicas", [i]), "message": "in each replica"}],
} if {
	some i, node in input.nodes
	node.config.maxmemory.bytes >= node.memory.limit.amount
}`

func finding(at, message string) string {
	return fmt.Sprintf(`findings contains {"at": %q, "message": %q} if input.name == "redis"`, at, message)
}

func TestEvaluatePlacesFindings(t *testing.T) {
	t.Parallel()
	limit := manifest.Path{"spec", "template", "spec", "containers", "0", "resources", "limits", "memory"}
	directive := rules.Place{
		Path:     manifest.Path{"data", "redis.conf"},
		Position: manifest.Position{Line: 34, Column: 5, EndLine: 34, EndColumn: 18},
	}
	for name, test := range map[string]struct {
		body string
		want rules.Finding
	}{
		"at a field": {
			finding("/nodes/0/memory/limit/amount", "low"),
			rules.Finding{
				Message: "low", Pointer: "/nodes/0/memory/limit/amount",
				Place: rules.Place{
					Path: limit, Position: manifest.Position{Line: 15, Column: 21, EndLine: 15, EndColumn: 24},
				},
				Container: "redis",
			},
		},
		"at a field that is missing: its nearest ancestor": {
			finding("/nodes/0/memory/request", "missing"),
			rules.Finding{
				Message: "missing", Pointer: "/nodes/0/memory/request",
				Place: rules.Place{
					Path:     manifest.Path{"spec", "template", "spec", "containers", "0", "resources", "requests", "memory"},
					Position: manifest.Position{Line: 13, Column: 9, EndLine: 13, EndColumn: 18},
				},
				Container: "redis",
			},
		},
		"at a directive of a ConfigMap": {
			finding("/nodes/0/config/maxmemory", "high"),
			rules.Finding{Message: "high", Pointer: "/nodes/0/config/maxmemory", Place: directive, Container: "redis"},
		},
		"in a ConfigMap, owned by the workload": {
			tooHigh,
			rules.Finding{
				Message: "maxmemory 1gb reaches the limit", Pointer: "/nodes/0/config/maxmemory",
				Place: rules.Place{
					Path: limit, Position: manifest.Position{Line: 15, Column: 21, EndLine: 15, EndColumn: 24},
				},
				Container: "redis",
				Related: []rules.Related{
					{Place: directive, Message: "written here", Fact: true},
					{
						Place: rules.Place{
							Path: manifest.Path{"spec", "replicas"}, Position: manifest.Position{Line: 7, Column: 13, EndLine: 7, EndColumn: 14},
						},
						Message: "in each replica",
					},
				},
			},
		},
		"owned by the object it is in": {
			`findings contains {"at": "/nodes/0/replicas", "owner": "/nodes/0/memory/limit", "message": "m"} if input.name == "redis"`,
			rules.Finding{
				Message: "m", Pointer: "/nodes/0/replicas",
				Place: rules.Place{
					Path: manifest.Path{"spec", "replicas"}, Position: manifest.Position{Line: 7, Column: 13, EndLine: 7, EndColumn: 14},
				},
				Container: "redis",
			},
		},
		"in a Sentinel": {
			finding("/sentinels/0/replicas", "m"),
			rules.Finding{
				Message: "m", Pointer: "/sentinels/0/replicas",
				Place: rules.Place{
					Path: manifest.Path{"spec", "replicas"}, Position: manifest.Position{Line: 7, Column: 13, EndLine: 7, EndColumn: 14},
				},
				Container: "sentinel",
			},
		},
		"outside of any container": {
			finding("/services/0", "m"),
			rules.Finding{Message: "m", Pointer: "/services/0", Place: rules.Place{Position: manifest.Position{Line: 36, Column: 1, EndLine: 36, EndColumn: 11}}},
		},
		"found twice": {
			finding("/nodes/0/replicas", "m") + "\n\n" + `findings contains {"at": "/nodes/0/replicas", "message": "m", "severity": "error"} if input.name == "redis"`,
			rules.Finding{
				Message: "m", Pointer: "/nodes/0/replicas",
				Place: rules.Place{
					Path: manifest.Path{"spec", "replicas"}, Position: manifest.Position{Line: 7, Column: 13, EndLine: 7, EndColumn: 14},
				},
				Container: "redis",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			library := load(t, map[string]string{"one": test.body})
			verdict := evaluate(t, selected(t, library, rules.Selection{}), redisOf(t, shop))
			test.want.Rule = library.Rules()[0]
			test.want.Severity = rules.Error
			test.want.Redis = "shop/redis"
			for i := range verdict.Findings {
				if verdict.Findings[i].Fingerprint == "" {
					t.Error("no fingerprint")
				}
				verdict.Findings[i].Fingerprint = ""
			}
			ignoreObject := cmp.Transformer("object", func(o *manifest.Object) string { return "" })
			if diff := cmp.Diff(rules.Verdict{Findings: []rules.Finding{test.want}}, verdict, ignoreObject, ignoreMet, sameRule); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEvaluateObjectOfFindings(t *testing.T) {
	t.Parallel()
	redis := redisOf(t, shop)
	verdict := evaluate(t, selected(t, load(t, map[string]string{"one": tooHigh}), rules.Selection{}), redis)
	if len(verdict.Findings) != 1 {
		t.Fatalf("got %+v", verdict)
	}
	if f := verdict.Findings[0]; f.Object.Kind != "StatefulSet" || f.Related[0].Object.Kind != "ConfigMap" {
		t.Errorf("finding in %s, related in %s", f.Object.Kind, f.Related[0].Object.Kind)
	}
}

// A rule that fails is undecided, with a reason, and leaves the others alone.
func TestEvaluateUndecided(t *testing.T) {
	t.Parallel()
	answer := func(answer string) string { return `findings contains ` + answer + ` if input.name == "redis"` }
	for name, test := range map[string]struct {
		body string
		want string
	}{
		"an error in a builtin": {
			`findings contains {"at": "", "message": "m"} if units.parse_bytes(input.name) > 1`,
			"test/bad.rego:12: units.parse_bytes: units.parse_bytes: no byte amount provided",
		},
		"a function with two results": {
			finding("", "m") + "\n\n" + `findings contains {"at": "", "message": _f(input.name)} if input.name` +
				"\n\n" + `_f(x) := "a" if x != "y"` + "\n\n" + `_f(x) := "b" if x != "z"`,
			`test/bad.rego:18: function data.redislint.test.bad._f produced conflicting values for the same inputs: "a" at`,
		},
		"not an object":           {answer(`"x"`), `a finding is not an object {"at": …, "message": …}`},
		"a key that is no string": {answer(`{"at": "", "message": "m", 1: 2}`), "a finding has a key 1, which is not a string"},
		"an unknown key":          {answer(`{"at": "", "message": "m", "where": ""}`), `a finding has a key "where", which means nothing`},
		"no at":                   {answer(`{"message": "m"}`), "a finding has no key at"},
		"an at of another type":   {answer(`{"at": 1, "message": "m"}`), "a finding has a key at that is not a string"},
		"an at that is no pointer": {
			answer(`{"at": "nodes", "message": "m"}`), `a finding points nowhere: `,
		},
		"an at that leads nowhere": {
			answer(`{"at": "/nodes/7/memory", "message": "m"}`), `a finding points nowhere: /nodes/7/memory: the model has no "7" there`,
		},
		"an at with a hostile index": {
			answer(`{"at": "/nodes/-1/memory", "message": "m"}`), `a finding points nowhere: /nodes/-1/memory: the model has no "-1" there`,
		},
		"an owner that leads nowhere": {
			answer(`{"at": "", "owner": "/x", "message": "m"}`), `a finding points nowhere: /x: the model has no "x" there`,
		},
		"an owner of another type": {answer(`{"at": "", "owner": null, "message": "m"}`), "a finding has a key owner that is not a string"},
		"no message":               {answer(`{"at": ""}`), "a finding has no key message"},
		"an empty message":         {answer(`{"at": "", "message": " "}`), "a finding has an empty message"},
		"a message that is no string": {
			answer(`{"at": "", "message": 1}`), "a finding has a key message that is not a string",
		},
		"an unknown severity": {
			answer(`{"at": "", "message": "m", "severity": "fatal"}`), `a finding has the severity "fatal", not error, warning or info`,
		},
		"a severity of another type": {
			answer(`{"at": "", "message": "m", "severity": 1}`), `a finding has a key severity that is not a string`,
		},
		"related places that are no array": {
			answer(`{"at": "", "message": "m", "related": {}}`), "a finding has a key related that is not an array",
		},
		"a related place without a message": {
			answer(`{"at": "", "message": "m", "related": [{"at": ""}]}`), "a finding has a related place that has no key message",
		},
		"a related place with an owner": {
			answer(`{"at": "", "message": "m", "related": [{"at": "", "message": "m", "owner": ""}]}`),
			`a finding has a related place that has a key "owner", which means nothing`,
		},
		"a fix that is neither safe nor not": {answer(fixed(`{}`)), "a finding has a fix that has no key safe"},
		"a fix that sets a list": {
			answer(fixed(`{"safe": true, "set": [{"at": "/nodes/0/replicas", "to": []}]}`)),
			"a finding has a fix that has a change that has a key to that is no number, no string, true or false",
		},
		"a fix of another type than the field": {
			answer(fixed(`{"safe": true, "set": [{"at": "/nodes/0/replicas", "to": "3"}]}`)),
			"a finding points nowhere: its fix: /nodes/0/replicas cannot be 3",
		},
		"a fix that leads nowhere": {
			answer(fixed(`{"safe": true, "set": [{"at": "/nodes/0/size", "to": 3}]}`)),
			`a finding points nowhere: its fix: /nodes/0/size: the model has no "size" there`,
		},
		"a fix that adds no line": {
			answer(fixed(`{"safe": true, "set": [{"before": "/nodes/0/config/maxmemory", "line": ""}]}`)),
			"a finding has a fix that has a change that has a key line that is empty",
		},
		"a related place that leads nowhere": {
			answer(`{"at": "", "message": "m", "related": [{"at": "/x", "message": "m"}]}`),
			`a finding points nowhere: /x: the model has no "x" there`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			library := load(t, map[string]string{"bad": test.body, "after": finding("", "m"), "zero": finding("", "m")})
			verdict := evaluate(t, selected(t, library, rules.Selection{}), redisOf(t, shop))
			if got := ids(verdict.Findings); got != "after zero" {
				t.Errorf("findings of %q, want those of the sound rules", got)
			}
			if len(verdict.Undecided) != 1 {
				t.Fatalf("got %+v, want one undecided", verdict.Undecided)
			}
			got := verdict.Undecided[0]
			if got.Rule != "bad" || got.Redis != "shop/redis" || !strings.HasPrefix(got.Reason, test.want) {
				t.Errorf("got %+v\nwant %s", got, test.want)
			}
		})
	}
}

func fixed(fix string) string { return `{"at": "", "message": "m", "fixes": [` + fix + `]}` }

// What users write decides how large a value becomes, and whether it is known: a fix that cannot write it is left out,
// its finding and its other fixes are not.
func TestEvaluateLeavesOutFixes(t *testing.T) {
	t.Parallel()
	for name, fix := range map[string]string{
		"beyond 2^63":                     `{"at": "/nodes/0/memory/limit", "to": 9223372036854775808}`,
		"a product of large ones":         `{"at": "/nodes/0/memory/limit", "to": input.nodes[0].memory.limit.amount * 1000000000000}`,
		"a fraction":                      `{"at": "/nodes/0/replicas", "to": 1.5}`,
		"below 0":                         `{"at": "/nodes/0/replicas", "to": -1}`,
		"with a control character":        `{"at": "/nodes/0/config/maxmemory_policy", "to": "noeviction\nbind 0.0.0.0"}`,
		"a line with a control character": `{"before": "/nodes/0/config/maxmemory", "line": "port 1\u001b[31m"}`,
		"the same as what is not known":   `{"at": "/nodes/0/memory/request", "same_as": "/nodes/0/cpu/limit"}`,
		"in what is not known":            `{"at": "/nodes/0/probes/liveness/period", "to": 10}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sound := `{"safe": true, "set": [{"at": "/nodes/0/replicas", "to": 5}]}`
			answer := fixed(`{"safe": true, "set": [{"at": "/nodes/0/replicas", "to": 3}, ` + fix + `]}, ` + sound)
			library := load(t, map[string]string{"one": `findings contains ` + answer + ` if input.name == "redis"`})
			verdict := evaluate(t, selected(t, library, rules.Selection{}), redisOf(t, shop))
			if len(verdict.Findings) != 1 || len(verdict.Undecided) > 0 {
				t.Fatalf("got %+v, undecided %+v; want one finding", verdict.Findings, verdict.Undecided)
			}
			fixes := verdict.Findings[0].Fixes
			if len(fixes) != 1 || len(fixes[0].Changes) != 1 || fixes[0].Changes[0].To != int64(5) {
				t.Errorf("got the fixes %+v, want that of 5 replicas alone", fixes)
			}
		})
	}
}

func ids(findings []rules.Finding) string {
	var list []string
	for _, f := range findings {
		list = append(list, f.Rule.ID)
	}
	return strings.Join(list, " ")
}

// What a failed expression left undefined in a library must not silence the next rule that reads it.
func TestEvaluateErrorInLibrary(t *testing.T) {
	t.Parallel()
	body := "import data.redislint.lib.size\n\n" + `findings contains {"at": "", "message": "m"} if size.large`
	library := mustLoad(t, files(map[string]string{
		"lib/size.rego": "package redislint.lib.size\n\nlarge if units.parse_bytes(input.name) > 1\n",
		"test/one.rego": ruleSource("test.one", "", body),
		"test/two.rego": ruleSource("test.two", "", body),
	}))
	verdict := evaluate(t, selected(t, library, rules.Selection{}), redisOf(t, shop))
	want := []rules.Undecided{
		{Rule: "one", Redis: "shop/redis", Reason: "lib/size.rego:3: units.parse_bytes: units.parse_bytes: no byte amount provided"},
		{Rule: "two", Redis: "shop/redis", Reason: "lib/size.rego:3: units.parse_bytes: units.parse_bytes: no byte amount provided"},
	}
	if diff := cmp.Diff(rules.Verdict{Undecided: want}, verdict, ignoreMet); diff != "" {
		t.Error(diff)
	}
}

// endless runs for years.
const endless = `findings contains {"at": "", "message": "m"} if {
	some x in numbers.range(1, 100000)
	some y in numbers.range(1, 100000)
	some z in numbers.range(1, 100000)
	x * y * z == -1
}`

func TestEvaluateStopsEndlessRules(t *testing.T) {
	t.Parallel()
	library := load(t, map[string]string{"a": endless, "b": finding("", "m")})
	evaluator := selected(t, library, rules.Selection{Budget: 400 * time.Millisecond})
	verdict := evaluate(t, evaluator, redisOf(t, shop))
	want := []rules.Undecided{{Rule: "a", Redis: "shop/redis", Reason: "stopped, as the rules may take 400ms for one Redis"}}
	if diff := cmp.Diff(want, verdict.Undecided); diff != "" {
		t.Error(diff)
	}
	if got := ids(verdict.Findings); got != "b" {
		t.Errorf("findings of %q, want b", got)
	}
}

func TestEvaluateWithoutBudget(t *testing.T) {
	t.Parallel()
	evaluator := selected(t, load(t, map[string]string{"a": finding("", "m")}), rules.Selection{Budget: 1})
	verdict := evaluate(t, evaluator, redisOf(t, shop))
	want := rules.Verdict{Undecided: []rules.Undecided{
		{Rule: "a", Redis: "shop/redis", Reason: "stopped, as the rules may take 1ns for one Redis"},
	}}
	if diff := cmp.Diff(want, verdict, ignoreMet); diff != "" {
		t.Error(diff)
	}
}

// The caller's deadline makes no verdict, not one with rules undecided.
func TestEvaluateEndsWithItsContext(t *testing.T) {
	t.Parallel()
	evaluator := selected(t, load(t, map[string]string{"a": endless}), rules.Selection{Budget: time.Hour})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	verdict, err := evaluator.Evaluate(ctx, redisOf(t, shop))
	if !errors.Is(err, context.DeadlineExceeded) || verdict.Undecided != nil {
		t.Errorf("got %+v, %v, want %v", verdict, err, context.DeadlineExceeded)
	}
	if want := "evaluate rules on Redis shop/redis: context deadline exceeded"; err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestSeverity(t *testing.T) {
	t.Parallel()
	warns := strings.Replace(ruleSource("test.one", "", `findings contains {"at": "", "message": "m"} if input.name

findings contains {"at": "", "message": "n", "severity": "info"} if input.name`), "severity: error", "severity: warning", 1)
	errs := ruleSource("test.one", "", `findings contains {"at": "", "message": "m", "severity": "error"} if input.name

findings contains {"at": "", "message": "n", "severity": "warning"} if input.name`)
	worse := strings.Replace(errs, "severity: error", "severity: warning", 1)
	for name, test := range map[string]struct {
		source   string
		replaced rules.Severity
		want     string
	}{
		"the rule's, or milder":                       {warns, "", "m warning, n info"},
		"replaced by a worse one, milder stays":       {warns, rules.Error, "m error, n info"},
		"replaced by a milder one, which bounds":      {errs, rules.Info, "m info, n info"},
		"replaced by one between":                     {errs, rules.Warning, "m warning, n warning"},
		"above the rule's":                            {worse, "", "undecided: a finding has the severity error, above the rule's warning"},
		"above the rule's although replaced by worse": {worse, rules.Error, "undecided: a finding has the severity error, above the rule's warning"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			selection := rules.Selection{}
			if test.replaced != "" {
				selection.Severity = map[string]rules.Severity{"one": test.replaced}
			}
			library := mustLoad(t, files(map[string]string{"test/one.rego": test.source}))
			verdict := evaluate(t, selected(t, library, selection), redisOf(t, shop))
			var got []string
			for _, f := range verdict.Findings {
				got = append(got, f.Message+" "+string(f.Severity))
			}
			for _, u := range verdict.Undecided {
				got = append(got, "undecided: "+u.Reason)
			}
			if diff := cmp.Diff(test.want, strings.Join(got, ", ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEvaluateConcurrently(t *testing.T) {
	t.Parallel()
	library := load(t, map[string]string{"high": tooHigh, "bad": `findings contains 1 if input.name`, "c": finding("/services/0", "m")})
	evaluator := selected(t, library, rules.Selection{})
	redis := redisOf(t, shop)
	want := evaluate(t, evaluator, redis)
	if len(want.Findings) != 2 || len(want.Undecided) != 1 {
		t.Fatalf("got %+v", want)
	}
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			got, err := evaluator.Evaluate(t.Context(), redis)
			if err != nil {
				t.Error(err)
			}
			sameObject := cmp.Comparer(func(a, b *manifest.Object) bool { return a == b })
			if diff := cmp.Diff(want, got, sameObject, ignoreMet, sameRule); diff != "" {
				t.Error(diff)
			}
		})
	}
	group.Wait()
}

// An empty Redis has fields that are unknown and places that were never written.
func TestEvaluateEmptyRedis(t *testing.T) {
	t.Parallel()
	library := load(t, map[string]string{"high": tooHigh, "nowhere": `findings contains {"at": "", "message": "m"} if input.name == ""`})
	verdict := evaluate(t, selected(t, library, rules.Selection{}), &topology.Redis{})
	want := rules.Verdict{Undecided: []rules.Undecided{{Rule: "nowhere", Reason: "a finding points nowhere: \"\" was not written anywhere"}}}
	if diff := cmp.Diff(want, verdict, ignoreMet); diff != "" {
		t.Error(diff)
	}
}

// The code that finds places is ours, but a fault in it must not take the other rules along.
func TestEvaluateRecovers(t *testing.T) {
	t.Parallel()
	library := load(t, map[string]string{"a": finding("", "m"), "b": finding("/nodes/0", "m")})
	redis := redisOf(t, shop)
	redis.Origin.Object = &manifest.Object{} // has no text to find a place in
	verdict := evaluate(t, selected(t, library, rules.Selection{}), redis)
	if len(verdict.Undecided) != 1 || verdict.Undecided[0].Rule != "a" || !strings.HasPrefix(verdict.Undecided[0].Reason, "panic: ") {
		t.Errorf("undecided %+v, want a", verdict.Undecided)
	}
	if got := ids(verdict.Findings); got != "b" {
		t.Errorf("findings of %q, want b", got)
	}
}
