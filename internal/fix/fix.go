// Package fix turns what a rule would change into edits of the files that people wrote. It knows how YAML, JSON and
// redis.conf are written, and neither what is good for a Redis nor the file system.
package fix

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

// Edit replaces a stretch of a file.
type Edit struct {
	File       string
	Start, End int // offsets in bytes; equal for what is only added
	// Position is the same in lines and columns.
	manifest.Position
	Text string
	// Source is the text of the whole file that the offsets are of.
	Source string
}

// Repair is how a finding can be ended.
type Repair struct {
	Safe  bool
	Note  string // what to know before it is applied; "" when that is nothing
	Edits []Edit // by file and offset, none overlapping another
}

// Refusal says why a finding has no Repair.
type Refusal struct{ Reason string }

func (r *Refusal) Error() string { return r.Reason }

func refuse(format string, values ...any) error { return &Refusal{fmt.Sprintf(format, values...)} }

// ErrNoFix is the error for a finding whose rule knows no fix.
var ErrNoFix = errors.New("no fix fits every case")

// For returns the first of a finding's fixes that can be written, of those that are safe or, with unsafe, of all. The
// error is ErrNoFix or a *Refusal. A finding whose only fixes are unsafe has an *Unsafe error.
//
// Nothing here looks at the whole: whether a fix brings other findings only judging again can tell.
func For(f rules.Finding, unsafe bool) (Repair, error) {
	if len(f.Fixes) == 0 {
		return Repair{}, ErrNoFix
	}
	var first error
	for _, fix := range f.Fixes {
		edits, err := editsOf(fix)
		if err == nil && !fix.Safe && !unsafe {
			err = &Unsafe{Repair{fix.Safe, fix.Note, edits}}
		}
		if err == nil {
			return Repair{fix.Safe, fix.Note, edits}, nil
		}
		if first == nil {
			first = err
		}
	}
	return Repair{}, first
}

// Unsafe says that a finding has a Repair that somebody has to ask for.
type Unsafe struct{ Repair Repair }

func (*Unsafe) Error() string { return "its fix is a decision; --unsafe applies it" }

func editsOf(fix rules.Fix) ([]Edit, error) {
	var edits []Edit
	for _, c := range fix.Changes {
		more, err := change{c}.edits()
		if err != nil {
			return nil, err
		}
		edits = append(edits, more...)
	}
	slices.SortStableFunc(edits, compare)
	for i := range edits[1:] {
		if edits[i].overlaps(edits[i+1]) {
			return nil, refuse("its changes overlap")
		}
	}
	return edits, nil
}

func compare(a, b Edit) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
}

// overlaps reports whether not both edits can be made, or nobody could tell which comes first.
func (e Edit) overlaps(other Edit) bool {
	return e.File == other.File && e.Start <= other.End && other.Start <= e.End
}

// Apply returns the text of a file with edits of it. The error says that they do not fit the text, or one another.
func Apply(text string, edits []Edit) (string, error) {
	edits = slices.SortedStableFunc(slices.Values(edits), compare)
	var b strings.Builder
	done := 0
	for i, e := range edits {
		if e.Start > e.End || e.End > len(text) || i > 0 && edits[i-1].overlaps(e) {
			return "", fmt.Errorf("edit %s: bytes %d to %d: overlap another edit, or the end", e.File, e.Start, e.End)
		}
		b.WriteString(text[done:e.Start])
		b.WriteString(e.Text)
		done = e.End
	}
	b.WriteString(text[done:])
	return b.String(), nil
}

// Summary says in one line what a repair writes.
func (r Repair) Summary() string {
	var texts []string
	for _, e := range r.Edits {
		text := strings.Join(strings.Fields(e.Text), " ")
		if text == "" {
			text = "nothing"
		}
		texts = append(texts, fmt.Sprintf("%s at %s:%d", text, e.File, e.Line))
	}
	return strings.Join(texts, ", ")
}
