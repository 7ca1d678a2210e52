package redisconf

import (
	"path"
	"strings"
)

// start runs a program and returns its exit code: one that is understood here, a script that can be opened, or one that
// decides nothing but that it worked.
func (sc *scope) start(argv []Word) int {
	sc.steps--
	if sc.steps <= 0 || sc.nested > maxNested || len(argv) == 0 {
		return unsure
	}
	name := baseOf(argv[0].Value)
	args := argv[1:]
	if argv[0].Dynamic && !strings.HasPrefix(name, "redis-cli") {
		return sc.unseen(argv)
	}
	if tool, ok := tools[name]; ok {
		return tool(sc, args)
	}
	switch {
	case clients[name]:
		return sc.client(args)
	case shells[name]:
		return sc.shellProgram(argv)
	case name == "busybox" && len(args) > 0:
		return sc.start(args)
	case name == "su" || name == "runuser":
		return sc.unseen(argv)
	}
	if w, ok := wrappers[name]; ok {
		var c Command
		rest := unwrap(&c, name, w, args)
		sub := sc.fork()
		if limit := c.Timeout.Seconds(); limit > 0 && (sub.timeout == 0 || limit < sub.timeout) {
			sub.timeout = limit
		}
		if len(rest) == 0 {
			return 0
		}
		if _, ok := tools[baseOf(rest[0].Value)]; ok || name != "command" {
			return sub.start(rest)
		}
		return sub.invokeCode(rest)
	}
	return sc.open(argv)
}

func (sc *scope) invokeCode(argv []Word) int {
	sc.invoke(argv)
	return sc.status
}

// open runs a script from its path, if it can be seen.
func (sc *scope) open(argv []Word) int {
	if sc.shell.Open != nil && !argv[0].Dynamic {
		if text, ok := sc.shell.Open(argv[0].Value); ok {
			sub := sc.fork()
			sub.name, sub.args = argv[0], argv[1:]
			sub.errexit, sub.pipefail, sub.guarded = false, false, false
			return sub.script(text)
		}
	}
	return sc.unseen(argv)
}

// unseen is a program of which only the name is known.
func (sc *scope) unseen(argv []Word) int {
	sc.print(joinWords(argv).Value, true)
	name := baseOf(argv[0].Value)
	switch {
	case succeeding[name]:
		return 0
	case deciding[name]:
		return unsure
	}
	sc.probe.Unknown, sc.foreign = true, true
	return unsure
}

// shellProgram runs sh -c 'script' and sh script.
func (sc *scope) shellProgram(argv []Word) int {
	sub := sc.fork()
	sub.errexit, sub.pipefail, sub.guarded = false, false, false
	inline := false
	args := argv[1:]
	for len(args) > 0 && strings.HasPrefix(args[0].Value, "-") {
		option := args[0].Value
		if option == "--" {
			args = args[1:]
			break
		}
		if !strings.HasPrefix(option, "--") {
			inline = inline || strings.Contains(option, "c")
			sub.errexit = sub.errexit || strings.Contains(option, "e")
		}
		args = args[1:]
		if strings.HasSuffix(option, "o") && len(args) > 0 {
			sub.pipefail = sub.pipefail || args[0].Value == "pipefail"
			args = args[1:]
		}
	}
	switch {
	case len(args) == 0:
		if sc.input.Dynamic || sc.input.Value == "" {
			return sc.unseen(argv)
		}
		return sub.script(sc.input.Value)
	case !inline:
		return sub.open(args)
	}
	sub.args = nil
	if len(args) > 1 {
		sub.name, sub.args = args[1], args[2:]
	}
	return sub.script(args[0].Value)
}

// succeeding are programs whose failure nobody's probe relies on.
var succeeding = map[string]bool{
	"cat": true, "date": true, "hostname": true, "mkdir": true, "touch": true, "rm": true, "cp": true, "mv": true, "chmod": true,
	"chown": true, "sleep": true, "source": true, ".": true, "trap": true, "umask": true, "ulimit": true, "logger": true, "id": true,
	"whoami": true, "sync": true, "sed": true, "tail": true, "sort": true, "uniq": true, "wc": true, "seq": true, "ps": true, "getent": true, "nproc": true, "env": true, "printenv": true, "alias": true, "hash": true, "unset": true,
}

// deciding are programs that look at the pod, not at a server: what they say now they say for every answer.
var deciding = map[string]bool{
	"find": true, "ls": true, "stat": true, "pgrep": true, "pidof": true, "kill": true, "which": true, "type": true, "expr": true,
	"command": true, "jq": true, "diff": true, "cmp": true,
}

// tools are the programs that a rehearsal understands.
var tools map[string]func(sc *scope, args []Word) int

func init() {
	tools = map[string]func(sc *scope, args []Word) int{
		"true":     func(*scope, []Word) int { return 0 },
		":":        func(*scope, []Word) int { return 0 },
		"false":    func(*scope, []Word) int { return 1 },
		"echo":     echo,
		"printf":   printf,
		"test":     func(sc *scope, args []Word) int { return sc.code(bracket(args, 0)) },
		"[":        func(sc *scope, args []Word) int { return sc.code(bracket(args[:max(len(args)-1, 0)], 0)) },
		"grep":     grep,
		"egrep":    func(sc *scope, args []Word) int { return grep(sc, append([]Word{{Value: "-E"}}, args...)) },
		"fgrep":    func(sc *scope, args []Word) int { return grep(sc, append([]Word{{Value: "-F"}}, args...)) },
		"head":     head,
		"awk":      awk,
		"gawk":     awk,
		"cut":      cut,
		"tr":       tr,
		"cat":      cat,
		"tee":      func(sc *scope, _ []Word) int { return cat(sc, nil) },
		"xargs":    xargs,
		"dirname":  func(sc *scope, args []Word) int { return pathPart(sc, args, path.Dir) },
		"basename": func(sc *scope, args []Word) int { return pathPart(sc, args, path.Base) },
	}
}
