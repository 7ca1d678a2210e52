package rules

import (
	"fmt"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
)

func TestMemo(t *testing.T) {
	t.Parallel()
	document := func(i int) map[string]any {
		return map[string]any{"name": fmt.Sprint(i), "nodes": []any{int64(i), true}}
	}
	rule, other := &Rule{ID: "a"}, &Rule{ID: "b"}
	params := ast.NewObject()
	m := NewMemo()
	m.begin()
	if m.recall("r", document(1), params) != nil {
		t.Error("it knows what it was never told")
	}
	m.remember("r", document(1), params, nil, map[*Rule]ast.Set{rule: ast.NewSet()})
	known := m.recall("r", document(1), params)
	if known[rule] == nil {
		t.Error("it forgot")
	}
	if m.recall("r", document(2), params) != nil || m.recall("r", document(1), ast.NewObject(ast.Item(ast.StringTerm("x"), ast.NullTerm()))) != nil {
		t.Error("it takes one Redis, or one set of parameters, for another")
	}
	m.remember("r", document(1), params, known, map[*Rule]ast.Set{other: ast.NewSet()})
	if both := m.recall("r", document(1), params); both[rule] == nil || both[other] == nil || m.entries != 1 {
		t.Errorf("%d entries, of rules %v", m.entries, both)
	}

	for turn := range 20 {
		m.begin()
		for i := range maxRemembered / 4 {
			m.remember("s", document(1000*turn+i), params, nil, map[*Rule]ast.Set{rule: ast.NewSet()})
		}
	}
	if m.entries > 2*maxRemembered || m.recall("r", document(1), params) != nil {
		t.Errorf("%d entries, the bound is %d", m.entries, 2*maxRemembered)
	}
	if m.recall("s", document(19000), params) == nil {
		t.Error("it forgot what was asked for last")
	}
}
