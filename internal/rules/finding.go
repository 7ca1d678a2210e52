package rules

import (
	"cmp"
	"slices"

	"github.com/redislint/redislint/internal/manifest"
)

// Finding is one thing that a rule found in a Redis.
type Finding struct {
	Rule     *Rule
	Severity Severity // the rule's, or milder, or what the selection made of it
	Message  string
	Redis    string // "<namespace>/<name>", or "<name>" when no namespace is written
	Place
	// Pointer leads to what it is about in the model of the Redis: /nodes/0/memory/limit. "" for a finding about a waiver.
	Pointer   string
	Container string // name; "" for what does not belong to one container
	Related   []Related
	// Fingerprint names the finding wherever it moves within its object, and whatever file that is in.
	Fingerprint string
	Former      []string     // the same under the ids that the rule had before
	Suppressed  *Suppression // nil unless a waiver applies, or a baseline has it
	Fixes       []Fix        // that the rule knows, the best first
}

// Place is a field of an object, and where in its file it is written.
type Place struct {
	Object   *manifest.Object
	Path     manifest.Path // of the field, even when it is missing
	Position manifest.Position
	// In is the object in whose document the position is: Object, or the values that an object was derived from.
	In *manifest.Object
	// Values is the key of a chart's values that makes the field. nil: none is known.
	Values *Values
}

// Values is a key of a chart's values, and where it is set.
type Values struct {
	Key  string        // "replica.resources.requests.memory"
	Path manifest.Path // of the same, in the file
	// File and Position are where the key is set or, with Default, the nearest key that is; "" when that is nowhere.
	File     string
	Position manifest.Position
	Default  bool // nobody set it: the chart decides
}

// File is the file that the position is in, "" for a place in none.
func (p Place) File() string {
	if p.In == nil {
		return ""
	}
	return p.In.File
}

// Related is another place that belongs to a finding.
type Related struct {
	Place
	Message string
	// Fact is true for where the fact of a finding is written that stands at the fact's owner. It comes first.
	Fact bool
}

// Settle moves a finding from the owner of its fact to the fact, if a key of values sets that. Nobody changes objects that
// follow from values, so it does not matter which of them holds the fact: of two keys, the wrong one is the place. What
// the finding is stays: its fingerprint is that of the owner, and the waivers are those of both.
func (f *Finding) Settle() {
	if len(f.Related) == 0 || !f.Related[0].Fact || !f.Related[0].set() {
		return
	}
	owner := f.Place
	f.Place = f.Related[0].Place
	f.Related = slices.Clone(f.Related[1:])
	told := func(p Place) bool { return p.In == owner.In && p.Position.Line == owner.Position.Line }
	if !told(f.Place) && !slices.ContainsFunc(f.Related, func(r Related) bool { return told(r.Place) }) {
		f.Related = slices.Insert(f.Related, 0, Related{Place: owner, Message: "applies to this"})
	}
}

// set reports whether somebody set the key of values that makes the field, which is one value.
func (p Place) set() bool {
	field := p.Object.Root.At(p.Path)
	return p.Values != nil && !p.Values.Default && field != nil && field.Len() == 0
}

// Suppression is the waiver that suppresses a finding, or the record of it in a baseline.
type Suppression struct {
	Reason string
	Until  string // last day, 2027-01-31; "" for ever
	Form   Form
}

// Sort sorts findings by file, line, column and rule.
func Sort(findings []Finding) {
	slices.SortFunc(findings, compare)
}

// compare goes on to what no reader looks at, so that the order never depends on that of the input.
func compare(a, b Finding) int {
	return cmp.Or(
		comparePlaces(a.Place, b.Place),
		cmp.Compare(a.Rule.ID, b.Rule.ID),
		cmp.Compare(a.Redis, b.Redis),
		cmp.Compare(a.Container, b.Container),
		cmp.Compare(a.Message, b.Message),
		cmp.Compare(a.Severity, b.Severity),
		slices.CompareFunc(a.Related, b.Related, func(a, b Related) int {
			return cmp.Or(comparePlaces(a.Place, b.Place), cmp.Compare(a.Message, b.Message))
		}),
	)
}

// Same reports whether two findings say the same of the same place: of a Service, say, that each copy of a Redis in the
// input takes for its own.
func Same(a, b Finding) bool {
	return compare(a, b) == 0 && a.Fingerprint == b.Fingerprint && (a.Suppressed == nil) == (b.Suppressed == nil)
}

func comparePlaces(a, b Place) int {
	return cmp.Or(
		cmp.Compare(a.File(), b.File()),
		cmp.Compare(a.Position.Line, b.Position.Line),
		cmp.Compare(a.Position.Column, b.Position.Column),
		slices.Compare(a.Path, b.Path),
	)
}
