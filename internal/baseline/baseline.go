// Package baseline keeps findings that are known, so that only others fail. It knows neither how findings come about nor
// how they are shown.
package baseline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/rules"
)

// Version is that of the files written. It grows when a reader of the former version would be misled.
const Version = 1

// Entry is one known finding. It holds nothing that changes while the finding stays: no line, no value and no message.
type Entry struct {
	Rule     string         `json:"rule"`
	Severity rules.Severity `json:"severity"`
	Object   string         `json:"object"` // "StatefulSet shop/redis"; "" for a finding about none
	// File is where the finding was when it was recorded, relative to the folder of the baseline, with slashes. It does not
	// take part when findings are looked up, as they survive a move.
	File        string `json:"file"`
	Fingerprint string `json:"fingerprint"`
}

// String names the entry for a person: "volume-tight in StatefulSet shop/redis".
func (e Entry) String() string {
	if e.Object == "" {
		return e.Rule
	}
	return e.Rule + " in " + e.Object
}

// Baseline is a list of known findings, in the order of its file.
type Baseline struct {
	Entries []Entry
}

// Of records findings that no waiver suppresses. place turns the file of a finding into that of an entry.
func Of(findings []rules.Finding, place func(file string) string) *Baseline {
	b := &Baseline{Entries: []Entry{}}
	for _, f := range findings {
		if f.Suppressed != nil && f.Suppressed.Form != rules.Recorded {
			continue
		}
		b.Entries = append(b.Entries, Entry{
			Rule: f.Rule.ID, Severity: f.Severity, Object: object(f.Place), File: place(f.Place.File()), Fingerprint: f.Fingerprint,
		})
	}
	b.sort()
	return b
}

func object(p rules.Place) string {
	switch o := p.Object; {
	case o == nil:
		return ""
	case o.Namespace == "":
		return o.Kind + " " + o.Name
	default:
		return o.Kind + " " + o.Namespace + "/" + o.Name
	}
}

// sort orders entries as a reader looks for them: what concerns one object stands together.
func (b *Baseline) sort() {
	slices.SortFunc(b.Entries, func(a, b Entry) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File), cmp.Compare(a.Object, b.Object), cmp.Compare(a.Rule, b.Rule),
			cmp.Compare(a.Fingerprint, b.Fingerprint), cmp.Compare(a.Severity, b.Severity),
		)
	})
	b.Entries = slices.Compact(b.Entries)
}

// Known tells findings that are known from others. One that became worse than it was is not.
type Known map[string]rules.Severity

// Has reports whether a finding was there before, under whatever id its rule had then, and as severe or worse.
func (k Known) Has(f rules.Finding) bool {
	return slices.ContainsFunc(fingerprints(f), func(fingerprint string) bool {
		before, known := k[fingerprint]
		return known && before.AtLeast(f.Severity)
	})
}

// fingerprints are all that a finding has had.
func fingerprints(f rules.Finding) []string { return append([]string{f.Fingerprint}, f.Former...) }

func (k Known) add(fingerprint string, severity rules.Severity) {
	if before, known := k[fingerprint]; !known || severity.AtLeast(before) {
		k[fingerprint] = severity
	}
}

// KnownOf are the findings of another run that no waiver suppressed in it.
func KnownOf(findings []rules.Finding) Known {
	known := Known{}
	for _, f := range findings {
		if f.Suppressed == nil {
			known.add(f.Fingerprint, f.Severity)
		}
	}
	return known
}

func (b *Baseline) known() Known {
	known := Known{}
	for _, e := range b.Entries {
		known.add(e.Fingerprint, e.Severity)
	}
	return known
}

// Mark suppresses the findings that the baseline has, and leaves alone what a waiver suppresses.
func (b *Baseline) Mark(findings []rules.Finding) {
	known := b.known()
	for i := range findings {
		if f := &findings[i]; f.Suppressed == nil && known.Has(*f) {
			f.Suppressed = &rules.Suppression{Reason: "in the baseline", Form: rules.Recorded}
		}
	}
}

// Stale returns the entries whose finding is gone, out of those that the run has judged.
func (b *Baseline) Stale(findings []rules.Finding, judged func(Entry) bool) []Entry {
	found := map[string]bool{}
	for _, f := range findings {
		for _, fingerprint := range fingerprints(f) {
			found[fingerprint] = true
		}
	}
	var stale []Entry
	for _, e := range b.Entries {
		if !found[e.Fingerprint] && judged(e) {
			stale = append(stale, e)
		}
	}
	return stale
}

// Change says what a renewed baseline has more and less than the former one.
type Change struct{ Added, Dropped int }

// Renew returns a baseline of the findings, and of the former entries that the run has not judged.
func (b *Baseline) Renew(findings []rules.Finding, judged func(Entry) bool, place func(file string) string) (*Baseline, Change) {
	next := Of(findings, place)
	found := map[string]bool{}
	for _, f := range findings {
		if f.Suppressed != nil && f.Suppressed.Form != rules.Recorded {
			continue
		}
		for _, fingerprint := range fingerprints(f) {
			found[fingerprint] = true
		}
	}
	for _, e := range b.Entries {
		if !found[e.Fingerprint] && !judged(e) {
			next.Entries = append(next.Entries, e)
		}
	}
	next.sort()
	before, after := b.known(), next.known()
	return next, Change{Added: missing(after, before), Dropped: missing(before, after)}
}

// missing counts the findings that are not in another list.
func missing(of, in Known) int {
	n := 0
	for fingerprint := range of {
		if _, ok := in[fingerprint]; !ok {
			n++
		}
	}
	return n
}

// validate reports what a reader of the list could not use.
func (b *Baseline) validate() error {
	for i, e := range b.Entries {
		switch {
		case e.Rule == "":
			return fmt.Errorf("findings[%d] has no rule", i)
		case !e.Severity.Valid():
			return fmt.Errorf("findings[%d] has the severity %q, not error, warning or info", i, e.Severity)
		case len(e.Fingerprint) != 16 || strings.Trim(e.Fingerprint, "0123456789abcdef") != "":
			return fmt.Errorf("findings[%d] has the fingerprint %q, not 16 hexadecimal digits", i, e.Fingerprint)
		}
	}
	return nil
}
