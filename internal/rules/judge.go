package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// judgement makes findings of what rules answer about one Redis.
type judgement struct {
	evaluator *Evaluator
	redis     *topology.Redis
	name      string
	now       time.Time
}

// findings returns what a rule answered, or why an answer is none. Then the rule is faulty and nothing else it says
// counts either.
func (j judgement) findings(rule *Rule, answers ast.Set) ([]Finding, error) {
	var findings []Finding
	for _, term := range answers.Slice() {
		answer, err := decodeAnswer(term)
		if err == nil {
			err = answer.refuseWorse(rule)
		}
		if err != nil {
			return nil, fmt.Errorf("a finding %w", err)
		}
		finding, err := j.finding(rule, answer)
		if err != nil {
			return nil, fmt.Errorf("a finding is nowhere: %w", err)
		}
		if !slices.ContainsFunc(findings, finding.repeats) {
			findings = append(findings, finding)
		}
	}
	return findings, nil
}

// repeats reports whether a reader could not tell two findings of one rule and Redis apart.
func (f Finding) repeats(g Finding) bool {
	return f.Object == g.Object && f.Position == g.Position && f.Message == g.Message && f.Container == g.Container &&
		f.Severity == g.Severity && slices.Equal(f.Path, g.Path)
}

func (j judgement) finding(rule *Rule, answer answer) (Finding, error) {
	at, err := j.origin(answer.at)
	if err != nil {
		return Finding{}, err
	}
	place, pointer := at, answer.at
	var related []Related
	workloads := j.workload(nil, answer.at)
	if answer.owner != "" {
		owner, err := j.origin(answer.owner)
		if err != nil {
			return Finding{}, err
		}
		workloads = j.workload(append(workloads, owner.Object), answer.owner)
		if owner.Object != at.Object {
			place, pointer = owner, answer.owner
			related = append(related, Related{placeOf(at), "written here"})
		}
	}
	for _, r := range answer.related {
		origin, err := j.origin(r.at)
		if err != nil {
			return Finding{}, err
		}
		related = append(related, Related{placeOf(origin), r.message})
	}
	container := j.container(pointer)
	return Finding{
		Rule:        rule,
		Severity:    j.evaluator.effective(rule, answer.severity),
		Message:     answer.message,
		Redis:       j.name,
		Place:       placeOf(place),
		Container:   container,
		Related:     related,
		Fingerprint: fingerprint(rule, place, container),
		Suppressed:  suppression(rule, j.now, append([]*manifest.Object{place.Object}, workloads...)),
	}, nil
}

// effective is the severity of a finding after the selection's say.
func (e *Evaluator) effective(rule *Rule, found Severity) Severity {
	replaced, ok := e.severity[rule]
	if ok && (found == rule.Severity || found.AtLeast(replaced)) {
		return replaced
	}
	return found
}

func (j judgement) origin(pointer string) (topology.Origin, error) {
	origin, err := j.redis.Place(pointer)
	if err == nil && origin.IsZero() {
		err = fmt.Errorf("%s was not written anywhere", pointer)
	}
	return origin, err
}

func placeOf(origin topology.Origin) Place {
	return Place{origin.Object, origin.Path, origin.Position()}
}

// member returns the workload and the container of the node or Sentinel that a pointer, already resolved, leads into.
func (j judgement) member(pointer string) (workload *manifest.Object, container string) {
	path, _ := manifest.ParsePointer(pointer)
	if len(path) < 2 {
		return nil, ""
	}
	var i int
	if _, err := fmt.Sscan(path[1], &i); err != nil {
		return nil, ""
	}
	switch path[0] {
	case "nodes":
		node := j.redis.Nodes[i]
		return node.Origin.Object, node.Container
	case "sentinels":
		sentinel := j.redis.Sentinels[i]
		return sentinel.Origin.Object, sentinel.Container
	}
	return nil, ""
}

func (j judgement) container(pointer string) string {
	_, container := j.member(pointer)
	return container
}

func (j judgement) workload(to []*manifest.Object, pointer string) []*manifest.Object {
	if workload, _ := j.member(pointer); workload != nil {
		to = append(to, workload)
	}
	return to
}

// answer is an element of a rule's findings.
type answer struct {
	at, owner, message string
	severity           Severity // "" for the rule's
	related            []answer // at and message
}

func decodeAnswer(term *ast.Term) (answer, error) {
	a, err := decodePlaced(term, func(a *answer, key string, value *ast.Term) error {
		var err error
		switch key {
		case "owner":
			a.owner, err = stringOf(key, value)
		case "severity":
			var s string
			s, err = stringOf(key, value)
			a.severity = Severity(s)
		case "related":
			a.related, err = decodeRelated(value)
		default:
			err = fmt.Errorf("has a key %q, which means nothing", key)
		}
		return err
	})
	return a, err
}

// decodePlaced reads at and message, and leaves other keys to rest.
func decodePlaced(term *ast.Term, rest func(a *answer, key string, value *ast.Term) error) (answer, error) {
	var a answer
	object, ok := term.Value.(ast.Object)
	if !ok {
		return a, errors.New(`is not an object {"at": …, "message": …}`)
	}
	var hasAt bool
	for _, k := range object.Keys() {
		key, _ := k.Value.(ast.String)
		value := object.Get(k)
		var err error
		switch key {
		case "at":
			a.at, err = stringOf("at", value)
			hasAt = true
		case "message":
			a.message, err = stringOf("message", value)
		default:
			err = rest(&a, string(key), value)
		}
		if err != nil {
			return a, err
		}
	}
	switch {
	case !hasAt:
		return a, errors.New(`has no "at"`)
	case strings.TrimSpace(a.message) == "":
		return a, errors.New("has no message")
	}
	return a, nil
}

func decodeRelated(value *ast.Term) ([]answer, error) {
	list, ok := value.Value.(*ast.Array)
	if !ok {
		return nil, errors.New("has a related that is not an array")
	}
	var related []answer
	for i := range list.Len() {
		a, err := decodePlaced(list.Elem(i), func(_ *answer, key string, _ *ast.Term) error {
			return fmt.Errorf("has a key %q, which means nothing", key)
		})
		if err != nil {
			return nil, fmt.Errorf("has a related place that %w", err)
		}
		related = append(related, a)
	}
	return related, nil
}

func stringOf(key string, value *ast.Term) (string, error) {
	s, ok := value.Value.(ast.String)
	if !ok {
		return "", fmt.Errorf("has a key %s that is not a string", key)
	}
	return string(s), nil
}

// refuseWorse fills in the rule's severity and refuses what is worse than that, or no severity.
func (a *answer) refuseWorse(rule *Rule) error {
	switch {
	case a.severity == "":
		a.severity = rule.Severity
	case !a.severity.Valid():
		return fmt.Errorf("has the severity %q, which does not exist", a.severity)
	case a.severity != rule.Severity && a.severity.AtLeast(rule.Severity):
		return fmt.Errorf("has the severity %s, above the rule's %s", a.severity, rule.Severity)
	}
	return nil
}
