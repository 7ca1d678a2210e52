package rules

import (
	"regexp"
	"strings"
	"time"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// WaiverPrefix begins the annotation that waives a rule, followed by the rule's id.
const WaiverPrefix = "ignore.redislint.dev/"

// Form is where a waiver is written.
type Form string

// The forms of waivers.
const (
	Annotation Form = "annotation" // of an object or its Pod template
	Comment    Form = "comment"    // on the line of a finding, or above it
	Configured Form = "config"     // in a configuration
)

// Recorded is the form of what suppresses a finding without being a waiver: that a baseline has it.
const Recorded Form = "baseline"

// Terms are what a waiver says: a reason, and the last day on which it holds, if there is one.
//
//	ignore.redislint.dev/volume-too-small: "replaced by the new cluster; until=2027-01-31"
type Terms struct {
	Reason  string
	Until   string // as written; "" for ever
	Expired bool
	Fault   string // why it waives nothing although it has not expired; "" for most
}

// Hold reports whether a waiver with these terms suppresses findings.
func (t Terms) Hold() bool { return t.Fault == "" && !t.Expired }

const noDay = "until is not a day like 2027-01-31"

// ParseTerms reads the text of a waiver.
func ParseTerms(text string, now time.Time) Terms {
	reason, until := text, ""
	if i := strings.LastIndexByte(text, ';'); i >= 0 {
		if day, ok := strings.CutPrefix(strings.TrimSpace(text[i+1:]), "until="); ok {
			reason, until = text[:i], day
			if strings.TrimSpace(day) == "" {
				until = " " // said, and no day
			}
		}
	}
	return newTerms(reason, until, now)
}

// newTerms judges a reason and a last day, "" for none. The day ends at midnight UTC.
func newTerms(reason, until string, now time.Time) Terms {
	t := Terms{Reason: strings.TrimSpace(reason), Until: strings.TrimSpace(until)}
	if until != "" {
		day, err := time.Parse(time.DateOnly, t.Until)
		if err != nil {
			t.Fault = noDay
		}
		t.Expired = err == nil && !now.Before(day.AddDate(0, 0, 1))
	}
	if t.Reason == "" {
		t.Fault = "no reason given"
	}
	return t
}

// Waiver is a decision to live with what a rule finds.
type Waiver struct {
	Terms
	Rule  string // id as written; "" in a comment that cannot be read
	Form  Form
	Place Place // where it is written

	identity  identity
	rule      *Rule // nil when there is none of the id
	dated     bool
	forbidden bool
}

// holds reports whether it suppresses findings of its rule.
func (w Waiver) holds() bool { return w.Hold() && !w.forbidden && w.rule != nil }

// newWaiver resolves the rule of a waiver and whether such a waiver is honoured.
func (e *Evaluator) newWaiver(terms Terms, id identity, place Place) Waiver {
	rule, _ := e.library.Rule(id.rule)
	return Waiver{
		Terms: terms, Rule: id.rule, Form: id.form, Place: place,
		identity: id, rule: rule, dated: terms.Fault != noDay,
		forbidden: rule != nil && (rule.OfWaivers || id.form != Configured && (e.inline.Forbidden || e.forbidden[rule])),
	}
}

// annotations are where an object and the Pods that it creates have theirs.
var annotations = []struct {
	path manifest.Path
	pods bool
}{
	{manifest.Path{"metadata", "annotations"}, false},
	{manifest.Path{"spec", "template", "metadata", "annotations"}, true},
}

// annotationsOf returns the annotations that waive a rule, by each of its names.
func (e *Evaluator) annotationsOf(rule *Rule, object *manifest.Object, now time.Time) []Waiver {
	var list []Waiver
	for _, at := range annotations {
		all := object.Root.At(at.path)
		if all.Len() == 0 {
			continue
		}
		for _, id := range append([]string{rule.ID}, rule.RenamedFrom...) {
			if value := all.Get(WaiverPrefix + id); value != nil {
				list = append(list, e.annotation(object, at.path, at.pods, id, value, now))
			}
		}
	}
	return list
}

// mostAnnotations bounds the waivers on one object that are judged; to locate each takes time for all its annotations. All
// of them are honoured.
const mostAnnotations = 1000

// annotationsOn returns the annotations that waive something.
func (e *Evaluator) annotationsOn(object *manifest.Object, now time.Time) []Waiver {
	var list []Waiver
	for _, at := range annotations {
		for name, value := range object.Root.At(at.path).Fields() {
			if id, isWaiver := strings.CutPrefix(name, WaiverPrefix); isWaiver && len(list) < mostAnnotations {
				list = append(list, e.annotation(object, at.path, at.pods, id, value, now))
			}
		}
	}
	return list
}

func (e *Evaluator) annotation(object *manifest.Object, path manifest.Path, pods bool, id string, value *manifest.Node, now time.Time) Waiver {
	text, _ := value.Str()
	place := placeOf(topology.Origin{Object: object, Path: path}.At(WaiverPrefix + id))
	return e.newWaiver(ParseTerms(text, now), identity{form: Annotation, object: object, pods: pods, rule: id}, place)
}

var ignored = regexp.MustCompile(`^ignore\[([^\]]*)\](.*)$`)

// commentsIn returns the waivers in one comment: "# redislint: ignore[volume-too-small] reason". One that cannot be read is
// a waiver of no rule.
func (e *Evaluator) commentsIn(note manifest.Note, object *manifest.Object, now time.Time) []Waiver {
	place := Place{Object: object, Position: note.Position, In: object}
	id := identity{form: Comment, file: object.File, number: note.Line}
	match := ignored.FindStringSubmatch(note.Text)
	if match == nil {
		return []Waiver{e.newWaiver(ParseTerms(note.Text, now), id, place)}
	}
	var list []Waiver
	terms := ParseTerms(match[2], now)
	for name := range strings.SplitSeq(match[1], ",") {
		id.rule = strings.TrimSpace(name)
		list = append(list, e.newWaiver(terms, id, place))
	}
	return list
}

// entryWaiver returns a waiver of the configuration.
func (e *Evaluator) entryWaiver(i int, now time.Time) Waiver {
	entry := e.entries[i]
	return e.newWaiver(newTerms(entry.Reason, entry.Until, now), identity{form: Configured, number: i, rule: entry.Rule}, entry.Place)
}
