package policies

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

// model is a Redis as rules see it, without parameters.
type model = map[string]any

// judge evaluates all rules, with the parameters' defaults, on models that no source need have made.
type judge struct {
	query  rego.PreparedEvalQuery
	rules  map[string]*rules.Rule // by the query's variable
	params map[string]any         // of all rules together
}

func newJudge(t testing.TB) judge {
	t.Helper()
	compiler := compiler()
	if compiler.Compile(parse(t)); compiler.Failed() {
		t.Fatal(compiler.Errors)
	}
	j := judge{rules: map[string]*rules.Rule{}, params: map[string]any{}}
	var query []string
	for i, rule := range library(t).Rules() {
		variable := fmt.Sprintf("rule%d", i)
		j.rules[variable] = rule
		path := strings.ReplaceAll(strings.TrimSuffix(rule.File, ".rego"), "/", ".")
		expression := fmt.Sprintf("%s := data.redislint.%s.findings", variable, path)
		for _, p := range rule.Params {
			if other, taken := j.params[p.Name]; taken && !cmp.Equal(other, p.Default) {
				// Copies the whole input, so it is for namesakes only.
				value, err := json.Marshal(p.Default)
				if err != nil {
					t.Fatal(err)
				}
				expression += fmt.Sprintf(" with input.params.%s as %s", p.Name, value)
				continue
			}
			j.params[p.Name] = p.Default
		}
		query = append(query, expression)
	}
	var err error
	j.query, err = rego.New(
		rego.Query(strings.Join(query, "\n")), rego.Compiler(compiler), rego.StrictBuiltinErrors(true),
	).PrepareForEval(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// finding is a rule's finding as it came from Rego, its rule and severity filled in.
type finding struct {
	Rule     string         `json:"rule"`
	At       string         `json:"at"`
	Owner    string         `json:"owner"`
	Message  string         `json:"message"`
	Severity rules.Severity `json:"severity"`
	Related  []related      `json:"related"`
}

type related struct {
	At      string `json:"at"`
	Message string `json:"message"`
}

func (j judge) findings(t testing.TB, m model) []finding {
	t.Helper()
	m = maps.Clone(m)
	m["params"] = j.params
	results, err := j.query.Eval(t.Context(), rego.EvalInput(m))
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 1 {
		t.Fatal("a rule's findings are undefined")
	}
	var all []finding
	for variable, value := range results[0].Bindings {
		raw, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		var found []finding
		if err := json.Unmarshal(raw, &found); err != nil {
			t.Fatalf("%s: %v", j.rules[variable].ID, err)
		}
		for _, f := range found {
			f.Rule = j.rules[variable].ID
			if f.Severity == "" {
				f.Severity = j.rules[variable].Severity
			}
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b finding) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return all
}

// models are what the sources make of all examples and fixtures, each different one once, by name.
func models(t testing.TB) map[string]model {
	t.Helper()
	all, seen := map[string]model{}, map[string]bool{}
	add := func(name string, content []byte) {
		for i, redis := range discover(t, manifest.Input{Name: name, Data: content}) {
			m := redis.Encode()
			text, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			if !seen[string(text)] {
				seen[string(text)] = true
				all[fmt.Sprintf("%s %d", name, i)] = m
			}
		}
	}
	for _, rule := range library(t).Rules() {
		add(rule.ID+" bad", []byte(rule.Examples().Bad))
		add(rule.ID+" good", []byte(rule.Examples().Good))
	}
	for _, name := range fixture.Files(t, fixtures) {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		add(name, raw)
	}
	all["waivers"] = model{"waivers": []any{
		waiver(map[string]any{"used": true}),
		waiver(map[string]any{"used": false}),
		waiver(map[string]any{"used": false, "known": false, "nearest": "b"}),
		waiver(map[string]any{"used": false, "rule": "", "known": false, "reason": ""}),
		waiver(map[string]any{"used": false, "forbidden": true}),
		waiver(map[string]any{"expired": true}),
		waiver(map[string]any{"dated": false}),
		waiver(map[string]any{"reason": ""}),
	}}
	return all
}

// waiver is one that holds, but for what is different.
func waiver(different map[string]any) map[string]any {
	w := map[string]any{
		"rule": "a", "known": true, "nearest": "", "reason": "why", "until": "", "expired": false, "dated": true, "forbidden": false,
	}
	maps.Copy(w, different)
	return w
}

func TestNothingIsKnown(t *testing.T) {
	t.Parallel()
	if found := newJudge(t).findings(t, model{}); len(found) > 0 {
		t.Error(found)
	}
}

// TestForgetting leaves out every key of every model, one at a time: whoever knows less finds no more, and nothing worse.
func TestForgetting(t *testing.T) {
	t.Parallel()
	judge := newJudge(t)
	fired := map[string]bool{}
	all := models(t)
	for _, m := range all {
		for _, f := range judge.findings(t, m) {
			fired[f.Rule] = true
		}
	}
	for _, rule := range judge.rules {
		if !fired[rule.ID] {
			t.Errorf("%s finds nothing in any model, so nothing is proven", rule.ID)
		}
	}
	for name, m := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := judge.findings(t, m)
			forget(m, "", func(path string) {
				for _, f := range judge.findings(t, m) {
					if !slices.ContainsFunc(before, func(b finding) bool {
						return b.Rule == f.Rule && b.At == f.At && b.Severity.AtLeast(f.Severity)
					}) {
						t.Errorf("without %s: %s %s at %s: %s", path, f.Severity, f.Rule, f.At, f.Message)
					}
				}
			})
		})
	}
}

// forget calls try once without each key of the value.
func forget(value any, path string, try func(path string)) {
	switch value := value.(type) {
	case map[string]any:
		for key, child := range maps.Clone(value) {
			delete(value, key)
			try(path + "/" + key)
			value[key] = child
			forget(child, path+"/"+key, try)
		}
	case []any:
		for i, child := range value {
			forget(child, path+"/"+strconv.Itoa(i), try)
		}
	}
}

// TestOrder turns every list of a Redis around that has all the defects of all models.
func TestOrder(t *testing.T) {
	t.Parallel()
	judge := newJudge(t)
	all := models(t)
	for _, mode := range []string{"sentinel", "cluster"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			together := model{
				"mode": mode, "profile": "store", "profile_basis": "a test",
				"shape": map[string]any{"whole": true, "nodes": int64(2), "masters": int64(1), "replicas": int64(1)},
			}
			for _, name := range slices.Sorted(maps.Keys(all)) {
				join(together, all[name])
			}
			forward := judge.findings(t, together)
			if len(forward) < len(judge.rules)/2 {
				t.Fatalf("%d findings in all models together", len(forward))
			}
			backward := judge.findings(t, reverse(together))
			for i := range backward {
				backward[i] = backward[i].in(together)
			}
			slices.SortFunc(backward, func(a, b finding) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
			for i := range forward {
				sortRelated(forward[i].Related)
			}
			slices.SortFunc(forward, func(a, b finding) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
			if diff := cmp.Diff(forward, backward); diff != "" {
				t.Error(diff)
			}
		})
	}
}

var lists = []string{"nodes", "sentinels", "master_groups", "services", "alerts", "disruption_budgets"}

// join appends the lists of one model to those of another.
func join(to, from model) {
	nodes := list(to, "nodes")
	for _, name := range lists {
		for _, item := range list(from, name) {
			item := maps.Clone(item.(map[string]any))
			if selected, ok := item["nodes"].([]any); ok {
				item["nodes"] = mapped(selected, func(i int64) int64 { return i + int64(len(nodes)) })
			}
			to[name] = append(list(to, name), item)
		}
	}
}

// reverse returns the model with its lists backward.
func reverse(m model) model {
	reversed := maps.Clone(m)
	last := int64(len(list(m, "nodes")) - 1)
	for _, name := range lists {
		var items []any
		for _, item := range slices.Backward(list(m, name)) {
			item := maps.Clone(item.(map[string]any))
			if selected, ok := item["nodes"].([]any); ok {
				item["nodes"] = mapped(selected, func(i int64) int64 { return last - i })
			}
			items = append(items, item)
		}
		reversed[name] = items
	}
	return reversed
}

func list(m model, name string) []any {
	items, _ := m[name].([]any)
	return items
}

func mapped(indices []any, f func(int64) int64) []any {
	moved := make([]any, len(indices))
	for i, index := range indices {
		moved[i] = f(index.(int64))
	}
	return moved
}

// in returns a finding of the reversed model as one of the model.
func (f finding) in(m model) finding {
	f.At, f.Owner = pointerIn(m, f.At), pointerIn(m, f.Owner)
	f.Related = slices.Clone(f.Related)
	for i := range f.Related {
		f.Related[i].At = pointerIn(m, f.Related[i].At)
	}
	sortRelated(f.Related)
	return f
}

func pointerIn(m model, pointer string) string {
	tokens := strings.Split(pointer, "/")
	if len(tokens) < 3 {
		return pointer
	}
	if i, err := strconv.Atoi(tokens[2]); err == nil {
		tokens[2] = strconv.Itoa(len(list(m, tokens[1])) - 1 - i)
	}
	return strings.Join(tokens, "/")
}

func sortRelated(r []related) {
	slices.SortFunc(r, func(a, b related) int { return strings.Compare(a.At+a.Message, b.At+b.Message) })
}
