package redisconf

import (
	"maps"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// rehearsal is one run of a probe, on paper: nothing is started, redis-cli gives the answer that is rehearsed, a few text
// tools are understood, and what cannot be known is decided by choices.
type rehearsal struct {
	shell  Shell
	answer reply
	probe  *Probe
	parsed map[string]*syntax.File
	steps  int

	// choices are the decisions to take, in order; what comes after them is decided with no and noted in taken.
	choices   []bool
	taken     []bool
	decisions map[string]bool
	// foreign: a program ran that cannot be seen and may ask the server itself. What is decided from then on may turn out
	// differently for another answer.
	foreign bool
}

const (
	maxSteps  = 5000
	maxNested = 30
	maxOutput = 64 << 10
)

// unsure is an exit code that is not known.
const unsure = -1

// flow is how a statement ends.
type flow int

const (
	onward flow = iota
	leave       // exit, or an error under set -e
	back        // return
	stop        // break
	again       // continue
)

// scope is one shell process, or function call, of the rehearsal.
type scope struct {
	*rehearsal
	vars      map[string][]Word
	functions map[string]*syntax.Stmt
	name      Word
	args      []Word
	input     Word
	output    *Word
	errors    *Word
	timeout   float64
	status    int
	nested    int
	errexit   bool
	pipefail  bool
	guarded   bool // where set -e does not apply: conditions
	// substituted: $(…) ran, and its exit code is that of the assignment it stands in.
	substituted bool
}

// run rehearses the whole probe and returns its exit code, 0 or 1.
func (r *rehearsal) run(start func(*scope) int) int {
	sc := &scope{rehearsal: r, vars: map[string][]Word{}, functions: map[string]*syntax.Stmt{}, output: &Word{}, errors: &Word{}}
	status := start(sc)
	if !r.succeeds(status, "exit") {
		return 1
	}
	return 0
}

// decide answers a condition that is not known. The same condition is answered the same way all through a run.
func (r *rehearsal) decide(condition string) bool {
	if r.foreign {
		condition = string(r.answer) + ": " + condition
	}
	if value, ok := r.decisions[condition]; ok {
		return value
	}
	value := false
	if n := len(r.taken); n < len(r.choices) {
		value = r.choices[n]
	}
	r.taken = append(r.taken, value)
	r.decisions[condition] = value
	return value
}

func (r *rehearsal) succeeds(status int, condition string) bool {
	if status == unsure {
		return r.decide(condition)
	}
	return status == 0
}

// fork is a subshell: it sees everything and changes nothing outside.
func (sc *scope) fork() *scope {
	sub := *sc
	sub.vars, sub.functions = maps.Clone(sc.vars), maps.Clone(sc.functions)
	sub.nested++
	return &sub
}

// script runs the text of a script in this process and returns its exit code.
func (sc *scope) script(text string) int {
	file, ok := sc.parsed[text]
	if !ok {
		file, _ = parseShell(text)
		sc.parsed[text] = file
	}
	if file == nil || sc.nested > maxNested {
		sc.probe.Unknown = true
		return unsure
	}
	sc.statements(file.Stmts)
	return sc.status
}

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
	var text strings.Builder
	_ = syntax.NewPrinter(syntax.SingleLine(true)).Print(&text, n) // a strings.Builder takes everything
	return text.String()
}

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

// declare runs export, local and readonly: local variables last as long as the function.
func (sc *scope) declare(cmd *syntax.DeclClause) {
	sc.status = 0
	for _, a := range cmd.Args {
		if a.Name != nil && !a.Naked {
			sc.assign(a)
		}
	}
	sc.status = 0
}

func (sc *scope) assign(a *syntax.Assign) {
	name := a.Name.Value
	var words []Word
	switch {
	case a.Array != nil:
		for _, element := range a.Array.Elems {
			if element.Value != nil {
				words = append(words, sc.split(element.Value)...)
			}
		}
	case a.Value != nil:
		words = []Word{sc.word(a.Value)}
	default:
		words = []Word{{}}
	}
	switch {
	case a.Index != nil:
		words = []Word{{Value: "${" + name + "}", Dynamic: true}}
	case a.Append && a.Array != nil:
		words = append(sc.vars[name][:len(sc.vars[name]):len(sc.vars[name])], words...)
	case a.Append && len(sc.vars[name]) > 0:
		words[0].Value = sc.vars[name][0].Value + words[0].Value
		words[0].Dynamic = words[0].Dynamic || sc.vars[name][0].Dynamic
	}
	if len(words) > maxWords {
		words = words[:maxWords]
	}
	sc.vars[name] = words
}

func (sc *scope) call(cmd *syntax.CallExpr) flow {
	if len(cmd.Args) == 0 {
		sc.substituted = false
		for _, a := range cmd.Assigns {
			if a.Name != nil {
				sc.assign(a)
			}
		}
		if !sc.substituted {
			sc.status = 0
		}
		return onward
	}
	argv := sc.fields(cmd.Args)
	if len(argv) == 0 {
		return onward
	}
	return sc.invoke(argv)
}

// invoke runs a builtin that changes the flow or the process, a function, or a program.
func (sc *scope) invoke(argv []Word) flow {
	switch argv[0].Value {
	case "exit":
		sc.status = sc.operand(argv)
		return leave
	case "return":
		sc.status = sc.operand(argv)
		return back
	case "break", "continue":
		sc.status = 0
		if argv[0].Value == "break" {
			return stop
		}
		return again
	case "exec":
		if len(argv) == 1 {
			sc.status = 0
			return onward
		}
		sc.status = sc.start(argv[1:])
		return leave
	case "eval":
		sc.nested++
		sc.status = sc.script(joinWords(argv[1:]).Value) // what is not known still stands there by its name
		sc.nested--
		return onward
	case "set":
		sc.options(argv[1:])
		return onward
	case "shift":
		if len(sc.args) > 0 {
			sc.args = sc.args[1:]
		}
		sc.status = 0
		return onward
	case "read":
		for _, arg := range argv[1:] {
			sc.vars[arg.Value] = []Word{{Value: "$" + arg.Value, Dynamic: true}}
		}
		sc.status = unsure
		return onward
	}
	if body, ok := sc.functions[argv[0].Value]; ok {
		return sc.function(body, argv)
	}
	sc.status = sc.start(argv)
	return onward
}

func (sc *scope) function(body *syntax.Stmt, argv []Word) flow {
	args := sc.args
	sc.args = argv[1:]
	sc.nested++
	f := sc.statement(body)
	sc.nested--
	sc.args = args
	if f == leave {
		return leave
	}
	return onward
}

// operand is the exit code that exit and return give.
func (sc *scope) operand(argv []Word) int {
	if len(argv) < 2 {
		return sc.status
	}
	n, err := strconv.Atoi(argv[1].Value)
	if err != nil || argv[1].Dynamic {
		return unsure
	}
	return n & 0xff
}

func (sc *scope) options(args []Word) {
	sc.status = 0
	for i, arg := range args {
		on := strings.HasPrefix(arg.Value, "-")
		if !on && !strings.HasPrefix(arg.Value, "+") {
			if i == 0 || args[i-1].Value == "--" {
				sc.args = args[i:]
				return
			}
			continue
		}
		if strings.Contains(arg.Value, "e") && !strings.HasPrefix(arg.Value, "--") {
			sc.errexit = on
		}
		if strings.HasSuffix(arg.Value, "o") && i+1 < len(args) {
			switch args[i+1].Value {
			case "pipefail":
				sc.pipefail = on
			case "errexit":
				sc.errexit = on
			}
		}
	}
}

// redirect sends output that nobody reads away, and standard error where standard output goes.
func (sc *scope) redirect(redirs []*syntax.Redirect) {
	for _, redir := range redirs {
		fd := ""
		if redir.N != nil {
			fd = redir.N.Value
		}
		target := ""
		if redir.Word != nil {
			target = redir.Word.Lit()
		}
		switch redir.Op {
		case syntax.RdrOut, syntax.AppOut, syntax.RdrClob:
			if fd == "2" {
				sc.errors = &Word{}
			} else {
				sc.output = &Word{}
			}
		case syntax.RdrAll, syntax.AppAll:
			sc.output, sc.errors = &Word{}, &Word{}
		case syntax.DplOut:
			switch {
			case fd == "2" && target == "1":
				sc.errors = sc.output
			case fd != "2" && target == "2":
				sc.output = sc.errors
			}
		case syntax.WordHdoc:
			sc.input = sc.word(redir.Word)
		case syntax.Hdoc, syntax.DashHdoc:
			sc.input = Word{Value: "here-document", Dynamic: true}
			if redir.Hdoc != nil {
				sc.input = sc.word(redir.Hdoc)
			}
		case syntax.RdrIn, syntax.RdrInOut, syntax.DplIn:
			sc.input = Word{Value: "< " + target, Dynamic: target != "/dev/null"}
			if target == "/dev/null" {
				sc.input.Value = ""
			}
		}
	}
}

// print adds to the standard output.
func (sc *scope) print(text string, dynamic bool) { add(sc.output, text, dynamic) }

func add(out *Word, text string, dynamic bool) {
	out.Dynamic = out.Dynamic || dynamic
	if len(out.Value)+len(text) > maxOutput {
		out.Dynamic = true
		return
	}
	out.Value += text
}
