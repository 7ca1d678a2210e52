package redisconf

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// statements records the commands of a list of statements.
func (r *reader) statements(stmts []*syntax.Stmt, as Command) {
	for _, stmt := range stmts {
		r.statement(stmt, as)
	}
}

func (r *reader) statement(stmt *syntax.Stmt, as Command) {
	if stmt == nil || r.budget.commands == 0 {
		return
	}
	as.Negated = as.Negated != stmt.Negated
	as.Redirects = append(r.redirects(stmt.Redirs), as.Redirects...)
	inside := as
	inside.Conditional = true
	switch cmd := stmt.Cmd.(type) {
	case *syntax.CallExpr:
		r.call(cmd, as)
	case *syntax.BinaryCmd:
		r.binary(cmd, as)
	case *syntax.Block:
		r.statements(cmd.Stmts, as)
	case *syntax.Subshell:
		r.statements(cmd.Stmts, as)
	case *syntax.IfClause:
		for clause := cmd; clause != nil; clause = clause.Else {
			condition := as
			condition.Conditional = as.Conditional || clause != cmd
			r.statements(clause.Cond, condition)
			r.statements(clause.Then, inside)
		}
	case *syntax.WhileClause:
		r.statements(cmd.Cond, as)
		r.statements(cmd.Do, inside)
	case *syntax.ForClause:
		r.substitutions(cmd.Loop, as)
		r.statements(cmd.Do, inside)
	case *syntax.CaseClause:
		r.substitutions(cmd.Word, as)
		for _, item := range cmd.Items {
			r.statements(item.Stmts, inside)
		}
	case *syntax.FuncDecl:
		if cmd.Name != nil {
			as.Function = cmd.Name.Value
		}
		r.statement(cmd.Body, as)
	case *syntax.TimeClause:
		r.statement(cmd.Stmt, as)
	case *syntax.CoprocClause:
		r.statement(cmd.Stmt, as)
	case nil:
	default:
		r.substitutions(cmd, as)
	}
}

// binary follows lists and pipelines. Left-nested chains, as long as they like, are unrolled.
func (r *reader) binary(cmd *syntax.BinaryCmd, as Command) {
	chain := []*syntax.BinaryCmd{cmd}
	first := cmd.X
	for {
		inner, ok := first.Cmd.(*syntax.BinaryCmd)
		if !ok || first.Negated || len(first.Redirs) > 0 || isPipe(inner.Op) != isPipe(cmd.Op) {
			break
		}
		chain = append(chain, inner)
		first = inner.X
	}
	if !isPipe(cmd.Op) {
		negated := as.Negated
		r.statement(first, as)
		for _, link := range slices.Backward(chain) {
			then := as
			then.Conditional, then.Negated, then.After = true, negated, link.Op.String()
			r.statement(link.Y, then)
		}
		return
	}
	// The right-hand sides first, so that the left ones can point at them; then back into reading order.
	var pipeline [][]Command
	into := as.Into
	for i := 0; i <= len(chain); i++ {
		stmt := first
		if i < len(chain) {
			stmt = chain[i].Y
		}
		saved := r.budget.found
		r.budget.found = nil
		stage := as
		stage.Into = into
		r.statement(stmt, stage)
		pipeline = append(pipeline, r.budget.found)
		if len(r.budget.found) > 0 && len(into) < maxPipeline {
			into = append([]Command{r.budget.found[0]}, into...)
		}
		r.budget.found = saved
	}
	for _, stage := range slices.Backward(pipeline) {
		r.budget.found = append(r.budget.found, stage...)
	}
}

const maxPipeline = 16

func isPipe(op syntax.BinCmdOperator) bool { return op == syntax.Pipe || op == syntax.PipeAll }

// call records a simple command, then those whose output it uses.
func (r *reader) call(cmd *syntax.CallExpr, as Command) {
	for _, assign := range cmd.Assigns {
		if len(cmd.Args) > 0 && assign.Name != nil && assign.Value != nil {
			value := r.word(assign.Value)
			value.Value = assign.Name.Value + "=" + value.Value
			value.quoted = false
			as.Env = append(slices.Clip(as.Env), value)
		}
	}
	r.start(as, r.fields(cmd.Args))
	r.substitutions(cmd, as)
}

// substitutions records the commands inside $(…), `…` and <(…) of a node, which is not itself a list of statements.
func (r *reader) substitutions(node syntax.Node, as Command) {
	if node == nil {
		return
	}
	inner := Command{Function: as.Function, Conditional: as.Conditional, Opaque: as.Opaque, Substituted: true}
	syntax.Walk(node, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst:
			r.statements(n.Stmts, inner)
			return false
		case *syntax.ProcSubst:
			r.statements(n.Stmts, inner)
			return false
		}
		return true
	})
}

func (r *reader) redirects(redirs []*syntax.Redirect) []Redirect {
	var redirects []Redirect
	for _, redir := range redirs {
		redirect := Redirect{Op: redir.Op.String()}
		if redir.N != nil {
			redirect.Op = redir.N.Value + redirect.Op
		}
		if redir.Word != nil {
			redirect.Target = r.word(redir.Word)
		}
		if redir.Hdoc != nil {
			from, to := int(redir.Hdoc.Pos().Offset()), int(redir.Hdoc.End().Offset())
			if from >= 0 && from <= to && to <= len(r.text) {
				redirect.Heredoc = withoutDelimiter(r.text[from:to], redirect.Target.Value)
			}
			redirect.HeredocOffset, _ = r.extent(from, to)
			for _, part := range redir.Hdoc.Parts {
				if _, literal := part.(*syntax.Lit); !literal {
					redirect.HeredocDynamic = true
				}
			}
		}
		redirects = append(redirects, redirect)
	}
	return redirects
}

// withoutDelimiter cuts the closing line off a here-document.
func withoutDelimiter(body, delimiter string) string {
	start := strings.LastIndexByte(body, '\n') + 1
	if strings.TrimLeft(body[start:], "\t") == delimiter {
		return body[:start]
	}
	return body
}
