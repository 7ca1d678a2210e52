package rules

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
)

// DefaultBudget is how long the rules may take on one Redis. It is some thousand times what they need.
const DefaultBudget = 2 * time.Second

// Selection says which rules to evaluate and how. Rules are named by their ids, present or former. The zero Selection is
// every rule as its METADATA has it.
type Selection struct {
	Only    []string // nothing else; empty for all rules
	Disable []string // without these
	Enable  []string // but with these

	// Params are values by rule and parameter: of the type of the parameter's default, or a string to be read as such.
	Params map[string]map[string]any
	// Severity replaces a rule's severity. Findings that the rule itself makes milder become no worse than it.
	Severity map[string]Severity

	// Scopes say for which Redis a rule is evaluated.
	Scopes map[string]Scope

	// StorageClasses and Profiles are what is known of Redis beyond what is written of them: see Amend.
	StorageClasses []StorageClass
	Profiles       []Profile

	// Waivers are those of a configuration.
	Waivers []Entry
	// Whole is true when all that the Waivers are about is in the input, so that one which concerns no object is unused.
	Whole bool
	// Inline says which waivers in manifests count.
	Inline Inline

	// Memo remembers answers from one judgement to the next; nil remembers nothing.
	Memo *Memo

	// Budget is how long the rules may take on one Redis; zero means DefaultBudget.
	Budget time.Duration
	// Now is the time by which waivers expire; nil means time.Now.
	Now func() time.Time
}

// Inline says which waivers in manifests count. The zero Inline is all annotations, and no comments.
type Inline struct {
	Forbidden      bool     // none
	ForbiddenRules []string // none of these rules
	Comments       bool     // those in comments too: "# redislint: ignore[rule] reason"
}

// UnknownRuleError is a name that no rule has.
type UnknownRuleError struct {
	Name    string
	Nearest string // "" when no name is close
}

func (e *UnknownRuleError) Error() string {
	return fmt.Sprintf("unknown rule %q%s", e.Name, didYouMean(e.Nearest))
}

// UnknownParamError is a parameter that the rule does not have.
type UnknownParamError struct {
	Rule, Name string
	Nearest    string // "" when no name is close
}

func (e *UnknownParamError) Error() string {
	return fmt.Sprintf("rule %s has no parameter %q%s", e.Rule, e.Name, didYouMean(e.Nearest))
}

// ParamTypeError is a value that is not of the type of the parameter's default.
type ParamTypeError struct {
	Rule, Param string
	Want        string // "an integer"
	Value       any
}

func (e *ParamTypeError) Error() string {
	return fmt.Sprintf("parameter %s of rule %s is %s, not %#v", e.Param, e.Rule, e.Want, e.Value)
}

// SeverityError is a severity that does not exist.
type SeverityError struct {
	Rule     string
	Severity Severity
}

func (e *SeverityError) Error() string {
	return fmt.Sprintf("severity of rule %s is %q, not error, warning or info", e.Rule, e.Severity)
}

func didYouMean(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %s?", name)
}

// Select prepares the selected rules for evaluation. What is wrong with the selection is reported together, as an error
// that errors.As finds an *UnknownRuleError, *UnknownParamError, *ParamTypeError or *SeverityError in.
func (l *Library) Select(selection Selection) (*Evaluator, error) {
	s := selector{library: l}
	only, disable, enable := s.rules(selection.Only), s.rules(selection.Disable), s.rules(selection.Enable)
	params := s.params(selection.Params)
	severity := s.severity(selection.Severity)
	scopes, entries, forbidden := s.scopes(selection.Scopes), s.entries(selection.Waivers), s.rules(selection.Inline.ForbiddenRules)
	if err := errors.Join(s.errs...); err != nil {
		return nil, err
	}
	e := &Evaluator{
		library: l, params: params, severity: severity, scopes: scopes,
		classes: selection.StorageClasses, profiles: selection.Profiles,
		entries: entries, whole: selection.Whole, inline: selection.Inline, forbidden: forbidden,
		memo: selection.Memo, budget: selection.Budget, now: selection.Now,
	}
	e.memo.begin()
	for _, rule := range slices.Concat(l.rules, l.faulty) {
		switch {
		case (len(only) > 0 && !only[rule] || disable[rule]) && !enable[rule]:
		case len(rule.Faults) > 0:
			e.faulty = append(e.faulty, rule)
		case rule.OfWaivers:
			e.ofWaivers = append(e.ofWaivers, rule)
		default:
			e.rules = append(e.rules, rule)
		}
	}
	if e.budget <= 0 {
		e.budget = DefaultBudget
	}
	if e.now == nil {
		e.now = time.Now
	}
	return e, nil
}

// selector resolves the names of a Selection.
type selector struct {
	library *Library
	errs    []error
}

func (s *selector) rule(name string) (*Rule, bool) {
	rule, ok := s.library.Rule(name)
	if !ok {
		s.errs = append(s.errs, &UnknownRuleError{name, s.library.Nearest(name)})
	}
	return rule, ok
}

func (s *selector) rules(names []string) map[*Rule]bool {
	set := map[*Rule]bool{}
	for _, name := range names {
		if rule, ok := s.rule(name); ok {
			set[rule] = true
		}
	}
	return set
}

func (s *selector) severity(byName map[string]Severity) map[*Rule]Severity {
	byRule := map[*Rule]Severity{}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		rule, ok := s.rule(name)
		switch severity := byName[name]; {
		case !ok:
		case !severity.Valid():
			s.errs = append(s.errs, &SeverityError{name, severity})
		default:
			byRule[rule] = severity
		}
	}
	return byRule
}

func (s *selector) scopes(byName map[string]Scope) map[*Rule]Scope {
	byRule := map[*Rule]Scope{}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		if rule, ok := s.rule(name); ok {
			byRule[rule] = byName[name]
		}
	}
	return byRule
}

func (s *selector) entries(list []Entry) []entry {
	var entries []entry
	for _, e := range list {
		if rule, ok := s.rule(e.Rule); ok {
			entries = append(entries, entry{e, rule})
		}
	}
	return entries
}

// params returns the value of input.params: by rule id, then by parameter, as loader.scopeParams has it.
func (s *selector) params(byName map[string]map[string]any) ast.Value {
	values := map[string]any{}
	for _, rule := range s.library.rules {
		defaults := map[string]any{}
		for _, param := range rule.Params {
			defaults[param.Name] = param.Default
		}
		values[rule.ID] = defaults
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		rule, ok := s.rule(name)
		if !ok || len(rule.Faults) > 0 {
			continue
		}
		for _, param := range slices.Sorted(maps.Keys(byName[name])) {
			if value, ok := s.param(rule, param, byName[name][param]); ok {
				values[rule.ID].(map[string]any)[param] = value
			}
		}
	}
	return ast.MustInterfaceToValue(values)
}

func (s *selector) param(rule *Rule, name string, value any) (any, bool) {
	var names []string
	for _, param := range rule.Params {
		if param.Name == name {
			want, _ := typeOf(param.Default) // cannot fail: the loader did the same
			converted, ok := want.convert(value)
			if !ok {
				s.errs = append(s.errs, &ParamTypeError{rule.ID, name, string(want), value})
			}
			return converted, ok
		}
		names = append(names, param.Name)
	}
	s.errs = append(s.errs, &UnknownParamError{rule.ID, name, Nearest(name, names)})
	return nil, false
}
