package rules

import (
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
			if head.RuleKind() != ast.MultiValue || len(head.Ref()) != 1 {
				l.broken = true
				l.fault(rule.File, r.Location.Row, "findings must be a set: findings contains {…} if …")
			}
		}
	}
	if !findings {
		l.fault(rule.File, line, "no rule named findings")
	}

	read := l.scopeParams(rule, module)
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
	for name, line := range l.scopeParams(&Rule{File: file}, module) {
		l.fault(file, line, "input.params.%s: a library takes parameters as arguments", name)
	}
}

// scopeParams turns input.params.x into input.params["<rule id>"].x, so that the parameters of all rules fit into one
// input, and returns the line on which each parameter is first read. That this finds them all, it makes sure by
// refusing to read input other than by the names of its fields.
func (l *loader) scopeParams(rule *Rule, module *ast.Module) map[string]int {
	read := map[string]int{}
	var visitor *ast.GenericVisitor
	visitor = ast.NewGenericVisitor(func(node any) bool {
		switch node := node.(type) {
		case *ast.Package:
			return true
		case *ast.Import:
			if path, ok := node.Path.Value.(ast.Ref); ok && path[0].Equal(ast.InputRootDocument) {
				l.fault(rule.File, node.Location.Row, "import of input: name it in full where it is read")
			}
			return true
		case *ast.Term:
			ref, isRef := node.Value.(ast.Ref)
			if !isRef {
				return false
			}
			field, name := constant(ref, 1), constant(ref, 2)
			switch {
			case !ref[0].Equal(ast.InputRootDocument):
				visitor.Walk(ref[0])
			case field == "":
				l.fault(rule.File, node.Location.Row, "input as a whole: read it by the names of its fields")
			case field == "params" && name == "":
				l.fault(rule.File, node.Location.Row, "input.params: read a parameter as input.params.<name>")
			case field == "params":
				if read[name] == 0 {
					read[name] = node.Location.Row
				}
				node.Value = slices.Insert(slices.Clone(ref), 2, ast.StringTerm(rule.ID))
			}
			for _, operand := range ref[1:] {
				visitor.Walk(operand)
			}
			return true
		}
		return false
	})
	visitor.Walk(module)
	return read
}

// constant returns the i-th element of a reference if it is a string.
func constant(ref ast.Ref, i int) string {
	if i >= len(ref) {
		return ""
	}
	s, _ := ref[i].Value.(ast.String)
	return string(s)
}
