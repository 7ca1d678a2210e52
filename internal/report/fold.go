package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/rules"
)

// fold parts findings into those that are shown in full and those that are told of in short. Of the latter the waived
// ones are left out.
func fold(findings []rules.Finding, least rules.Severity) (shown, folded []rules.Finding) {
	for _, f := range findings {
		switch {
		case f.Severity.AtLeast(least):
			shown = append(shown, f)
		case f.Suppressed == nil:
			folded = append(folded, f)
		}
	}
	return shown, folded
}

// folded writes one line for each rule, with its places as far as they fit.
func (p *page) folded(r Report, findings []rules.Finding, quiet bool) {
	r.Base = Base{} // people read names from where they are
	places := map[rules.Severity]map[string][]string{}
	for _, f := range findings {
		if places[f.Severity] == nil {
			places[f.Severity] = map[string][]string{}
		}
		byRule := places[f.Severity]
		byRule[f.Rule.ID] = append(byRule[f.Rule.ID], Visible(r.place(f.Place)))
	}
	severities := slices.SortedFunc(maps.Keys(places), func(a, b rules.Severity) int { return cmp.Compare(rank(b), rank(a)) })
	indent := ""
	for _, severity := range severities {
		head := span{p.severity(severity), string(severity) + ": "}
		indent = strings.Repeat(" ", textWidth(Visible(head.text)))
		ids := slices.Sorted(maps.Keys(places[severity]))
		widest := 0
		for _, id := range ids {
			widest = max(widest, textWidth(Visible(id)))
		}
		for _, id := range ids {
			gap := strings.Repeat(" ", widest-textWidth(Visible(id))+2)
			room := p.width - len(indent) - widest - 2
			p.hang(fitting(places[severity][id], room), nil, barColumn, head, span{p.strong, id}, span{nil, gap})
			head = span{nil, indent}
		}
	}
	if len(findings) > 0 && !quiet {
		text := plural(len(findings), "finding") + " in short; --min-severity info shows lines and fixes"
		p.hang(text, p.faint, barColumn, span{nil, indent})
	}
}

// fitting lists the things of which there is room for, one at least, and counts the rest.
func fitting(list []string, room int) string {
	counted := func(text string, listed int) string {
		if left := len(list) - listed; left > 0 {
			return fmt.Sprintf("%s and %d more", text, left)
		}
		return text
	}
	text := list[0]
	for i := 1; i < len(list); i++ {
		longer := text + ", " + list[i]
		if textWidth(counted(longer, i+1)) > room {
			return counted(text, i)
		}
		text = longer
	}
	return text
}
