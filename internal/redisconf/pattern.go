package redisconf

import (
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// pattern turns a shell pattern into a regular expression that is not anchored.
func (sc *scope) pattern(w *syntax.Word) (expression string, ok bool) {
	var out strings.Builder
	if w == nil {
		return "", true
	}
	for _, part := range w.Parts {
		switch part := part.(type) {
		case *syntax.Lit:
			out.WriteString(globExpression(part.Value))
		case *syntax.ExtGlob:
			var alternatives []string
			for glob := range strings.SplitSeq(part.Pattern.Value, "|") {
				alternatives = append(alternatives, globExpression(glob))
			}
			suffix := map[syntax.GlobOperator]string{syntax.GlobZeroOrOne: "?", syntax.GlobZeroOrMore: "*", syntax.GlobOneOrMore: "+", syntax.GlobOne: ""}
			repeat, known := suffix[part.Op]
			if !known {
				return "", false
			}
			out.WriteString("(?:" + strings.Join(alternatives, "|") + ")" + repeat)
		default:
			for _, p := range sc.pieces([]syntax.WordPart{part}, true) {
				if p.dynamic {
					return "", false
				}
				out.WriteString(regexp.QuoteMeta(p.text))
			}
		}
	}
	return out.String(), true
}

func globExpression(glob string) string {
	var out strings.Builder
	for i := 0; i < len(glob); i++ {
		switch c := glob[i]; c {
		case '*':
			out.WriteString("(?s:.*)")
		case '?':
			out.WriteString("(?s:.)")
		case '[':
			end := strings.IndexByte(glob[i+1:], ']')
			if end < 1 {
				out.WriteString(`\[`)
				continue
			}
			class := glob[i+1 : i+1+end]
			if rest, ok := strings.CutPrefix(class, "!"); ok {
				class = "^" + rest
			}
			out.WriteString("[" + strings.ReplaceAll(class, `\`, `\\`) + "]")
			i += end + 1
		case '\\':
			if i+1 < len(glob) {
				i++
				out.WriteString(regexp.QuoteMeta(glob[i : i+1]))
			}
		default:
			out.WriteString(regexp.QuoteMeta(glob[i : i+1]))
		}
	}
	return out.String()
}
