package rules

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// mostForgotten bounds how many keys of the models of a rule's examples are forgotten, and so the time that takes.
const mostForgotten = 10_000

// Unsound returns what a rule says that knows less than it should to say that: something of a model in which nothing is known,
// or of some Redis when a key is left out of their models more than it says with the key. It ends with the first key of each
// Redis. The error is the context's.
func (e *Evaluator) Unsound(ctx context.Context, rule *Rule, list []*topology.Redis) ([]string, error) {
	if rule.OfWaivers {
		return nil, nil
	}
	var unsound []string
	found, err := e.answers(ctx, rule, map[string]any{})
	for _, a := range found {
		unsound = append(unsound, fmt.Sprintf("nothing is known, and it finds: %s", a.message))
	}
	left := mostForgotten
	for _, redis := range list {
		if err != nil {
			break
		}
		model := redis.Encode()
		var before []answer
		if before, err = e.answers(ctx, rule, model); err != nil {
			break
		}
		forget(model, nil, func(path manifest.Path) bool {
			var after []answer
			if left--; left < 0 {
				return false
			}
			if after, err = e.answers(ctx, rule, model); err != nil {
				return false
			}
			for _, a := range after {
				if !slices.ContainsFunc(before, func(b answer) bool { return b.at == a.at && severityIn(b, rule).AtLeast(severityIn(a, rule)) }) {
					unsound = append(unsound, fmt.Sprintf("without %s it finds at %s what it does not find with it: %s", path.Pointer(), a.at, a.message))
					return false
				}
			}
			return true
		})
	}
	if err != nil && ctx.Err() == nil {
		return unsound, nil // it is undecided, which others tell
	}
	return unsound, err
}

func severityIn(a answer, rule *Rule) Severity {
	if a.severity == "" {
		return rule.Severity
	}
	return a.severity
}

// forget calls try without each key of a model in turn, until it returns false.
func forget(value any, path manifest.Path, try func(path manifest.Path) bool) bool {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			child, below := value[key], append(slices.Clip(path), key)
			delete(value, key)
			goOn := try(below)
			value[key] = child
			if !goOn || !forget(child, below, try) {
				return false
			}
		}
	case []any:
		for i, child := range value {
			if !forget(child, append(slices.Clip(path), strconv.Itoa(i)), try) {
				return false
			}
		}
	}
	return true
}

// unplaced is a judge that wants nothing but the answers themselves.
type unplaced struct{ answers *[]answer }

func (u unplaced) finding(_ *Rule, a answer) (Finding, error) {
	*u.answers = append(*u.answers, a)
	return Finding{}, nil
}

// answers evaluates one rule on a model.
func (e *Evaluator) answers(ctx context.Context, rule *Rule, model map[string]any) ([]answer, error) {
	var answers []answer
	verdict, _, err := e.run(ctx, "", model, unplaced{&answers}, []*Rule{rule}, nil)
	if err == nil && len(verdict.Undecided) > 0 {
		err = fmt.Errorf("rule %s is undecided: %s", rule.ID, verdict.Undecided[0].Reason)
	}
	return answers, err
}
