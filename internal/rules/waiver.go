package rules

import (
	"strings"
	"time"

	"github.com/redislint/redislint/internal/manifest"
)

// WaiverPrefix begins the annotation that waives a rule, followed by the rule's id.
const WaiverPrefix = "ignore.redislint.dev/"

// Waiver is what the value of such an annotation says: a reason, and the last day on which it holds, if there is one.
//
//	ignore.redislint.dev/volume-too-small: "replaced by the new cluster; until=2027-01-31"
type Waiver struct {
	Reason  string
	Until   string // as written; "" for ever
	Expired bool
	Fault   string // why it waives nothing although it has not expired; "" for most
}

// Holds reports whether the waiver suppresses findings.
func (w Waiver) Holds() bool { return w.Fault == "" && !w.Expired }

// ParseWaiver reads a waiver. Its last day ends at midnight UTC.
func ParseWaiver(text string, now time.Time) Waiver {
	w := Waiver{Reason: strings.TrimSpace(text)}
	if i := strings.LastIndexByte(text, ';'); i >= 0 {
		if until, ok := strings.CutPrefix(strings.TrimSpace(text[i+1:]), "until="); ok {
			w.Reason, w.Until = strings.TrimSpace(text[:i]), strings.TrimSpace(until)
			day, err := time.Parse(time.DateOnly, w.Until)
			if err != nil {
				w.Fault = "until is not a day like 2027-01-31"
			}
			w.Expired = err == nil && !now.Before(day.AddDate(0, 0, 1))
		}
	}
	if w.Reason == "" {
		w.Fault = "no reason given"
	}
	return w
}

// suppression returns the first waiver of the rule that holds on any of the objects, some nil, or on the Pods they
// create.
func suppression(rule *Rule, now time.Time, objects []*manifest.Object) *Suppression {
	for _, object := range objects {
		if object == nil {
			continue
		}
		for _, metadata := range []*manifest.Node{object.Root.Get("metadata"), object.Root.Get("spec", "template", "metadata")} {
			annotations := metadata.Get("annotations")
			if annotations.Len() == 0 {
				continue
			}
			for _, id := range append([]string{rule.ID}, rule.RenamedFrom...) {
				value := annotations.Get(WaiverPrefix + id)
				if value == nil {
					continue
				}
				text, _ := value.Str()
				if w := ParseWaiver(text, now); w.Holds() {
					return &Suppression{w.Reason, w.Until}
				}
			}
		}
	}
	return nil
}
