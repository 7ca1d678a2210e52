package redisconf

import (
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

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
		words = append(slices.Clip(sc.vars[name]), words...)
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
