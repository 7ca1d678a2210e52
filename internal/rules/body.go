package rules

import (
	"cmp"
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// checkRule checks the body of a rule against its METADATA.
func (l *loader) checkRule(rule *Rule, module *ast.Module) {
	line := module.Package.Location.Row
	findings := false
	for _, r := range module.Rules {
		if head := r.Head; head.Ref()[0].Equal(ast.VarTerm("findings")) {
			findings = true
			rule.Line = cmp.Or(rule.Line, r.Location.Row)
			if head.RuleKind() != ast.MultiValue || len(head.Ref()) != 1 {
				l.spoil(rule.File, r.Location.Row, "findings must be a set: findings contains {…} if …")
			}
		}
	}
	if !findings {
		l.fault(rule.File, line, "no rule named findings")
	}

	read, fields := l.scopeParams(rule, module)
	if waiverLine, ok := fields["waivers"]; ok {
		rule.OfWaivers = true
		if len(fields) > 1 {
			l.fault(rule.File, waiverLine, "input.waivers: a rule judges either waivers or a Redis")
		}
	}
	for _, param := range rule.Params {
		if read[param.Name] == 0 {
			l.fault(rule.File, line, "the parameter %s is never used", param.Name)
		}
		delete(read, param.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(read)) {
		l.fault(rule.File, read[name], "the parameter %s is not declared in METADATA", name)
	}
}

// checkLibrary checks a module that rules share.
func (l *loader) checkLibrary(file string, module *ast.Module) {
	for _, annotations := range module.Annotations {
		block := metadata{loader: l, file: file, location: annotations.Location}
		block.onlyKeys("scope", "title", "description", "related_resources")
	}
	params, fields := l.scopeParams(&Rule{File: file}, module)
	for name, line := range params {
		l.fault(file, line, "input.params.%s: a library takes parameters as arguments", name)
	}
	if line, ok := fields["waivers"]; ok {
		l.fault(file, line, "input.waivers: a library takes waivers as arguments")
	}
}

// scopeParams turns input.params.x into input.params["<rule id>"].x, so that the parameters of all rules fit into one
// input, and returns the line on which each parameter, and each other field of input, is first read. That this finds them
// all, it makes sure by refusing to read input other than by the names of its fields.
func (l *loader) scopeParams(rule *Rule, module *ast.Module) (params, fields map[string]int) {
	for _, imported := range module.Imports {
		if path, ok := imported.Path.Value.(ast.Ref); ok && path[0].Equal(ast.InputRootDocument) {
			l.fault(rule.File, imported.Location.Row, "import of input: name it in full where it is read")
		}
	}
	scope := paramScope{loader: l, rule: rule, id: ast.NewTerm(ast.String(rule.ID)), params: map[string]int{}, fields: map[string]int{}}
	for _, r := range module.Rules {
		if _, err := ast.Transform(scope, r); err != nil {
			l.fault(rule.File, r.Location.Row, "%v", err)
		}
	}
	return scope.params, scope.fields
}

type paramScope struct {
	loader *loader
	rule   *Rule
	id     *ast.Term
	params map[string]int // line on which each is first read
	fields map[string]int
}

// Transform is called by ast.Transform for every node of the tree, before those below it.
func (s paramScope) Transform(node any) (any, error) {
	switch node := node.(type) {
	case *ast.SomeDecl: // ast.Transform does not go into it
		for i, symbol := range node.Symbols {
			value, err := ast.Transform(s, symbol.Value)
			if err != nil {
				return nil, err
			}
			node.Symbols[i] = &ast.Term{Value: value.(ast.Value), Location: symbol.Location}
		}
	case ast.Ref:
		if node[0].Equal(ast.InputRootDocument) {
			return s.input(node), nil
		}
	}
	return node, nil
}

func (s paramScope) input(ref ast.Ref) ast.Ref {
	line := row(ref)
	switch field, name := constant(ref, 1), constant(ref, 2); {
	case field == "":
		s.loader.fault(s.rule.File, line, "input as a whole: read it by the names of its fields")
	case field == "params" && name == "":
		s.loader.fault(s.rule.File, line, "input.params: read a parameter as input.params.<name>")
	case field == "params" && ref[2] != s.id: // a term may hang in two places of the tree
		first(s.params, name, line)
		return slices.Insert(slices.Clone(ref), 2, s.id)
	case field != "params":
		first(s.fields, field, line)
	}
	return ref
}

func first(lines map[string]int, name string, line int) {
	if known, ok := lines[name]; !ok || line < known {
		lines[name] = line
	}
}

// constant returns the i-th element of a reference if it is a string.
func constant(ref ast.Ref, i int) string {
	if i >= len(ref) {
		return ""
	}
	s, _ := ref[i].Value.(ast.String)
	return string(s)
}

// row returns the line that a reference is written on, 0 for one that the compiler made.
func row(ref ast.Ref) int {
	if ref[0].Location == nil {
		return 0
	}
	return ref[0].Location.Row
}
