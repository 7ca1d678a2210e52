package redisconf

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// word evaluates a word that is not split. What is not known keeps its text, so that $HOSTNAME can still be recognised.
func (sc *scope) word(w *syntax.Word) Word {
	var whole Word
	if w == nil {
		return whole
	}
	for i, p := range sc.pieces(w.Parts, true) {
		if p.cut && i > 0 {
			add(&whole, " ", false)
		}
		add(&whole, p.text, p.dynamic)
	}
	return whole
}

func (sc *scope) fields(words []*syntax.Word) []Word {
	var argv []Word
	for _, w := range words {
		if len(argv) > maxWords {
			break
		}
		argv = append(argv, sc.split(w)...)
	}
	return argv
}

func (sc *scope) split(w *syntax.Word) []Word {
	var words []Word
	var current *Word
	for _, p := range sc.pieces(w.Parts, false) {
		if p.cut && current != nil {
			words, current = append(words, *current), nil
		}
		if !p.splits || p.dynamic {
			if current == nil {
				current = &Word{}
			}
			add(current, p.text, p.dynamic)
			current.many = current.many || p.many
			continue
		}
		for i, field := range strings.FieldsFunc(p.text, isBlank) {
			if current != nil && (i > 0 || isBlank(rune(p.text[0]))) {
				words, current = append(words, *current), nil
			}
			if current == nil {
				current = &Word{}
			}
			add(current, field, false)
		}
		if current != nil && p.text != "" && isBlank(rune(p.text[len(p.text)-1])) {
			words, current = append(words, *current), nil
		}
	}
	if current != nil {
		words = append(words, *current)
	}
	return words
}

func isBlank(r rune) bool { return r == ' ' || r == '\t' || r == '\n' }

// expandedPerStep is how many bytes, or words, an expansion may give for the price of one step.
const expandedPerStep = 32

func (sc *scope) pieces(parts []syntax.WordPart, quoted bool) []piece {
	var pieces []piece
	for _, part := range parts {
		switch part := part.(type) {
		case *syntax.Lit:
			pieces = append(pieces, piece{text: unescapeShell(part.Value, false)})
		case *syntax.SglQuoted:
			pieces = append(pieces, piece{text: singleQuoted(part)})
		case *syntax.DblQuoted:
			pieces = append(pieces, piece{})
			for _, inner := range part.Parts {
				if lit, ok := inner.(*syntax.Lit); ok {
					pieces = append(pieces, piece{text: unescapeShell(lit.Value, true)})
				} else {
					pieces = append(pieces, sc.pieces([]syntax.WordPart{inner}, true)...)
				}
			}
		case *syntax.ParamExp:
			found := sc.parameter(part, quoted)
			for _, p := range found {
				sc.steps -= len(p.text) / expandedPerStep
			}
			sc.steps -= len(found) / expandedPerStep
			pieces = append(pieces, found...)
		case *syntax.CmdSubst:
			out := sc.substitute(part)
			pieces = append(pieces, piece{text: out.Value, dynamic: out.Dynamic, splits: !quoted, many: out.Dynamic && !quoted})
		default:
			pieces = append(pieces, piece{text: sc.source(part), dynamic: true, many: !quoted})
		}
	}
	return pieces
}

// substitute runs $(…) and returns what it prints, without the newlines at the end.
func (sc *scope) substitute(c *syntax.CmdSubst) Word {
	if len(c.Stmts) == 1 && !c.Backquotes {
		if call, ok := c.Stmts[0].Cmd.(*syntax.CallExpr); ok && len(call.Args) == 1 && len(call.Assigns) == 0 {
			if value, ok := sc.shell.Env[call.Args[0].Lit()]; ok {
				return Word{Value: value}
			}
		}
	}
	sub := sc.fork()
	var out Word
	sub.output = &out
	sub.statements(c.Stmts)
	sc.status, sc.substituted = sub.status, true
	if out.Dynamic {
		out.Value = sc.source(&syntax.Word{Parts: []syntax.WordPart{c}})
		return out
	}
	out.Value = strings.TrimRight(out.Value, "\n")
	return out
}

// parameter evaluates $X and the forms of ${X} that probes use.
func (sc *scope) parameter(p *syntax.ParamExp, quoted bool) []piece {
	unknown := piece{text: sc.source(&syntax.Word{Parts: []syntax.WordPart{p}}), dynamic: true, many: !quoted}
	if p.Param == nil || p.Excl || p.Width || p.Slice != nil || p.Names != 0 || p.Flags != nil || p.NestedParam != nil {
		return []piece{unknown}
	}
	name := p.Param.Value
	words, known := sc.variable(name)
	isAll := name == "@" || name == "*"
	if index, ok := p.Index.(*syntax.Word); ok {
		isAll = index.Lit() == "@" || index.Lit() == "*"
		if n, err := strconv.Atoi(index.Lit()); err == nil && known && n >= 0 && n < len(words) {
			words = words[n : n+1]
		} else if !isAll {
			return []piece{unknown}
		}
	} else if p.Index != nil {
		return []piece{unknown}
	}
	if isAll && known && p.Exp == nil && !p.Length && p.Repl == nil {
		var all []piece
		for i, w := range words {
			all = append(all, piece{text: w.Value, dynamic: w.Dynamic, many: w.many, cut: i > 0})
		}
		return all
	}
	value := Word{Dynamic: true, Value: unknown.text}
	if known {
		value = Word{}
		if len(words) > 0 {
			value = words[0]
		}
	}
	value = sc.transform(p, value, known)
	if value.Dynamic && value.Value == "" {
		value.Value = unknown.text
	}
	return []piece{{text: value.Value, dynamic: value.Dynamic, splits: !quoted, many: value.Dynamic && !quoted}}
}

// variable returns the value of a variable or parameter: one word, or the elements of an array.
func (sc *scope) variable(name string) ([]Word, bool) {
	switch name {
	case "@", "*":
		return sc.args, true
	case "#":
		return []Word{{Value: strconv.Itoa(len(sc.args))}}, true
	case "?":
		if sc.status == unsure {
			return nil, false
		}
		return []Word{{Value: strconv.Itoa(sc.status)}}, true
	case "0":
		return []Word{sc.name}, sc.name.Value != ""
	}
	if n, err := strconv.Atoi(name); err == nil {
		if n > 0 && n <= len(sc.args) {
			return sc.args[n-1 : n], true
		}
		return nil, true
	}
	if words, ok := sc.vars[name]; ok {
		return words, true
	}
	if value, ok := sc.shell.Env[name]; ok {
		return []Word{{Value: value}}, true
	}
	return nil, false
}
