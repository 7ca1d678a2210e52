package picture

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Mermaid writes pictures as one flowchart, each Redis a subgraph, as GitHub and GitLab draw it in Markdown.
func Mermaid(w io.Writer, pictures []Picture) error {
	var b strings.Builder
	b.WriteString("flowchart TB\n")
	for i, p := range pictures {
		fmt.Fprintf(&b, "  subgraph r%d[\"%s\"]\n", i, mermaid(strings.TrimSuffix(p.Name+" · "+p.Nature, " · ")))
		for k, part := range p.Parts {
			open, end := "[", "]"
			switch part.Kind {
			case Volume:
				open, end = "[(", ")]"
			case Service, Route:
				open, end = "([", "])"
			case Sentinel, Exporter:
				open, end = "{{", "}}"
			case Client, Node:
			}
			class := ""
			if part.Severity != "" {
				class = ":::" + string(part.Severity)
			}
			fmt.Fprintf(&b, "    r%dp%d%s\"%s\"%s%s\n", i, k, open, strings.Join(part.lines(mermaid), "<br/>"), end, class)
		}
		b.WriteString("  end\n")
		for _, link := range p.Links {
			arrow := "-->"
			if link.Watches {
				arrow = "-.-"
			}
			fmt.Fprintf(&b, "  r%dp%d %s r%dp%d\n", i, link.From, arrow, i, link.To)
		}
	}
	b.WriteString("  classDef error stroke:#c0362c,stroke-width:3px\n" +
		"  classDef warning stroke:#b07d00,stroke-width:3px\n" +
		"  classDef info stroke:#5b7fa5,stroke-width:2px\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// lines are what is written in a part, escaped.
func (p Part) lines(escape func(string) string) []string {
	label := p.Label
	if p.Pods > 0 {
		label += fmt.Sprintf(" × %d", p.Pods)
	}
	lines := []string{escape(label), escape(p.Name)}
	for _, fact := range p.Facts {
		lines = append(lines, escape(fact))
	}
	if p.Severity != "" {
		lines = append(lines, escape(p.tally()))
	}
	return lines
}

// mermaid writes everything but letters, digits and a few signs as the entities of Mermaid, which mean nothing to it.
func mermaid(s string) string {
	var b strings.Builder
	for _, r := range shown(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" .,/_-+·×…", r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}
