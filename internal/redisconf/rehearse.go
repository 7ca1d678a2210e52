package redisconf

import (
	"maps"

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
