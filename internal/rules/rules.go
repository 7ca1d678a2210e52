// Package rules loads Rego rules, checks their METADATA and evaluates them on a Redis. It knows OPA; it knows nothing of
// YAML paths or of any source.
package rules

import (
	"slices"

	"github.com/agnivade/levenshtein"
	"github.com/open-policy-agent/opa/v1/storage"
)

// Severity is how bad a finding is.
type Severity string

// The severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// severities are in ascending order.
var severities = []Severity{Info, Warning, Error}

// Valid reports whether s is one of the three severities.
func (s Severity) Valid() bool { return slices.Contains(severities, s) }

// AtLeast reports whether s is as bad as t or worse. An unknown severity is below all others.
func (s Severity) AtLeast(t Severity) bool {
	return slices.Index(severities, s) >= slices.Index(severities, t)
}

// Rule is one .rego file as its METADATA describes it.
type Rule struct {
	ID           string // file name in kebab case, unique across categories
	Category     string // name of the folder
	Severity     Severity
	Title        string
	Description  string // which outage follows
	Remediation  string
	Params       []Param         // sorted by name
	LoadExamples func() Examples // nil for none
	References   []Reference
	RenamedFrom  []string // ids it had before; they still select and waive it
	// NotApplicable are the sources whose Redis it can never find anything in, sorted.
	NotApplicable []NotApplicable
	File          string  // slash-separated path in the folder it was loaded from; of a team's own, with the folder
	Line          int     // 1-based, on which the file says what it finds; 0 where that cannot be told
	Own           bool    // a team's own, and not of the base that it stands beside
	Faults        []Fault // why it cannot be evaluated: its own only, and what else is known of it may be wrong
	// OfWaivers is true for a rule that judges waivers and no Redis. What it finds cannot be waived.
	OfWaivers bool
}

// Param is what a user can tune in a rule. The body reads it as input.params.<name>.
type Param struct {
	Name        string
	Description string
	Default     any // int, string, bool, or []any of one of them
}

// Examples are manifests that the rule finds something in, and nothing.
type Examples struct {
	Bad, Good         string
	BadLine, GoodLine int // on which they begin in the rule's file; 0 where that cannot be told
}

// Examples returns the rule's examples, which are read from its file when they are first asked for.
func (r *Rule) Examples() Examples {
	if r.LoadExamples == nil {
		return Examples{}
	}
	return r.LoadExamples()
}

// NotApplicable is why a rule finds nothing in the Redis of a source.
type NotApplicable struct{ Source, Reason string }

// Reference is further reading.
type Reference struct{ Title, URL string }

// Library is a set of loaded, checked and compiled rules. It is immutable, but for which of a team's own rules rest, and safe
// for concurrent use.
type Library struct {
	rules   []*Rule
	faulty  []*Rule
	faults  []Fault          // of a team's own files that are no rules
	byID    map[string]*Rule // former ids too, and those of faulty rules
	queries map[*Rule]query
	store   storage.Store // empty: rules read nothing but their input
	watch   watch
}

// Rules returns all rules that can be evaluated, sorted by category and id.
func (l *Library) Rules() []*Rule { return slices.Clone(l.rules) }

// Faulty returns a team's own rules that cannot be evaluated, sorted by category and id.
func (l *Library) Faulty() []*Rule { return slices.Clone(l.faulty) }

// Faults returns what is wrong with a team's own files that are no rules: libraries, what lies in the wrong place, rules
// whose id is taken.
func (l *Library) Faults() []Fault { return slices.Clone(l.faults) }

// Err returns all that is wrong with a team's own rules as a *LoadError, and nil where nothing is.
func (l *Library) Err() error {
	faults := l.Faults()
	for _, rule := range l.faulty {
		faults = append(faults, rule.Faults...)
	}
	if len(faults) == 0 {
		return nil
	}
	return &LoadError{faults}
}

// Rule returns the rule that has the id, or had it before a rename.
func (l *Library) Rule(id string) (*Rule, bool) {
	rule, ok := l.byID[id]
	return rule, ok
}

// Nearest returns the id that a misspelt one probably means, or "" when none is close.
func (l *Library) Nearest(id string) string {
	var ids []string
	for _, rule := range slices.Concat(l.rules, l.faulty) {
		ids = append(ids, rule.ID)
	}
	return Nearest(id, ids)
}

// Nearest returns the name with the fewest edits to get from the written one, or "" when even that has many for its length.
func Nearest(written string, names []string) string {
	const longest = 100 // no name is longer, and the distance takes quadratic time
	if len(written) > longest {
		return ""
	}
	best, fewest := "", max(2, len(written)/3)+1
	for _, name := range names {
		if edits := levenshtein.ComputeDistance(written, name); edits < fewest {
			best, fewest = name, edits
		}
	}
	return best
}
