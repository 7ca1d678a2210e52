package e2e

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/source"
	"github.com/redislint/redislint/policies"
)

// library holds the rules that the webhook has too.
var library = sync.OnceValues(func() (*rules.Library, error) { return rules.Load(policies.FS) })

// engine is what the linter decides by, run in the test.
type engine struct{ evaluator *rules.Evaluator }

func newEngine(t *testing.T) engine {
	t.Helper()
	l, err := library()
	if err != nil {
		t.Fatal(err)
	}
	evaluator, err := l.Select(rules.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	return engine{evaluator}
}

// text returns what the linter finds in a file.
func (e engine) text(t *testing.T, text string) []rules.Finding {
	t.Helper()
	options := manifest.DefaultOptions()
	options.Sign = source.Sign
	return e.run(t, manifest.Decode([]manifest.Input{{Name: "fixture.yaml", Data: []byte(text)}}, options))
}

// cluster returns what the linter finds in objects as an API server holds them.
func (e engine) cluster(t *testing.T, all []*object) []rules.Finding {
	t.Helper()
	decoded := make([]*manifest.Object, len(all))
	for i, o := range all {
		raw, err := o.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if decoded[i], err = manifest.DecodeOne("cluster", raw, manifest.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	return e.run(t, manifest.Compose(decoded))
}

func (e engine) run(t *testing.T, set *manifest.Set) []rules.Finding {
	t.Helper()
	result, err := lint.Run(t.Context(), set, e.evaluator)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range result.Undecided {
		t.Errorf("rule %s is undecided: %s", u.Rule, u.Reason)
	}
	return slices.DeleteFunc(result.Findings, func(f rules.Finding) bool { return f.Suppressed != nil })
}

// introduced are the findings of after that are new, or worse than before.
func introduced(before, after []rules.Finding) []rules.Finding {
	known := map[string]rules.Severity{}
	for _, f := range before {
		known[f.Fingerprint] = f.Severity
	}
	return slices.DeleteFunc(slices.Clone(after), func(f rules.Finding) bool {
		old, existed := known[f.Fingerprint]
		return existed && old.AtLeast(f.Severity)
	})
}

// told is a finding as the linter and the webhook both tell it.
type told struct{ Rule, Severity, Object, Message string }

func sorted(all []told) []told {
	slices.SortFunc(all, func(a, b told) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return all
}

func ofEngine(findings []rules.Finding) []told {
	var all []told
	for _, f := range findings {
		all = append(all, told{f.Rule.ID, string(f.Severity), f.Object.Kind + "/" + f.Object.Name, f.Message})
	}
	return sorted(all)
}

func ofWebhook(findings []noted) []told {
	var all []told
	for _, f := range findings {
		all = append(all, told{f.Rule, f.Severity, f.Object, f.Message})
	}
	return sorted(all)
}

// inOrder returns the objects that others refer to before those that can hold a Redis.
func inOrder(all []*object) []*object {
	last := func(o *object) bool {
		return slices.Contains(source.Kinds(), o.GroupVersionKind().Group+"/"+o.GetKind())
	}
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b *object) int {
		switch {
		case last(a) == last(b):
			return 0
		case last(a):
			return 1
		default:
			return -1
		}
	})
	return all
}
