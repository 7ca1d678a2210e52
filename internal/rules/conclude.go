package rules

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// batch bounds how many waivers rules judge at a time, and so what that takes.
const batch = 1000

// Conclude judges the waivers that verdicts met: unused is what no Redis has a use for. With configured, it judges those of
// the selection too. The error is the context's.
func (e *Evaluator) Conclude(ctx context.Context, all []Met, configured bool) (Verdict, error) {
	var conclusions Verdict
	if len(e.ofWaivers) == 0 {
		return conclusions, nil
	}
	for waivers := range slices.Chunk(e.gather(all, configured), batch) {
		model := make([]topology.Waiver, len(waivers))
		for i, w := range waivers {
			model[i] = topology.Waiver{
				Rule: w.Rule, Known: w.rule != nil, Reason: w.Reason, Until: w.Until,
				Expired: w.Expired, Dated: w.dated, Forbidden: w.forbidden, Used: w.used,
			}
			if w.rule == nil {
				model[i].Nearest = e.library.Nearest(w.Rule)
			}
		}
		document := map[string]any{"waivers": topology.EncodeWaivers(model)}
		verdict, _, err := e.run(ctx, "", document, conclusion{e, waivers}, e.ofWaivers, nil)
		if err != nil {
			return Verdict{}, fmt.Errorf("evaluate rules on waivers: %w", err)
		}
		conclusions.Findings = append(conclusions.Findings, verdict.Findings...)
		conclusions.Undecided = append(conclusions.Undecided, verdict.Undecided...)
	}
	conclusions.Undecided = slices.Compact(conclusions.Undecided)
	Sort(conclusions.Findings)
	Distinguish(conclusions.Findings)
	return conclusions, nil
}

// gathered is a waiver with what is known of its use.
type gathered struct {
	Waiver
	redis string // the first that it was met on; "" for none
	used  topology.Field[bool]
}

// around is what verdicts know of one object that waivers may be written on.
type around struct {
	redis   string
	silent  map[*Rule]bool
	partial bool
}

// gather returns all waivers on what the verdicts are about, each once.
func (e *Evaluator) gather(all []Met, configured bool) []gathered {
	used := map[identity]bool{}
	known := map[*manifest.Object]*around{}
	var objects []*manifest.Object
	for _, met := range all {
		maps.Copy(used, met.used)
		for _, object := range met.objects {
			a := known[object]
			if a == nil {
				a = &around{redis: met.redis, silent: map[*Rule]bool{}}
				known[object] = a
				objects = append(objects, object)
			}
			a.redis = min(a.redis, met.redis)
			a.partial = a.partial || met.partial
			maps.Copy(a.silent, met.silent)
		}
	}
	now := e.now()
	var list []gathered
	seen := map[*manifest.Note]bool{} // first notes of documents, which all objects in them share
	for _, object := range objects {
		waivers := e.annotationsOn(object, now)
		if notes := object.Notes(); e.inline.Comments && len(notes) > 0 && !seen[&notes[0]] {
			seen[&notes[0]] = true
			for _, note := range notes {
				waivers = append(waivers, e.commentsIn(note, object, now)...)
			}
		}
		a := known[object]
		for _, w := range waivers {
			list = append(list, gathered{w, a.redis, e.use(w, used, a.partial || a.silent[w.rule])})
		}
	}
	if configured {
		for i, entry := range e.entries {
			w := e.entryWaiver(i, now)
			about := slices.IndexFunc(objects, entry.covers)
			redis, unsure := "", !e.whole && (about < 0 || !entry.exact())
			if about >= 0 {
				redis = known[objects[about]].redis
			}
			unsure = unsure || slices.ContainsFunc(objects, func(o *manifest.Object) bool {
				a := known[o]
				return (a.partial || a.silent[w.rule]) && entry.covers(o)
			})
			list = append(list, gathered{w, redis, e.use(w, used, unsure)})
		}
	}
	return list
}

// use is what is known of the use of a waiver. One that might be of use to what nobody judged is of unknown use.
func (e *Evaluator) use(w Waiver, used map[identity]bool, unsure bool) topology.Field[bool] {
	switch {
	case used[w.identity]:
		return topology.Known(true, topology.Origin{})
	case w.rule == nil, w.forbidden:
		return topology.Known(false, topology.Origin{})
	case unsure, !slices.Contains(e.rules, w.rule):
		return topology.Field[bool]{}
	}
	return topology.Known(false, topology.Origin{})
}

// conclusion makes findings of what rules answer about waivers.
type conclusion struct {
	evaluator *Evaluator
	waivers   []gathered
}

func (c conclusion) finding(rule *Rule, answer answer) (Finding, error) {
	if len(answer.fixes) > 0 {
		return Finding{}, errors.New("waivers have no fixes")
	}
	w, err := c.waiver(answer.at)
	if err != nil {
		return Finding{}, err
	}
	f := Finding{
		Rule: rule, Severity: c.evaluator.effective(rule, answer.severity), Message: answer.message, Redis: w.redis, Place: w.Place,
	}
	for _, r := range answer.related {
		other, err := c.waiver(r.at)
		if err != nil {
			return Finding{}, err
		}
		f.Related = append(f.Related, Related{Place: other.Place, Message: r.message})
	}
	f.Fingerprint = w.fingerprint(rule)
	return f, nil
}

// waiver returns the one that a pointer leads into: /waivers/0/until.
func (c conclusion) waiver(pointer string) (gathered, error) {
	path, err := manifest.ParsePointer(pointer)
	if err != nil {
		return gathered{}, err
	}
	if len(path) >= 2 && path[0] == "waivers" {
		if i, err := strconv.Atoi(path[1]); err == nil && i >= 0 && i < len(c.waivers) {
			return c.waivers[i], nil
		}
	}
	return gathered{}, fmt.Errorf("%s: there is no such waiver", pointer)
}

// fingerprint names a finding about a waiver by what the waiver says, and the object it is written on.
func (w Waiver) fingerprint(rule *Rule) string {
	parts := []string{rule.ID, w.Rule, string(w.Form)}
	switch object := w.Place.Object; {
	case w.Form == Configured:
		parts = append(parts, w.Reason, w.Until)
	case object != nil:
		parts = append(parts, object.Group(), object.Kind, object.Namespace, object.Name)
		parts = append(parts, w.Place.Path...)
	}
	return digest(parts...)
}
