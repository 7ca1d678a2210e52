package picture

import (
	"fmt"
	"io"
	"strings"

	"github.com/redislint/redislint/internal/rules"
)

// DOT writes pictures as one graph of Graphviz, each Redis a cluster.
func DOT(w io.Writer, pictures []Picture) error {
	var b strings.Builder
	b.WriteString("digraph redis {\n" +
		"  graph [fontname=\"sans-serif\", fontsize=12, bgcolor=\"transparent\", color=\"#9aa0a6\", style=\"rounded\"]\n" +
		"  node [fontname=\"sans-serif\", fontsize=11, shape=\"box\", style=\"rounded,filled\", fillcolor=\"white\", color=\"#6b7280\"]\n" +
		"  edge [color=\"#6b7280\", arrowsize=0.7]\n")
	for i, p := range pictures {
		fmt.Fprintf(&b, "  subgraph cluster_%d {\n    label=%s\n", i, dot(strings.TrimSuffix(p.Name+" · "+p.Nature, " · ")))
		for k, part := range p.Parts {
			shape := ""
			switch part.Kind {
			case Volume:
				shape = `, shape="cylinder", style="filled"`
			case Sentinel:
				shape = `, shape="hexagon", style="filled"`
			case Client, Exporter, Node, Route, Service:
			}
			lines := part.lines(func(s string) string { return s })
			for n, line := range lines {
				lines[n] = dotText(line)
			}
			fmt.Fprintf(&b, "    r%dp%d [label=\"%s\"%s%s]\n", i, k, strings.Join(lines, `\n`), shape, dotMark(part.Mark))
		}
		b.WriteString("  }\n")
		for _, link := range p.Links {
			attributes := ""
			if link.Watches {
				attributes = ` [style="dotted", arrowhead="none", constraint="false"]`
			}
			fmt.Fprintf(&b, "  r%dp%d -> r%dp%d%s\n", i, link.From, i, link.To, attributes)
		}
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func dotMark(m Mark) string {
	color := map[rules.Severity]string{rules.Error: "#c0362c", rules.Warning: "#b07d00", rules.Info: "#5b7fa5"}[m.Severity]
	if color == "" {
		return ""
	}
	return fmt.Sprintf(`, color="%s", penwidth=2, tooltip=%s`, color, dot(strings.Join(m.Found, "; ")))
}

func dot(s string) string { return `"` + dotText(s) + `"` }

// dotText is text between quotes. Graphviz reads entities in it, and a backslash before a letter as what stands for
// something else.
func dotText(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;").Replace(shown(s))
}
