package rules

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// judgement makes findings of what rules answer about one Redis.
type judgement struct {
	evaluator *Evaluator
	redis     *topology.Redis
	name      string
	waivers   *meeting
}

// findingsOf returns what a rule answered, or why an answer is none. Then the rule is faulty and nothing else it says
// counts either.
func findingsOf(judge judge, rule *Rule, answers ast.Set) ([]Finding, error) {
	var findings []Finding
	for _, term := range answers.Slice() {
		answer, err := decode(term)
		if err == nil {
			answer.severity, err = severityOf(answer, rule)
		}
		if err != nil {
			return nil, fmt.Errorf("a finding %w", err)
		}
		finding, err := judge.finding(rule, answer)
		if err != nil {
			return nil, fmt.Errorf("a finding points nowhere: %w", err)
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
	workload, container := j.member(answer.at)
	identity, related := at, []Related(nil)
	places := []Place{placeOf(at)}
	waivedBy := []*manifest.Object{at.Object, workload}
	if answer.owner != "" {
		owner, err := j.origin(answer.owner)
		if err != nil {
			return Finding{}, err
		}
		workload, ownerContainer := j.member(answer.owner)
		waivedBy = append(waivedBy, owner.Object, workload)
		if owner.Object != at.Object {
			identity, container = owner, ownerContainer
			related = append(related, Related{Place: places[0], Message: "written here", Fact: true})
			places = append(places, placeOf(owner))
		}
	}
	for _, r := range answer.related {
		origin, err := j.origin(r.at)
		if err != nil {
			return Finding{}, err
		}
		related = append(related, Related{Place: placeOf(origin), Message: r.message})
	}
	fixes, err := j.resolve(answer.fixes)
	if err != nil {
		return Finding{}, fmt.Errorf("its fix: %w", err)
	}
	finding := Finding{
		Rule:        rule,
		Severity:    j.evaluator.effective(rule, answer.severity),
		Message:     answer.message,
		Redis:       j.name,
		Place:       places[len(places)-1],
		Pointer:     answer.at,
		Container:   container,
		Related:     related,
		Fingerprint: fingerprint(rule, identity, container),
		Former:      former(rule, identity, container),
		Suppressed:  j.waivers.suppress(rule, waivedBy, places...),
		Fixes:       fixes,
	}
	finding.Settle()
	return finding, nil
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
		err = fmt.Errorf("%q was not written anywhere", pointer)
	}
	return origin, err
}

func placeOf(origin topology.Origin) Place {
	place := Place{Object: origin.Object, Path: origin.Path, Position: origin.Position(), In: origin.Object}
	ref, derived := origin.Object.Written(origin.Path, origin.Offset)
	if !derived {
		return place
	}
	place.In = ref.Object
	// A key that holds others, and makes the field by one of them, is not the one to set.
	if ref.Key != "" && origin.Object.Root.At(origin.Path).Len() == 0 {
		place.Values = &Values{Key: ref.Key, Path: ref.Path, File: ref.Object.File, Position: place.Position, Default: ref.Default}
	}
	return place
}

// member returns the workload and the container of the node or Sentinel that a pointer leads into. The pointer has been
// resolved, so its index exists.
func (j judgement) member(pointer string) (workload *manifest.Object, container string) {
	path, _ := manifest.ParsePointer(pointer)
	if len(path) < 2 {
		return nil, ""
	}
	i, _ := strconv.Atoi(path[1])
	switch path[0] {
	case "nodes":
		node := j.redis.Nodes[i]
		return node.Origin.Object, node.Container
	case "sentinels":
		sentinel := j.redis.Sentinels[i]
		return sentinel.Origin.Object, sentinel.Container
	default:
		return nil, ""
	}
}
