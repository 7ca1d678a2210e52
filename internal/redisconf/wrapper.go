package redisconf

import (
	"strconv"
	"strings"
	"time"
)

// wrapper says how a program that only starts another one reads its own arguments.
type wrapper struct {
	// valued are its options that take the next word.
	valued string
	// operands is how many words precede the command: a duration, a user.
	operands int
}

var wrappers = map[string]wrapper{
	"exec":                 {valued: "-a"},
	"command":              {},
	"builtin":              {},
	"nohup":                {},
	"setsid":               {},
	"time":                 {valued: "-f -o"},
	"env":                  {valued: "-u --unset -C --chdir"},
	"nice":                 {valued: "-n --adjustment"},
	"ionice":               {valued: "-c --class -n --classdata"},
	"chrt":                 {operands: 1},
	"taskset":              {operands: 1},
	"numactl":              {valued: "-i -m -N -C -p"},
	"stdbuf":               {valued: "-i -o -e"},
	"timeout":              {valued: "-s --signal -k --kill-after -t", operands: 1},
	"gosu":                 {operands: 1},
	"su-exec":              {operands: 1},
	"s6-setuidgid":         {operands: 1},
	"chroot":               {operands: 1},
	"flock":                {valued: "-w --timeout -E", operands: 1},
	"setpriv":              {valued: "--reuid --regid --groups --inh-caps --bounding-set"},
	"sudo":                 {valued: "-u -g -C -h -p -D"},
	"tini":                 {valued: "-p -e"},
	"tini-static":          {valued: "-p -e"},
	"dumb-init":            {valued: "-r --rewrite"},
	"catatonit":            {},
	"busybox":              {},
	"xargs":                {valued: "-n -L -I -P -d -s -a -E"},
	"docker-entrypoint.sh": {},
	"entrypoint.sh":        {},
	"entrypoint":           {},
}

var shells = map[string]bool{"sh": true, "bash": true, "dash": true, "ash": true, "ksh": true, "zsh": true, "mksh": true}

// start records the program that argv starts, or follows the wrapper, shell or eval that it names.
func (r *reader) start(c Command, argv []Word) {
	for range maxWrappers {
		if len(argv) == 0 {
			return
		}
		name := baseOf(argv[0].Value)
		switch {
		case argv[0].Dynamic:
			r.emit(c, argv)
			return
		case name == "eval":
			r.nest(c, joinWords(argv[1:]), Shell{Env: r.shell.Env, Open: r.shell.Open})
			return
		case shells[name] || name == "busybox" && len(argv) > 1 && shells[argv[1].Value]:
			if name == "busybox" {
				argv = argv[1:]
			}
			r.startShell(c, argv)
			return
		case name == "su" || name == "runuser":
			r.startSwitch(c, argv)
			return
		}
		w, ok := wrappers[name]
		if !ok {
			r.emit(c, argv)
			return
		}
		rest := unwrap(&c, name, w, argv[1:])
		switch {
		case len(rest) == 0 && (name == "docker-entrypoint.sh" || name == "entrypoint.sh"):
			r.emit(c, argv)
			return
		case name == "docker-entrypoint.sh" && (strings.HasPrefix(rest[0].Value, "-") || strings.HasSuffix(rest[0].Value, ".conf")):
			program := argv[0]
			program.Value = "redis-server"
			r.emit(c, append([]Word{program}, rest...))
			return
		}
		argv = rest
	}
}

const maxWrappers = 16

// unwrap skips a wrapper's own options and operands.
func unwrap(c *Command, name string, w wrapper, args []Word) []Word {
	operands := w.operands
	for len(args) > 0 {
		value := args[0].Value
		switch {
		case value == "--" && operands == w.operands:
			args = args[1:]
			return args[min(operands, len(args)):]
		case name == "env" && isAssignment(value):
			c.Env = append(c.Env, args[0])
		case strings.HasPrefix(value, "-") && len(value) > 1 && operands == w.operands && name != "docker-entrypoint.sh":
			if takesValue(w.valued, value) && len(args) > 1 {
				args = args[1:]
				if value == "-t" && name == "timeout" {
					c.Timeout, operands = duration(args[0]), 0
				}
			}
		case operands > 0:
			if name == "timeout" {
				c.Timeout = duration(args[0])
			}
			operands--
		default:
			return args
		}
		args = args[1:]
	}
	return nil
}

func takesValue(valued, option string) bool {
	for word := range strings.FieldsSeq(valued) {
		if word == option {
			return true
		}
	}
	return false
}

// isAssignment reports whether a word is NAME=value.
func isAssignment(word string) bool {
	name, _, ok := strings.Cut(word, "=")
	return ok && isName(name)
}

func isName(name string) bool {
	for i := range len(name) {
		if !isNameByte(name[i]) {
			return false
		}
	}
	return name != "" && !isDigit(name[0])
}

// duration reads the operand of timeout: a number of seconds, or of what its suffix says. 0 means no limit, or unknown.
func duration(w Word) time.Duration {
	if w.Dynamic || w.Value == "" {
		return 0
	}
	unit, number := time.Second, w.Value
	switch number[len(number)-1] {
	case 's':
		number = number[:len(number)-1]
	case 'm':
		unit, number = time.Minute, number[:len(number)-1]
	case 'h':
		unit, number = time.Hour, number[:len(number)-1]
	case 'd':
		unit, number = 24*time.Hour, number[:len(number)-1]
	}
	n, err := strconv.ParseFloat(number, 64)
	const longest = 10 * 365 * 24 * time.Hour
	if err != nil || !(n > 0) {
		return 0
	}
	if n > float64(longest/unit) {
		return longest
	}
	return time.Duration(n * float64(unit))
}

// startShell follows sh -c 'script' name args, or records the script file that a shell is given.
func (r *reader) startShell(c Command, argv []Word) {
	args := argv[1:]
	command := false
	for len(args) > 0 && (strings.HasPrefix(args[0].Value, "-") || strings.HasPrefix(args[0].Value, "+")) {
		option := args[0].Value
		args = args[1:]
		if option == "--" || option == "-" {
			break
		}
		if !strings.HasPrefix(option, "--") && strings.HasPrefix(option, "-") {
			command = command || strings.Contains(option, "c")
		}
		if (strings.HasSuffix(option, "o") || option == "--rcfile" || option == "--init-file") && len(args) > 0 && !strings.HasPrefix(args[0].Value, "-") {
			args = args[1:]
		}
	}
	switch {
	case len(args) == 0:
		r.emit(c, argv)
	case command:
		inner := Shell{Env: r.shell.Env, Open: r.shell.Open, Args: []Word{}}
		if len(args) > 1 {
			inner.Name, inner.Args = args[1].Value, args[2:]
		}
		r.nest(c, args[0], inner)
	default:
		r.emit(c, args)
	}
}

// startSwitch follows su user -c 'script' and runuser -u user command.
func (r *reader) startSwitch(c Command, argv []Word) {
	for i, arg := range argv[:len(argv)-1] {
		switch arg.Value {
		case "-c", "--command":
			r.nest(c, argv[i+1], Shell{Env: r.shell.Env, Open: r.shell.Open})
			return
		case "-u", "--user":
			if i+2 < len(argv) {
				rest := argv[i+2:]
				if rest[0].Value == "--" {
					rest = rest[1:]
				}
				r.start(c, rest)
				return
			}
		}
	}
	r.emit(c, argv)
}

func (r *reader) emit(c Command, argv []Word) {
	c.Program, c.Args = argv[0], argv[1:]
	c.Name = baseOf(argv[0].Value)
	r.budget.add(c)
}

// joinWords is what eval makes of its words.
func joinWords(words []Word) Word {
	if len(words) == 0 {
		return Word{}
	}
	joined := words[0]
	for _, w := range words[1:] {
		if len(joined.Value)+len(w.Value) > maxScriptBytes {
			joined.Dynamic = true
			break
		}
		joined.Value += " " + w.Value
		joined.End = max(joined.End, w.End)
		joined.Dynamic = joined.Dynamic || w.Dynamic
		joined.quoted = false
	}
	return joined
}
