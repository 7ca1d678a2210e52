package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/redislint/redislint/internal/rules"
)

// section is one part of what there is to know about a rule. Terminal and web page show the same sections.
type section struct {
	heading string
	blocks  []block
}

// block is a paragraph, or code with the paragraph as its caption, or a list of named things.
type block struct {
	text           string
	code, language string
	items          []item
}

type item struct {
	name, note, text string // a parameter, its default and its meaning
	url              string // or what is behind a name
}

func sections(rule *rules.Rule) []section {
	breaks, why, _ := strings.Cut(strings.TrimSpace(rule.Description), "\n\n")
	list := []section{{"What breaks", paragraphs(breaks)}}
	if why != "" {
		list = append(list, section{"Why", paragraphs(why)})
	}
	list = append(list,
		section{"Example", []block{
			{text: "Found:", code: excerpt(rule.Examples().Bad), language: "yaml"},
			{text: "Right:", code: excerpt(rule.Examples().Good), language: "yaml"},
		}},
		section{"Fix", paragraphs(rule.Remediation)},
		section{"Parameters", parameters(rule)},
		section{"Waive it", waiver(rule)},
	)
	if len(rule.NotApplicable) > 0 {
		items := make([]item, len(rule.NotApplicable))
		for i, n := range rule.NotApplicable {
			items[i] = item{name: n.Source, text: oneLine(n.Reason)}
		}
		list = append(list, section{"Where it finds nothing", []block{{items: items}}})
	}
	if len(rule.References) > 0 {
		references := make([]item, len(rule.References))
		for i, r := range rule.References {
			references[i] = item{name: cmp.Or(r.Title, r.URL), url: r.URL}
		}
		list = append(list, section{"References", []block{{items: references}}})
	}
	return list
}

func paragraphs(text string) []block {
	var blocks []block
	for text := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		blocks = append(blocks, block{text: strings.TrimSpace(text)})
	}
	return blocks
}

// excerpt turns the expectations of an example into plain comments.
func excerpt(example string) string {
	return strings.TrimSpace(strings.ReplaceAll(example, "# want ", "# "))
}

func parameters(rule *rules.Rule) []block {
	if len(rule.Params) == 0 {
		return []block{{text: "None: the rule has no threshold to tune."}}
	}
	items := make([]item, len(rule.Params))
	for i, param := range rule.Params {
		items[i] = item{name: param.Name, note: " (default " + value(param.Default) + ")", text: oneLine(param.Description)}
	}
	first := rule.Params[0]
	return []block{
		{items: items},
		{
			text:     "Tune it for one run with a flag:",
			code:     fmt.Sprintf("redislint lint --param %s.%s=%s", rule.ID, first.Name, flagValue(first.Default)),
			language: "sh",
		},
		{
			text:     "For good, in .redislint.yaml:",
			code:     fmt.Sprintf("rules:\n  %s:\n    params: {%s: %s}", rule.ID, first.Name, value(first.Default)),
			language: "yaml",
		},
	}
}

func waiver(rule *rules.Rule) []block {
	if rule.OfWaivers {
		return []block{{text: "What is found about a waiver cannot be waived."}}
	}
	return []block{
		{
			text: "Give a reason in an annotation of the object or of its Pod template, and a last day if it should end:",
			code: "metadata:\n  annotations:\n" +
				"    " + rules.WaiverPrefix + rule.ID + `: "why this is right here; until=2027-01-31"`,
			language: "yaml",
		},
		{
			text:     "For files alone, in a comment on the line of the finding or above it:",
			code:     "# redislint: ignore[" + rule.ID + "] why this is right here",
			language: "yaml",
		},
	}
}

// oneLine joins the lines that a text was written in.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func value(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

// flagValue writes a default as --param takes it: strings bare, lists with commas.
func flagValue(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		parts := make([]string, len(v))
		for i, part := range v {
			parts[i] = flagValue(part)
		}
		return strings.Join(parts, ",")
	case []string:
		return strings.Join(v, ",")
	default:
		return value(v)
	}
}
