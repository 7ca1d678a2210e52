package redisconf

import (
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// binding is what a script assigns to one variable.
type binding struct {
	// words are the elements of an array, or the pieces of a string, in order.
	words   []Word
	isArray bool
	// unknown: assigned from outside, in a loop, or two different values.
	unknown bool
}

// bind collects the assignments of a script in order. A variable that has one value all over the script is known
// everywhere in it; += adds to what was assigned above.
func (r *reader) bind(file *syntax.File) {
	r.bindings = map[string]*binding{}
	var stack []syntax.Node
	syntax.Walk(file, func(n syntax.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return false
		}
		switch n := n.(type) {
		case *syntax.Assign:
			if !isPrefix(stack) && n.Name != nil && !n.Naked {
				r.assign(n, isConditional(stack))
			}
		case *syntax.WordIter:
			r.bindings[n.Name.Value] = &binding{unknown: true}
		case *syntax.CallExpr:
			r.bindRead(n)
		case *syntax.ParamExp:
			if n.Exp != nil && (n.Exp.Op == syntax.AssignUnset || n.Exp.Op == syntax.AssignUnsetOrNull) && n.Param != nil {
				r.bindings[n.Param.Value] = &binding{unknown: true}
			}
		}
		stack = append(stack, n)
		return true
	})
}

// isPrefix reports whether an assignment below the stack only holds for one command: X=1 command.
func isPrefix(stack []syntax.Node) bool {
	call, ok := stack[len(stack)-1].(*syntax.CallExpr)
	return ok && len(call.Args) > 0
}

// isConditional reports whether what is below the stack runs in some runs only.
func isConditional(stack []syntax.Node) bool {
	for i, n := range stack {
		switch n := n.(type) {
		case *syntax.IfClause, *syntax.WhileClause, *syntax.ForClause, *syntax.CaseClause:
			return true
		case *syntax.BinaryCmd:
			if !isPipe(n.Op) && i+1 < len(stack) && stack[i+1] == syntax.Node(n.Y) {
				return true
			}
		}
	}
	return false
}

func (r *reader) bindRead(call *syntax.CallExpr) {
	if len(call.Args) == 0 {
		return
	}
	switch call.Args[0].Lit() {
	case "read", "getopts", "mapfile", "readarray", "unset":
		for _, arg := range call.Args[1:] {
			if name := arg.Lit(); isName(name) {
				r.bindings[name] = &binding{unknown: true}
			}
		}
	}
}

func (r *reader) assign(a *syntax.Assign, conditional bool) {
	name := a.Name.Value
	old := r.bindings[name]
	if a.Index != nil {
		r.bindings[name] = &binding{unknown: true}
		return
	}
	fresh := &binding{isArray: a.Array != nil}
	switch {
	case a.Array != nil:
		for _, element := range a.Array.Elems {
			if element.Index != nil {
				fresh.unknown = true
			}
			if element.Value != nil {
				fresh.words = append(fresh.words, r.split(element.Value)...)
			}
		}
	case a.Value != nil:
		fresh.words = r.assigned(a.Value)
	}
	for i := range fresh.words {
		fresh.words[i].Conditional = fresh.words[i].Conditional || conditional
	}
	switch {
	case a.Append && old == nil:
		fresh.words = append([]Word{{Value: "${" + name + "}", Dynamic: true, many: true}}, fresh.words...)
	case a.Append:
		fresh.isArray = fresh.isArray || old.isArray
		fresh.unknown = fresh.unknown || old.unknown
		fresh.words = append(slices.Clip(old.words), fresh.words...)
	case old != nil && !old.isArray && !refers(a.Value, name) && joined(old.words) != joined(fresh.words):
		fresh.unknown = true
	}
	if len(fresh.words) > maxWords {
		fresh = &binding{unknown: true}
	}
	r.bindings[name] = fresh
}

// assigned evaluates the right-hand side of an assignment, keeping where each part of it was written.
func (r *reader) assigned(value *syntax.Word) []Word {
	single := r.word(value)
	if !single.Dynamic && len(r.pieces(value.Parts, true, 0)) <= 1 {
		return []Word{single}
	}
	var words []Word
	for _, p := range r.pieces(value.Parts, true, 0) {
		w := p.from
		w.Value, w.Dynamic, w.many = p.text, p.dynamic, p.many
		words = append(words, w)
	}
	return words
}

func joined(words []Word) string {
	var all strings.Builder
	for _, w := range words {
		all.WriteString(w.Value)
	}
	return all.String()
}

// refers reports whether a word expands the variable itself: X="$X more".
func refers(w *syntax.Word, name string) bool {
	found := false
	if w != nil {
		syntax.Walk(w, func(n syntax.Node) bool {
			if p, ok := n.(*syntax.ParamExp); ok && p.Param != nil && p.Param.Value == name {
				found = true
			}
			return !found
		})
	}
	return found
}

// parameter evaluates $X, ${X}, "${X[@]}" and the positional parameters.
func (r *reader) parameter(p *syntax.ParamExp, quoted bool) []piece {
	unknown := r.unknown(p, quoted)
	if p.Param == nil || p.Excl || p.Length || p.Width || p.Slice != nil || p.Repl != nil || p.Names != 0 || p.Flags != nil {
		return []piece{unknown}
	}
	name := p.Param.Value
	if name == "@" || name == "*" {
		unknown.many = true
		return r.elements(r.shell.Args, r.shell.Args != nil, unknown)
	}
	if p.Exp != nil {
		if value, ok := r.lookup(name); ok && joined(value.words) != "" && isDefaulting(p.Exp.Op) {
			return value.pieces(quoted)
		}
		return []piece{unknown}
	}
	value, ok := r.lookup(name)
	switch {
	case p.Index != nil:
		unknown.many = true
		if index, isWord := p.Index.(*syntax.Word); ok && isWord && (index.Lit() == "@" || index.Lit() == "*") {
			return r.elements(value.words, true, unknown)
		}
		return []piece{unknown}
	case !ok || value.isArray:
		return []piece{unknown}
	}
	return value.pieces(quoted)
}

func isDefaulting(op syntax.ParExpOperator) bool {
	switch op {
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull, syntax.ErrorUnset, syntax.ErrorUnsetOrNull, syntax.AssignUnset, syntax.AssignUnsetOrNull:
		return true
	}
	return false
}

// lookup finds a variable in the script, then among the positional parameters and the environment.
func (r *reader) lookup(name string) (*binding, bool) {
	if b, ok := r.bindings[name]; ok {
		return b, !b.unknown
	}
	if n, err := strconv.Atoi(name); err == nil {
		switch {
		case n == 0 && r.shell.Name != "":
			return &binding{words: []Word{{Value: r.shell.Name}}}, true
		case n > 0 && n <= len(r.shell.Args):
			return &binding{words: r.shell.Args[n-1 : n]}, true
		case n > 0 && r.shell.Args != nil:
			return &binding{}, true
		}
		return nil, false
	}
	if value, ok := r.shell.Env[name]; ok {
		return &binding{words: []Word{{Value: value}}}, true
	}
	return nil, false
}

func (b *binding) pieces(quoted bool) []piece {
	pieces := make([]piece, len(b.words))
	for i, w := range b.words {
		pieces[i] = piece{text: w.Value, from: w, assigned: true, splits: !quoted, dynamic: w.Dynamic, many: w.many && !quoted}
	}
	return pieces
}

// elements gives each word of an array as a word of its own.
func (r *reader) elements(words []Word, known bool, unknown piece) []piece {
	if !known {
		return []piece{unknown}
	}
	pieces := make([]piece, 0, 2*len(words))
	for i, w := range words {
		pieces = append(pieces, piece{text: w.Value, from: w, assigned: true, dynamic: w.Dynamic, many: w.many, cut: i > 0})
	}
	return pieces
}
