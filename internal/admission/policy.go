package admission

import (
	"fmt"
	"slices"

	"github.com/redislint/redislint/internal/rules"
)

// Action is what happens to a request for a finding that it introduces.
type Action string

// The actions.
const (
	Deny  Action = "deny"
	Warn  Action = "warn"  // admit, with an admission warning
	Audit Action = "audit" // admit, with an audit annotation
	Off   Action = "off"   // admit, and do not even look
)

var actions = []Action{Off, Audit, Warn, Deny}

// least returns the milder of two actions.
func least(a, b Action) Action {
	if slices.Index(actions, a) < slices.Index(actions, b) {
		return a
	}
	return b
}

// Config is how findings are acted upon. The zero value denies errors, warns
// of warnings and of waivers, and records the rest.
type Config struct {
	// Actions replaces the action of a rule, whatever the finding's severity.
	Actions map[string]Action
	// DenyDeletion names rules for which a DELETE is denied too. For all others
	// a DELETE only warns.
	DenyDeletion []string
	// Selection chooses rules, parameters and severities.
	Selection rules.Selection
}

// Policy is a compiled set of rules with the way to act on them. It is safe
// for concurrent use and never changes.
type Policy struct {
	evaluator *rules.Evaluator
	config    Config
}

// NewPolicy compiles a policy. Unknown rules and actions are errors.
func NewPolicy(library *rules.Library, config Config) (*Policy, error) {
	for id, action := range config.Actions {
		if _, known := library.Rule(id); !known {
			return nil, &rules.UnknownRuleError{Name: id, Nearest: library.Nearest(id)}
		}
		if !slices.Contains(actions, action) {
			return nil, fmt.Errorf("action of rule %s: %q is none of deny, warn, audit and off", id, action)
		}
	}
	for _, id := range config.DenyDeletion {
		if _, known := library.Rule(id); !known {
			return nil, &rules.UnknownRuleError{Name: id, Nearest: library.Nearest(id)}
		}
	}
	evaluator, err := library.Select(config.Selection)
	if err != nil {
		return nil, fmt.Errorf("select rules: %w", err)
	}
	return &Policy{evaluator: evaluator, config: config}, nil
}

// action is what the policy does about a finding.
func (p *Policy) action(f rules.Finding) Action {
	if action, set := p.config.Actions[f.Rule.ID]; set {
		return action
	}
	switch f.Severity {
	case rules.Error:
		if f.Rule.OfWaivers {
			return Warn // it says nothing of the Redis; what was waived is found by its own rule
		}
		return Deny
	case rules.Warning:
		return Warn
	default:
		return Audit
	}
}
