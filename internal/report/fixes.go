package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/redislint/redislint/internal/rules"
)

// Fixing is what a run of fixes came to.
type Fixing struct {
	Found   int // findings before
	Fixed   []Fixed
	Left    []Left
	Files   int  // that were changed
	Planned bool // nothing was written
}

// Fixed is a finding that was ended.
type Fixed struct {
	Finding rules.Finding
	Note    string // what to know of its fix; "" when that is nothing
}

// Left is a finding that was not ended, and what a person has to do.
type Left struct {
	Finding rules.Finding
	Reason  string
}

// Fixes writes what was fixed and what is left, for a person: findings of one rule that need the same share a line.
func Fixes(w io.Writer, f Fixing, opts TextOptions) error {
	p := newPage(w, opts)
	verb := "fixed"
	if f.Planned {
		verb = "would fix"
	}
	if f.Found == 0 {
		p.line(span{p.good, "nothing to fix"})
		return p.flush()
	}
	for i, fixed := range f.Fixed {
		p.line(span{p.good, verb}, span{nil, "  "}, span{p.strong, fixed.Finding.Rule.ID},
			span{p.faint, "  " + placeText(fixed.Finding)})
		if fixed.Note != "" && (i == len(f.Fixed)-1 || f.Fixed[i+1].Note != fixed.Note) {
			p.hang(fixed.Note, nil, barColumn, span{p.note, strings.Repeat(" ", len(verb)) + "  note: "})
		}
	}
	if len(f.Fixed) > 0 {
		p.blank()
	}
	count := fmt.Sprintf("%s %d of %d", verb, len(f.Fixed), f.Found)
	switch len(f.Left) {
	case 0:
		count += " in " + plural(f.Files, "file")
	case 1:
		count += "; 1 needs you:"
	default:
		count += fmt.Sprintf("; %d need you:", len(f.Left))
	}
	p.line(span{p.strong, count})
	for _, group := range grouped(f.Left) {
		first := group[0]
		places := placeText(first.Finding)
		if more := len(group) - 1; more > 0 {
			places += " and " + plural(more, "more place")
		}
		p.line(span{nil, "  "}, span{p.severity(first.Finding.Severity), first.Finding.Rule.ID}, span{p.faint, "  " + places})
		p.hang(first.Reason, nil, barColumn, span{nil, "    "})
	}
	return p.flush()
}

func placeText(f rules.Finding) string {
	if f.Place.File() == "" {
		return objectName(f.Object)
	}
	return f.Place.File() + ":" + lineColumn(f.Place)
}

// grouped puts findings of one rule with one reason together, the more severe before the others.
func grouped(list []Left) [][]Left {
	var groups [][]Left
	index := map[[2]string]int{}
	for _, severity := range []rules.Severity{rules.Error, rules.Warning, rules.Info} {
		for _, left := range list {
			if left.Finding.Severity != severity {
				continue
			}
			key := [2]string{left.Finding.Rule.ID, left.Reason}
			i, known := index[key]
			if !known {
				i = len(groups)
				index[key] = i
				groups = append(groups, nil)
			}
			groups[i] = append(groups[i], left)
		}
	}
	return groups
}
