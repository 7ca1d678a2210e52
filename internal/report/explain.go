package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/redislint/redislint/internal/rules"
)

// Explain writes for a person all there is to know about a rule.
func Explain(w io.Writer, rule *rules.Rule, opts TextOptions) error {
	p := newPage(w, opts)
	p.line(span{p.strong, rule.ID}, span{nil, "  "}, span{p.severity(rule.Severity), string(rule.Severity)},
		span{p.faint, "  " + rule.Category})
	p.hang(oneLine(rule.Title), nil, 0)
	for _, s := range sections(rule) {
		p.blank()
		p.line(span{p.strong, s.heading})
		for i, b := range s.blocks {
			if i > 0 {
				p.blank()
			}
			p.block(b)
		}
	}
	p.blank()
	p.line(span{p.faint, "Decided by " + rule.File})
	return p.flush()
}

func (p *page) block(b block) {
	indent := span{nil, "  "}
	for _, it := range b.items {
		p.line(indent, span{p.strong, it.name}, span{p.faint, it.note})
		if it.url != "" {
			p.line(indent, indent, span{nil, it.url}) // never wrapped: it is to be copied
			continue
		}
		p.hang(it.text, nil, 4, indent, indent)
	}
	if b.text != "" {
		p.prose(b.text, indent)
	}
	if b.code != "" {
		for line := range strings.SplitSeq(b.code, "\n") {
			p.line(span{nil, "    "}, span{nil, line})
		}
	}
}

// prose writes a paragraph wrapped, the items of a list in it each on its own line.
func (p *page) prose(text string, indent span) {
	var paragraph []string
	write := func() {
		if len(paragraph) > 0 {
			p.hang(strings.Join(paragraph, " "), nil, 2, indent)
			paragraph = nil
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "- ") {
			write()
		}
		paragraph = append(paragraph, line)
	}
	write()
}

// Rules writes a table of rules for a person.
func Rules(w io.Writer, list []*rules.Rule, opts TextOptions) error {
	p := newPage(w, opts)
	widest := 0
	for _, rule := range list {
		widest = max(widest, len(rule.ID))
	}
	category := ""
	for i, rule := range list {
		if rule.Category != category {
			if i > 0 {
				p.blank()
			}
			category = rule.Category
			p.line(span{p.strong, category})
		}
		p.hang(oneLine(rule.Title), nil, barColumn,
			span{nil, fmt.Sprintf("  %-*s  ", widest, rule.ID)},
			span{p.severity(rule.Severity), fmt.Sprintf("%-*s", len(rules.Warning), rule.Severity)},
			span{nil, "  "})
	}
	return p.flush()
}

type jsonRule struct {
	ID          string          `json:"id"`
	Category    string          `json:"category"`
	Severity    rules.Severity  `json:"severity"`
	Title       string          `json:"title"`
	Description string          `json:"description"`
	Remediation string          `json:"remediation"`
	Params      []jsonParam     `json:"params"`
	References  []jsonReference `json:"references"`
	RenamedFrom []string        `json:"renamedFrom"`
}

type jsonParam struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Default     any    `json:"default"`
}

type jsonReference struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// RulesJSON writes rules for programs.
func RulesJSON(w io.Writer, list []*rules.Rule) error {
	return writeJSON(w, struct {
		Version int        `json:"version"`
		Rules   []jsonRule `json:"rules"`
	}{jsonVersion, each(list, func(r *rules.Rule) jsonRule {
		return jsonRule{
			ID: r.ID, Category: r.Category, Severity: r.Severity, Title: r.Title,
			Description: r.Description, Remediation: r.Remediation,
			Params:      each(r.Params, func(p rules.Param) jsonParam { return jsonParam(p) }),
			References:  each(r.References, func(r rules.Reference) jsonReference { return jsonReference(r) }),
			RenamedFrom: append([]string{}, r.RenamedFrom...),
		}
	})})
}
