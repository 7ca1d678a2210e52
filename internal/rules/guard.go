package rules

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// guard is what every definition of a rule's findings begins with: that one fact of the input is one of some words, as
// in input.mode == "sentinel". Where it is not, the rule has no findings, and a query would cost some 6 µs to say so.
type guard struct {
	fact  *ast.Term // "mode"
	words []ast.Value
}

// guardOf returns the guard that all definitions share, or nil.
func guardOf(definitions []*ast.Rule) *guard {
	var shared *guard
	for _, definition := range definitions {
		if definition.Else != nil || len(definition.Body) == 0 {
			return nil
		}
		fact, word := comparison(definition.Body[0])
		if fact == nil || shared != nil && !shared.fact.Equal(fact) {
			return nil
		}
		if shared == nil {
			shared = &guard{fact: fact}
		}
		shared.words = append(shared.words, word)
	}
	return shared
}

// comparison takes apart input.<fact> == "word".
func comparison(e *ast.Expr) (fact *ast.Term, word ast.Value) {
	if e.Negated || len(e.With) > 0 || !e.IsCall() || len(e.Operands()) != 2 {
		return nil, nil
	}
	if operator := e.OperatorTerm().String(); operator != ast.Equal.Name && operator != ast.Equality.Name {
		return nil, nil
	}
	for _, side := range [][2]*ast.Term{{e.Operand(0), e.Operand(1)}, {e.Operand(1), e.Operand(0)}} {
		ref, isRef := side[0].Value.(ast.Ref)
		word, isWord := side[1].Value.(ast.String)
		if !isRef || !isWord || len(ref) != 2 || !ref[0].Equal(ast.InputRootDocument) {
			continue
		}
		if _, constant := ref[1].Value.(ast.String); constant {
			return ref[1], word
		}
	}
	return nil, nil
}

// stops reports whether a rule with the guard has no findings in the input. A nil guard never does.
func (g *guard) stops(input ast.Object) bool {
	if g == nil {
		return false
	}
	is := input.Get(g.fact)
	return is == nil || !slices.ContainsFunc(g.words, func(word ast.Value) bool { return is.Value.Compare(word) == 0 })
}
