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

// Waiver is a waiver that was met on the way to a verdict.
type Waiver struct {
	Terms
	Rule  string // id as written; "" in a comment that cannot be read
	Form  Form
	Place Place  // where it is written
	Redis string // that it was met on; "" for none

	rule      *Rule // nil when there is none of the id
	dated     bool
	exact     bool // of an entry: it is about one object
	forbidden bool
	used      topology.Field[bool]
}

// holds reports whether it suppresses findings of its rule.
func (w *Waiver) holds() bool { return w.Hold() && !w.forbidden && w.rule != nil }

// suppression is what it makes of a finding.
func (w *Waiver) suppression() *Suppression { return &Suppression{w.Reason, w.Until, w.Form} }

// newWaiver resolves the rule of a waiver and whether such a waiver is honoured.
func (e *Evaluator) newWaiver(terms Terms, id string, form Form, place Place) *Waiver {
	rule, _ := e.library.Rule(id)
	return &Waiver{
		Terms: terms, Rule: id, Form: form, Place: place,
		rule: rule, dated: terms.Fault != noDay,
		forbidden: rule != nil && (rule.OfWaivers || form != Configured && (e.inline.Forbidden || e.forbidden[rule])),
	}
}

// annotated returns the waivers among the annotations of an object and of the Pods it creates.
func (e *Evaluator) annotated(object *manifest.Object, now time.Time) []*Waiver {
	var list []*Waiver
	for _, path := range []manifest.Path{{"metadata", "annotations"}, {"spec", "template", "metadata", "annotations"}} {
		for name, value := range object.Root.At(path).Fields() {
			id, isWaiver := strings.CutPrefix(name, WaiverPrefix)
			if !isWaiver {
				continue
			}
			text, _ := value.Str()
			place := placeOf(topology.Origin{Object: object, Path: append(path, name)})
			list = append(list, e.newWaiver(ParseTerms(text, now), id, Annotation, place))
		}
	}
	return list
}

var ignored = regexp.MustCompile(`^ignore\[([^\]]*)\](.*)$`)

// noted returns the waivers in one comment: "# redislint: ignore[volume-too-small] reason". One that cannot be read is a
// waiver of no rule.
func (e *Evaluator) noted(object *manifest.Object, note manifest.Note, now time.Time) []*Waiver {
	place := Place{Object: object, Position: note.Position, In: object}
	match := ignored.FindStringSubmatch(note.Text)
	if match == nil {
		return []*Waiver{e.newWaiver(ParseTerms(note.Text, now), "", Comment, place)}
	}
	var list []*Waiver
	for id := range strings.SplitSeq(match[1], ",") {
		list = append(list, e.newWaiver(ParseTerms(match[2], now), strings.TrimSpace(id), Comment, place))
	}
	return list
}
