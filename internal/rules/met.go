package rules

import (
	"slices"
	"time"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// met are the waivers that concern one Redis, and what they suppressed.
type met struct {
	evaluator *Evaluator
	now       time.Time
	list      []*Waiver // without those of the configuration that concern no object of the Redis
	used      map[*Waiver]bool
	annotated map[*manifest.Object][]*Waiver
	noted     map[line][]*Waiver // by the line that they are about
	read      map[line]bool      // notes
	entries   []*Waiver          // by index in the evaluator's; nil for one not met
}

// line is a line of a file.
type line struct {
	file   string
	number int
}

// meet finds the waivers on all that a Redis was read from.
func (e *Evaluator) meet(redis *topology.Redis, now time.Time) *met {
	m := &met{
		evaluator: e, now: now,
		used:      map[*Waiver]bool{},
		annotated: map[*manifest.Object][]*Waiver{},
		noted:     map[line][]*Waiver{},
		read:      map[line]bool{},
		entries:   make([]*Waiver, len(e.entries)),
	}
	for _, object := range redis.Objects {
		m.on(object)
	}
	return m
}

// on meets what is written on an object, and returns its annotations.
func (m *met) on(object *manifest.Object) []*Waiver {
	if known, ok := m.annotated[object]; ok {
		return known
	}
	list := m.evaluator.annotated(object, m.now)
	m.annotated[object] = list
	m.list = append(m.list, list...)
	for i, entry := range m.evaluator.entries {
		if m.entries[i] == nil && entry.covers(object) {
			m.entries[i] = entry.waiver(m.evaluator, m.now)
			m.list = append(m.list, m.entries[i])
		}
	}
	m.notes(object)
	return list
}

// notes meets the comments in an object's document.
func (m *met) notes(object *manifest.Object) {
	if !m.evaluator.inline.Comments {
		return
	}
	for _, note := range object.Notes() {
		at := line{object.File, note.Line}
		if m.read[at] {
			continue // documents share comments with all objects in them
		}
		m.read[at] = true
		about := line{object.File, note.About}
		for _, w := range m.evaluator.noted(object, note, m.now) {
			m.noted[about] = append(m.noted[about], w)
			m.list = append(m.list, w)
		}
	}
}

// suppress returns the first waiver that holds for a finding of the rule: one on any of the objects, some nil, or on the
// line of any of the places.
func (m *met) suppress(rule *Rule, objects []*manifest.Object, places ...Place) *Suppression {
	var first *Waiver
	apply := func(list []*Waiver) {
		for _, w := range list {
			if w != nil && w.rule == rule && w.holds() {
				m.used[w] = true
				if first == nil {
					first = w
				}
			}
		}
	}
	for i, object := range objects {
		if object != nil && !slices.Contains(objects[:i], object) {
			apply(m.on(object))
		}
	}
	for _, place := range places {
		if place.In != nil {
			m.notes(place.In)
			apply(m.noted[line{place.In.File, place.Position.Line}])
		}
	}
	for i, entry := range m.evaluator.entries {
		if entry.rule == rule && slices.ContainsFunc(objects, entry.covers) {
			apply(m.entries[i : i+1])
		}
	}
	if first == nil {
		return nil
	}
	return first.suppression()
}

// conclude returns the waivers with what is known of their use, given the rules whose findings are all known.
func (m *met) conclude(redis *topology.Redis, name string, decided map[*Rule]bool) []Waiver {
	var list []Waiver
	for _, w := range m.list {
		w.Redis = name
		switch {
		case m.used[w]:
			w.used = topology.Known(true, topology.Origin{})
		case w.rule == nil, w.forbidden:
			w.used = topology.Known(false, topology.Origin{})
		case decided[w.rule] && len(redis.Unseen) == 0 && (w.Form != Configured || m.evaluator.whole || w.exact):
			w.used = topology.Known(false, topology.Origin{})
		}
		list = append(list, *w)
	}
	return list
}
