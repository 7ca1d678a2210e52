package report

import (
	"fmt"
	"strings"

	"github.com/redislint/redislint/internal/rules"
)

// Docs returns the pages about rules as Markdown: README.md, the index, and <rule>.md for each, by file name.
func Docs(list []*rules.Rule) map[string][]byte {
	pages := map[string][]byte{"README.md": index(list)}
	for _, rule := range list {
		pages[rule.ID+".md"] = rulePage(rule)
	}
	return pages
}

const generated = "<!-- Written by `make update` from the rule's METADATA. -->\n"

func index(list []*rules.Rule) []byte {
	var b strings.Builder
	b.WriteString(generated)
	b.WriteString("# Rules\n\n[Where each rule is tested](sources.md)\n")
	category := ""
	for _, rule := range list {
		if rule.Category != category {
			category = rule.Category
			fmt.Fprintf(&b, "\n## %s\n\n| rule | severity | what it finds |\n|---|---|---|\n", category)
		}
		fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s |\n", rule.ID, rule.ID, rule.Severity, inCell(rule.Title))
	}
	return []byte(b.String())
}

func rulePage(rule *rules.Rule) []byte {
	var b strings.Builder
	b.WriteString(generated)
	fmt.Fprintf(&b, "# %s\n\n%s\n\nSeverity: **%s** · decided by [`%s`](../../policies/%s)\n",
		rule.ID, rule.Title, rule.Severity, rule.File, rule.File)
	for _, s := range sections(rule) {
		fmt.Fprintf(&b, "\n## %s\n", s.heading)
		for _, block := range s.blocks {
			b.WriteString("\n")
			writeBlock(&b, block)
		}
	}
	return []byte(b.String())
}

func writeBlock(b *strings.Builder, block block) {
	for _, item := range block.items {
		if item.url != "" {
			fmt.Fprintf(b, "- [%s](%s)\n", item.name, item.url)
		} else {
			fmt.Fprintf(b, "- `%s`%s: %s\n", item.name, item.note, item.text)
		}
	}
	if block.text != "" {
		b.WriteString(block.text + "\n")
	}
	if block.code != "" {
		fmt.Fprintf(b, "\n```%s\n%s\n```\n", block.language, block.code)
	}
}

func inCell(text string) string {
	return strings.ReplaceAll(oneLine(text), "|", `\|`)
}
