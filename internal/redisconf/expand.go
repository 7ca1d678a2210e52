package redisconf

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// piece is a run of text that a word is made of.
type piece struct {
	text string
	// from is the word, or part of one, where it was written; text starts at byte start of its value.
	from  Word
	start int
	// assigned: it came out of a variable.
	assigned bool
	// splits: an unquoted expansion, cut at spaces.
	splits  bool
	dynamic bool
	// cut ends the word here and begins the next: between the elements of an array.
	cut  bool
	many bool
}

// word evaluates one word that is not split.
func (r *reader) word(w *syntax.Word) Word {
	whole := r.here(w)
	pieces := r.pieces(w.Parts, false, 0)
	var value strings.Builder
	for _, p := range pieces {
		if value.Len()+len(p.text) > maxScriptBytes {
			whole.Dynamic = true
			break
		}
		if p.cut {
			value.WriteByte(' ')
		}
		value.WriteString(p.text)
		whole.Dynamic = whole.Dynamic || p.dynamic
		whole.Conditional = whole.Conditional || p.from.Conditional
	}
	whole.Value = value.String()
	return r.settle(whole)
}

// here is the extent of a node in what Origin names, with no value yet.
func (r *reader) here(n syntax.Node) Word {
	offset, end := r.extent(int(n.Pos().Offset()), int(n.End().Offset()))
	return Word{Offset: offset, End: end, Origin: r.origin}
}

// settle finds out whether the value stands in the text as it is.
func (r *reader) settle(w Word) Word {
	if w.Dynamic || r.outer != nil {
		return w
	}
	from, to := w.Offset-r.shift, w.End-r.shift
	if from < 0 || to > len(r.text) || to-from != len(w.Value)+2 {
		return w
	}
	quote := r.text[from]
	w.quoted = (quote == '"' || quote == '\'') && r.text[from+1:to-1] == w.Value
	return w
}

// fields evaluates the words of a command: expansions are split, arrays give one word for each element.
func (r *reader) fields(words []*syntax.Word) []Word {
	var argv []Word
	for _, w := range words {
		if len(argv) > maxWords {
			break
		}
		argv = append(argv, r.split(w)...)
	}
	return argv
}

const maxWords = 4096

func (r *reader) split(w *syntax.Word) []Word {
	pieces := r.pieces(w.Parts, false, 0)
	var words []Word
	var current []piece
	flush := func() {
		if len(current) > 0 {
			words = append(words, r.assemble(w, current))
		}
		current = nil
	}
	for _, p := range pieces {
		if p.cut {
			flush()
		}
		if !p.splits || p.dynamic {
			current = append(current, p)
			continue
		}
		for rest, at := p.text, 0; ; {
			trimmed := strings.TrimLeft(rest, " \t\n")
			if len(trimmed) < len(rest) {
				flush()
			}
			at += len(rest) - len(trimmed)
			if trimmed == "" {
				break
			}
			end := strings.IndexAny(trimmed, " \t\n")
			if end < 0 {
				end = len(trimmed)
			}
			field := p
			field.text, field.start = trimmed[:end], p.start+at
			current = append(current, field)
			rest, at = trimmed[end:], at+end
		}
	}
	flush()
	return words
}

// assemble makes one word of its pieces. A word that is a single expansion stands where its value was written.
func (r *reader) assemble(w *syntax.Word, pieces []piece) Word {
	whole := r.here(w)
	var value strings.Builder
	for _, p := range pieces {
		if value.Len()+len(p.text) > maxScriptBytes {
			whole.Dynamic = true
			break
		}
		value.WriteString(p.text)
		whole.Dynamic = whole.Dynamic || p.dynamic
		whole.Conditional = whole.Conditional || p.from.Conditional
		whole.many = whole.many || p.many
	}
	whole.Value = value.String()
	if p := pieces[0]; len(pieces) == 1 && p.assigned && p.from.End > 0 {
		moved := p.from
		moved.Dynamic, moved.Conditional, moved.many = whole.Dynamic, whole.Conditional, whole.many
		if p.text != moved.Value {
			if offset, ok := moved.locate(p.start); ok {
				moved.Offset, moved.End, moved.quoted = offset, offset+len(p.text), false
			}
		}
		moved.Value = whole.Value
		return moved
	}
	return r.settle(whole)
}

// pieces evaluates the parts of a word.
func (r *reader) pieces(parts []syntax.WordPart, quoted bool, depth int) []piece {
	var pieces []piece
	for _, part := range parts {
		switch part := part.(type) {
		case *syntax.Lit:
			pieces = append(pieces, r.literal(part, unescapeShell(part.Value, quoted)))
		case *syntax.SglQuoted:
			pieces = append(pieces, r.literal(part, singleQuoted(part)))
		case *syntax.DblQuoted:
			if len(part.Parts) == 0 {
				pieces = append(pieces, piece{})
			}
			if depth < maxScriptDepth {
				pieces = append(pieces, r.pieces(part.Parts, true, depth+1)...)
			}
		case *syntax.ParamExp:
			pieces = append(pieces, r.budget.spend(r.parameter(part, quoted))...)
		case *syntax.CmdSubst:
			pieces = append(pieces, r.reference(part, quoted))
		default:
			pieces = append(pieces, r.unknown(part, quoted))
		}
	}
	return pieces
}

func (r *reader) literal(n syntax.Node, text string) piece {
	from := r.here(n)
	from.Value = text
	return piece{text: text, from: r.settle(from)}
}

// reference evaluates $(NAME): in a container's argv Kubernetes replaces it before the shell sees it.
func (r *reader) reference(c *syntax.CmdSubst, quoted bool) piece {
	if len(c.Stmts) == 1 && !c.Backquotes {
		if call, ok := c.Stmts[0].Cmd.(*syntax.CallExpr); ok && len(call.Args) == 1 && len(call.Assigns) == 0 {
			if value, ok := r.shell.Env[call.Args[0].Lit()]; ok {
				return piece{text: value, splits: !quoted}
			}
		}
	}
	return r.unknown(c, quoted)
}

// unknown stands for an expansion whose value is not known: it keeps its text.
func (r *reader) unknown(n syntax.Node, quoted bool) piece {
	from, to := int(n.Pos().Offset()), int(n.End().Offset())
	text := ""
	if from >= 0 && from <= to && to <= len(r.text) {
		text = r.text[from:to]
	}
	return piece{text: text, from: r.here(n), dynamic: true, splits: !quoted, many: !quoted}
}

// unescapeShell removes the backslashes that quote in a literal.
func unescapeShell(text string, quoted bool) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			next := text[i+1]
			switch {
			case next == '\n':
				i++
				continue
			case !quoted || strings.IndexByte("$`\"\\", next) >= 0:
				i++
			}
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

func singleQuoted(q *syntax.SglQuoted) string {
	if !q.Dollar {
		return q.Value
	}
	var out strings.Builder
	for i := 0; i < len(q.Value); i++ {
		if q.Value[i] == '\\' && i+1 < len(q.Value) {
			i++
			out.WriteByte(unescape(q.Value[i]))
			continue
		}
		out.WriteByte(q.Value[i])
	}
	return out.String()
}
