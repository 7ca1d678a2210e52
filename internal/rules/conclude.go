package rules

import (
	"context"
	"fmt"
	"strconv"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// Entries returns the waivers of the configuration as if none had been met: to Conclude about them too.
func (e *Evaluator) Entries() []Waiver {
	now := e.now()
	list := make([]Waiver, len(e.entries))
	for i, entry := range e.entries {
		list[i] = *entry.waiver(e, now)
		if e.whole {
			list[i].used = topology.Known(false, topology.Origin{})
		}
	}
	return list
}

// Conclude judges the waivers of several verdicts together: unused is what no Redis has a use for. Its verdict has no
// waivers.
func (e *Evaluator) Conclude(ctx context.Context, waivers []Waiver) (Verdict, error) {
	merged := merge(waivers)
	if len(merged) == 0 || len(e.ofWaivers) == 0 {
		return Verdict{}, nil
	}
	model := make([]topology.Waiver, len(merged))
	for i, w := range merged {
		model[i] = topology.Waiver{
			Rule: w.Rule, Known: w.rule != nil, Reason: w.Reason, Until: w.Until,
			Expired: w.Expired, Dated: w.dated, Forbidden: w.forbidden, Used: w.used,
		}
		if w.rule == nil {
			model[i].Nearest = e.library.Nearest(w.Rule)
		}
	}
	document := map[string]any{"waivers": topology.EncodeWaivers(model)}
	verdict, err := e.run(ctx, "", document, conclusion{e, merged}, e.ofWaivers)
	if err != nil {
		return Verdict{}, fmt.Errorf("evaluate rules on waivers: %w", err)
	}
	Distinguish(verdict.Findings)
	return verdict, nil
}

// merge makes one of the same waivers met on several Redis. It is used when one of them has a use for it, and unused when
// none has.
func merge(waivers []Waiver) []Waiver {
	type identity struct {
		form   Form
		object *manifest.Object // of an annotation
		place  string           // path, or file and position
		rule   string
	}
	var merged []Waiver
	index := map[identity]int{}
	for _, w := range waivers {
		id := identity{w.Form, nil, fmt.Sprint(w.Place.File(), w.Place.Position), w.Rule}
		if w.Form == Annotation {
			id.object, id.place = w.Place.Object, w.Place.Path.Pointer()
		}
		i, known := index[id]
		if !known {
			index[id] = len(merged)
			merged = append(merged, w)
			continue
		}
		switch {
		case w.Redis == "": // an entry, which says only that it is there
		case merged[i].Redis == "":
			merged[i] = w
		default:
			merged[i].Redis = min(merged[i].Redis, w.Redis)
			merged[i].used = either(merged[i].used, w.used)
		}
	}
	return merged
}

// either is the use of a waiver on two Redis.
func either(a, b topology.Field[bool]) topology.Field[bool] {
	if topology.Is(a, true) {
		return a
	}
	if _, known := a.Get(); !known && !topology.Is(b, true) {
		return a
	}
	return b
}

// conclusion makes findings of what rules answer about waivers.
type conclusion struct {
	evaluator *Evaluator
	waivers   []Waiver
}

func (c conclusion) finding(rule *Rule, answer answer) (Finding, error) {
	w, err := c.waiver(answer.at)
	if err != nil {
		return Finding{}, err
	}
	f := Finding{
		Rule: rule, Severity: c.evaluator.effective(rule, answer.severity), Message: answer.message, Redis: w.Redis, Place: w.Place,
	}
	for _, r := range answer.related {
		other, err := c.waiver(r.at)
		if err != nil {
			return Finding{}, err
		}
		f.Related = append(f.Related, Related{other.Place, r.message})
	}
	f.Fingerprint = w.fingerprint(rule)
	return f, nil
}

// waiver returns the one that a pointer leads into: /waivers/0/until.
func (c conclusion) waiver(pointer string) (Waiver, error) {
	path, err := manifest.ParsePointer(pointer)
	if err != nil {
		return Waiver{}, err
	}
	if len(path) >= 2 && path[0] == "waivers" {
		if i, err := strconv.Atoi(path[1]); err == nil && i >= 0 && i < len(c.waivers) {
			return c.waivers[i], nil
		}
	}
	return Waiver{}, fmt.Errorf("%s: there is no such waiver", pointer)
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
