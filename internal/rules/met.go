package rules

import (
	"slices"
	"time"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// Met is what one verdict knows of waivers. It lists where they may be rather than all that there are: ten thousand Redis
// may share an object with ten thousand waivers.
type Met struct {
	redis   string             // name
	objects []*manifest.Object // that waivers may be written on
	used    map[identity]bool
	silent  map[*Rule]bool // selected rules that said nothing about the Redis
	partial bool           // the Redis refers to objects that are not in the input
}

// identity names a waiver that may be met on several Redis.
type identity struct {
	form   Form
	object *manifest.Object // with an annotation
	pods   bool             // the annotation is that of the object's Pods
	file   string           // with a comment
	number int              // line of the comment, or index of an entry
	rule   string           // as written
}

// meeting applies waivers to the findings about one Redis.
type meeting struct {
	Met
	evaluator *Evaluator
	now       time.Time
}

func (e *Evaluator) meet(redis *topology.Redis) *meeting {
	m := &meeting{evaluator: e, now: e.now()}
	m.redis = nameOf(redis)
	m.objects = slices.Clone(redis.Objects)
	m.used, m.silent = map[identity]bool{}, map[*Rule]bool{}
	m.partial = len(redis.Unseen) > 0
	return m
}

// suppress returns the first waiver that holds for a finding of the rule: one on any of the objects, some nil, or on the
// line of any of the places. All that hold are used.
func (m *meeting) suppress(rule *Rule, objects []*manifest.Object, places ...Place) *Suppression {
	var first *Suppression
	apply := func(waivers []Waiver) {
		for _, w := range waivers {
			if w.rule != rule || !w.holds() {
				continue
			}
			m.used[w.identity] = true
			if first == nil {
				first = &Suppression{w.Reason, w.Until, w.Form}
			}
		}
	}
	for i, object := range objects {
		if object != nil && !slices.Contains(objects[:i], object) {
			apply(m.evaluator.annotationsOf(rule, object, m.now))
		}
	}
	for _, place := range places {
		if place.In == nil || !m.evaluator.inline.Comments {
			continue
		}
		if notes := place.In.NotesAbout(place.Position.Line); len(notes) > 0 {
			m.objects = append(m.objects, place.In) // it may be a file of values, which is no object of the Redis
			for _, note := range notes {
				apply(m.evaluator.commentsIn(note, place.In, m.now))
			}
		}
	}
	for i, entry := range m.evaluator.entries {
		if entry.rule == rule && slices.ContainsFunc(objects, entry.covers) {
			apply([]Waiver{m.evaluator.entryWaiver(i, m.now)})
		}
	}
	return first
}
