package redisconf

import (
	"strings"
	"sync"

	"mvdan.cc/sh/v3/syntax"
)

func (sc *scope) statements(stmts []*syntax.Stmt) flow {
	for _, stmt := range stmts {
		if f := sc.statement(stmt); f != onward {
			return f
		}
	}
	return onward
}

func (sc *scope) statement(stmt *syntax.Stmt) flow {
	sc.steps--
	if sc.steps <= 0 || sc.nested > maxNested {
		sc.steps = 0
		sc.status = unsure
		return leave
	}
	inner := sc
	if len(stmt.Redirs) > 0 {
		redirected := *sc
		inner = &redirected
		inner.redirect(stmt.Redirs)
	}
	before := sc.guarded
	if stmt.Negated {
		inner.guarded = true
	}
	f := inner.command(stmt)
	inner.guarded = before
	if inner != sc {
		output, errors, input := sc.output, sc.errors, sc.input
		*sc = *inner
		sc.output, sc.errors, sc.input = output, errors, input
	}
	if f != onward {
		return f
	}
	if stmt.Negated {
		switch sc.status {
		case unsure:
		case 0:
			sc.status = 1
		default:
			sc.status = 0
		}
		return onward
	}
	if stmt.Background {
		sc.status = 0
	}
	if sc.errexit && !sc.guarded && sc.status != 0 && aborts(stmt.Cmd) && !sc.succeeds(sc.status, sc.source(stmt)) {
		sc.status = 1
		return leave
	}
	return onward
}

// aborts reports whether a failure of the command ends a script under set -e. In a list only the last command does, and
// that was looked at by itself.
func aborts(cmd syntax.Command) bool {
	switch cmd := cmd.(type) {
	case *syntax.CallExpr, *syntax.Subshell, *syntax.TestClause, *syntax.ArithmCmd, *syntax.DeclClause:
		return true
	case *syntax.BinaryCmd:
		return isPipe(cmd.Op)
	}
	return false
}

// source names a condition by its text.
func (sc *scope) source(n syntax.Node) string {
	printer := printers.Get().(*syntax.Printer)
	defer printers.Put(printer)
	var text strings.Builder
	_ = printer.Print(&text, n) // a strings.Builder takes everything
	return text.String()
}

// printers are kept, since each holds a buffer that is larger than most conditions.
var printers = sync.Pool{New: func() any { return syntax.NewPrinter(syntax.SingleLine(true)) }}

func (sc *scope) command(stmt *syntax.Stmt) flow {
	switch cmd := stmt.Cmd.(type) {
	case nil:
		sc.status = 0
	case *syntax.CallExpr:
		return sc.call(cmd)
	case *syntax.BinaryCmd:
		return sc.binary(cmd)
	case *syntax.Block:
		return sc.statements(cmd.Stmts)
	case *syntax.Subshell:
		sub := sc.fork()
		sub.statements(cmd.Stmts)
		sc.status = sub.status
	case *syntax.IfClause:
		return sc.branch(cmd)
	case *syntax.CaseClause:
		return sc.match(cmd)
	case *syntax.WhileClause:
		return sc.loop(cmd)
	case *syntax.ForClause:
		return sc.each(cmd)
	case *syntax.FuncDecl:
		if cmd.Name != nil {
			sc.functions[cmd.Name.Value] = cmd.Body
		}
		sc.status = 0
	case *syntax.TestClause:
		sc.status = sc.code(sc.test(cmd.X, 0))
	case *syntax.DeclClause:
		sc.declare(cmd)
	case *syntax.TimeClause:
		if cmd.Stmt != nil {
			return sc.statement(cmd.Stmt)
		}
	default:
		sc.status = unsure
	}
	return onward
}

// condition runs statements of which the last decides, with set -e off.
func (sc *scope) condition(stmts []*syntax.Stmt) (holds bool, f flow) {
	before := sc.guarded
	sc.guarded = true
	f = sc.statements(stmts)
	sc.guarded = before
	if f != onward || len(stmts) == 0 {
		return false, f
	}
	holds = sc.succeeds(sc.status, sc.source(stmts[len(stmts)-1]))
	switch {
	case sc.status != unsure:
	case holds:
		sc.status = 0
	default:
		sc.status = 1
	}
	return holds, onward
}

func (sc *scope) branch(clause *syntax.IfClause) flow {
	for ; clause != nil; clause = clause.Else {
		if len(clause.Cond) == 0 {
			return sc.statements(clause.Then)
		}
		holds, f := sc.condition(clause.Cond)
		if f != onward {
			return f
		}
		if holds {
			return sc.statements(clause.Then)
		}
	}
	sc.status = 0
	return onward
}

func (sc *scope) binary(cmd *syntax.BinaryCmd) flow {
	if isPipe(cmd.Op) {
		left := sc.fork()
		left.output = &Word{}
		if cmd.Op == syntax.PipeAll {
			left.errors = left.output
		}
		left.statement(cmd.X)
		right := sc.fork()
		right.input = *left.output
		right.statement(cmd.Y)
		sc.status = right.status
		if sc.pipefail && sc.status == 0 && left.status != 0 {
			sc.status = left.status
		}
		return onward
	}
	holds, f := sc.condition([]*syntax.Stmt{cmd.X})
	if f != onward {
		return f
	}
	if holds == (cmd.Op == syntax.AndStmt) {
		return sc.statement(cmd.Y)
	}
	return onward
}

func (sc *scope) match(clause *syntax.CaseClause) flow {
	subject := sc.word(clause.Word)
	sc.status = 0
	through := false
	for _, item := range clause.Items {
		matches := through
		for _, p := range item.Patterns {
			if matches {
				break
			}
			matches = sc.like(subject, p)
		}
		if !matches {
			continue
		}
		if f := sc.statements(item.Stmts); f != onward || item.Op == syntax.Break {
			return f
		}
		through = item.Op == syntax.Fallthrough
	}
	return onward
}

func (sc *scope) loop(clause *syntax.WhileClause) flow {
	for sc.steps > 0 {
		holds, f := sc.condition(clause.Cond)
		if f != onward {
			return f
		}
		if holds == clause.Until {
			sc.status = 0
			return onward
		}
		if f := sc.statements(clause.Do); f == leave || f == back {
			return f
		} else if f == stop {
			return onward
		}
	}
	sc.status = unsure
	return leave
}

func (sc *scope) each(clause *syntax.ForClause) flow {
	loop, ok := clause.Loop.(*syntax.WordIter)
	if !ok {
		sc.status = unsure
		return onward
	}
	items := sc.args
	if loop.InPos.IsValid() {
		items = sc.fields(loop.Items)
	}
	sc.status = 0
	for _, item := range items {
		sc.vars[loop.Name.Value] = []Word{item}
		f := sc.statements(clause.Do)
		if f == leave || f == back {
			return f
		}
		if f == stop || sc.steps <= 0 {
			break
		}
	}
	return onward
}
