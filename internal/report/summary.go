package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/rules"
)

// StepSummary writes the report as Markdown for the page of a GitHub workflow, the worst first, in at most limit bytes:
// GitHub drops a summary that is too long. Rows that have no room are counted.
func StepSummary(w io.Writer, r Report, limit int) error {
	const reserve = 200 // for the counts of what is left out
	var b strings.Builder
	fmt.Fprintf(&b, "### redislint: %s\n\n", strings.Join(r.counts(), ", "))
	names := inMarkdown.Replace(Visible(some(each(r.Redis, describe), maxRedis)))
	if len(r.Redis) == 0 {
		names = "none recognised"
	}
	fmt.Fprintf(&b, "Redis: %s, in %s.\n", names, inMarkdown.Replace(Visible(r.read())))

	rows := summaryRows(r)
	if len(rows) > 0 {
		b.WriteString("\n| | rule | where | what |\n|---|---|---|---|\n")
	}
	left := len(rows)
	for _, row := range rows {
		if b.Len()+len(row)+reserve > limit {
			break
		}
		b.WriteString(row)
		left--
	}
	if left > 0 {
		fmt.Fprintf(&b, "\nAnd %s.\n", plural(left, "more finding"))
	}
	b.WriteString("\n")
	text := b.String()
	if len(text) > limit {
		return nil // there is room for nothing
	}
	_, err := io.WriteString(w, text)
	return err
}

func summaryRows(r Report) []string {
	var rows []string
	row := func(mark, rule, where, what string) {
		rows = append(rows, fmt.Sprintf("| %s | %s | %s | %s |\n", mark, rule,
			inMarkdown.Replace(Visible(where)), inMarkdown.Replace(Visible(what))))
	}
	for _, e := range r.Errors {
		row("not read", "", placeName(r.file(e.File), r.at(start(e.Line))), e.Message)
	}
	for _, u := range r.Undecided {
		row("undecided", "", "", undecidedText(u))
	}
	findings := slices.DeleteFunc(slices.Clone(r.Findings), func(f rules.Finding) bool { return f.Suppressed != nil })
	slices.SortStableFunc(findings, func(a, b rules.Finding) int { return cmp.Compare(rank(b.Severity), rank(a.Severity)) })
	for _, f := range findings {
		rule := inMarkdown.Replace(Visible(f.Rule.ID))
		if page := r.page(f.Rule); page != "" {
			rule = fmt.Sprintf("[%s](%s)", rule, page)
		}
		row(inMarkdown.Replace(Visible(string(f.Severity))), rule, r.place(f.Place), cmp.Or(f.Message, f.Rule.Title))
	}
	return rows
}

// rank orders severities.
func rank(s rules.Severity) int {
	switch s {
	case rules.Error:
		return 2
	case rules.Warning:
		return 1
	default:
		return 0
	}
}

// inMarkdown writes what Markdown and HTML read as markup as character references, the signs of web addresses and of
// mentions too, so that a text is shown as it is.
var inMarkdown = func() *strings.Replacer {
	var pairs []string
	for _, sign := range "&<>`*_~[]|\\#@:$" {
		pairs = append(pairs, string(sign), fmt.Sprintf("&#%d;", sign))
	}
	return strings.NewReplacer(append(pairs, "www.", "www&#46;")...)
}()
