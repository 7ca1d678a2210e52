package redisconf

import (
	"path"
	"regexp"
	"strconv"
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
	text := joinWords(argv).Value
	sc.print(text, true)
	if succeeding[baseOf(argv[0].Value)] {
		return 0
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
	"whoami": true, "sync": true, "getent": true, "nproc": true, "env": true, "printenv": true, "alias": true, "hash": true, "unset": true,
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

func echo(sc *scope, args []Word) int {
	newline := "\n"
	for len(args) > 0 && (args[0].Value == "-n" || args[0].Value == "-e" || args[0].Value == "-ne") {
		if strings.Contains(args[0].Value, "n") {
			newline = ""
		}
		args = args[1:]
	}
	for i, arg := range args {
		if i > 0 {
			sc.print(" ", false)
		}
		sc.print(arg.Value, arg.Dynamic)
	}
	sc.print(newline, false)
	return 0
}

func printf(sc *scope, args []Word) int {
	if len(args) == 0 {
		return 1
	}
	format := args[0]
	args = args[1:]
	text := strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\\`, `\`, `%%`, "%").Replace(format.Value)
	for strings.Contains(text, "%s") {
		var value Word
		if len(args) > 0 {
			value, args = args[0], args[1:]
		}
		format.Dynamic = format.Dynamic || value.Dynamic
		before, after, _ := strings.Cut(text, "%s")
		sc.print(before+value.Value, false)
		text = after
	}
	sc.print(text, format.Dynamic || strings.Contains(text, "%"))
	return 0
}

func grep(sc *scope, args []Word) int {
	var options string
	pattern, found := Word{}, false
	for i := 0; i < len(args); i++ {
		value := args[i].Value
		switch {
		case value == "-e" && i+1 < len(args):
			i++
			pattern, found = args[i], true
		case strings.HasPrefix(value, "--"):
			long := map[string]string{"--quiet": "q", "--silent": "q", "--ignore-case": "i", "--invert-match": "v", "--word-regexp": "w", "--line-regexp": "x", "--count": "c", "--extended-regexp": "E", "--fixed-strings": "F"}
			options += long[value]
		case strings.HasPrefix(value, "-") && len(value) > 1:
			options += value[1:]
		case !found:
			pattern, found = args[i], true
		default: // a file
			sc.print("grep", true)
			return unsure
		}
	}
	expression, err := grepExpression(pattern.Value, options)
	quiet := strings.Contains(options, "q")
	certain := strings.Contains(sc.input.Value, infoMark) && strings.Contains(pattern.Value, "loading")
	if err != nil || pattern.Dynamic || sc.input.Dynamic && !certain {
		if !quiet {
			sc.print("grep "+pattern.Value, true)
		}
		return unsure
	}
	count := 0
	for line := range strings.Lines(sc.input.Value) {
		line = strings.TrimSuffix(line, "\n")
		if expression.MatchString(line) == strings.Contains(options, "v") {
			continue
		}
		count++
		switch {
		case quiet || strings.Contains(options, "c"):
		case strings.Contains(options, "o"):
			sc.print(expression.FindString(line)+"\n", false)
		default:
			sc.print(line+"\n", false)
		}
	}
	if strings.Contains(options, "c") && !quiet {
		sc.print(strconv.Itoa(count)+"\n", false)
	}
	if count == 0 {
		return 1
	}
	return 0
}

// grepExpression turns a pattern of grep into one of Go. In basic expressions the backslash makes the operator.
func grepExpression(pattern, options string) (*regexp.Regexp, error) {
	switch {
	case strings.Contains(options, "F"):
		pattern = regexp.QuoteMeta(pattern)
	case !strings.ContainsAny(options, "EP"):
		var out strings.Builder
		for i := 0; i < len(pattern); i++ {
			c := pattern[i]
			switch {
			case c == '\\' && i+1 < len(pattern) && strings.IndexByte("|+?(){}", pattern[i+1]) >= 0:
				i++
				out.WriteByte(pattern[i])
			case strings.IndexByte("|+?(){}", c) >= 0:
				out.WriteString(`\` + pattern[i:i+1])
			default:
				out.WriteByte(c)
			}
		}
		pattern = out.String()
	}
	switch {
	case strings.Contains(options, "x"):
		pattern = "^(?:" + pattern + ")$"
	case strings.Contains(options, "w"):
		pattern = `\b(?:` + pattern + `)\b`
	}
	if strings.Contains(options, "i") {
		pattern = "(?i)" + pattern
	}
	return regexp.Compile(pattern)
}

// known returns what a filter reads; false with an unknown output when it is not known.
func (sc *scope) known(args []Word, name string) (string, bool) {
	dynamic := sc.input.Dynamic
	for _, arg := range args {
		dynamic = dynamic || arg.Dynamic
		name += " " + arg.Value
	}
	if dynamic {
		sc.print(name, true)
	}
	return sc.input.Value, !dynamic
}

func head(sc *scope, args []Word) int {
	text, ok := sc.known(args, "head")
	if !ok {
		return 0
	}
	count := 10
	for _, arg := range args {
		if n, err := strconv.Atoi(strings.TrimLeft(arg.Value, "-n")); err == nil {
			count = n
		}
	}
	for line := range strings.Lines(text) {
		if count <= 0 {
			break
		}
		sc.print(line, false)
		count--
	}
	return 0
}

var awkField = regexp.MustCompile(`^\s*\{\s*print\s*\(?\s*\$(\d+)\s*\)?\s*;?\s*\}\s*$`)

func awk(sc *scope, args []Word) int {
	text, ok := sc.known(args, "awk")
	if !ok {
		return 0
	}
	var field []string
	if len(args) == 1 {
		field = awkField.FindStringSubmatch(args[0].Value)
	}
	if field == nil {
		sc.print("awk", true)
		return unsure
	}
	n, _ := strconv.Atoi(field[1]) // the expression lets only digits through
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case n == 0:
			sc.print(line, false)
		case n <= len(words):
			sc.print(words[n-1]+"\n", false)
		default:
			sc.print("\n", false)
		}
	}
	return 0
}

func cut(sc *scope, args []Word) int {
	text, ok := sc.known(args, "cut")
	if !ok {
		return 0
	}
	delimiter, field := "\t", 0
	for i := 0; i < len(args); i++ {
		value := args[i].Value
		next := ""
		if i+1 < len(args) {
			next = args[i+1].Value
		}
		switch {
		case value == "-d":
			delimiter = next
			i++
		case value == "-f":
			field, _ = strconv.Atoi(next) // 0 is refused below
			i++
		case strings.HasPrefix(value, "-d"):
			delimiter = value[2:]
		case strings.HasPrefix(value, "-f"):
			field, _ = strconv.Atoi(value[2:])
		}
	}
	if field < 1 || delimiter == "" {
		sc.print("cut", true)
		return 0
	}
	for line := range strings.Lines(text) {
		parts := strings.Split(strings.TrimSuffix(line, "\n"), delimiter)
		switch {
		case len(parts) == 1:
			sc.print(parts[0]+"\n", false)
		case field <= len(parts):
			sc.print(parts[field-1]+"\n", false)
		default:
			sc.print("\n", false)
		}
	}
	return 0
}

func tr(sc *scope, args []Word) int {
	text, ok := sc.known(args, "tr")
	if !ok {
		return 0
	}
	if len(args) == 2 && args[0].Value == "-d" {
		remove := strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t", "[:space:]", " \t\r\n").Replace(args[1].Value)
		if !strings.ContainsAny(remove, `[-\`) {
			sc.print(strings.Map(func(r rune) rune {
				if strings.ContainsRune(remove, r) {
					return -1
				}
				return r
			}, text), false)
			return 0
		}
	}
	if len(args) == 2 && isClass(args[0].Value, "A-Z", "[:upper:]") && isClass(args[1].Value, "a-z", "[:lower:]") {
		sc.print(strings.ToLower(text), false)
		return 0
	}
	if len(args) == 2 && isClass(args[0].Value, "a-z", "[:lower:]") && isClass(args[1].Value, "A-Z", "[:upper:]") {
		sc.print(strings.ToUpper(text), false)
		return 0
	}
	sc.print("tr", true)
	return 0
}

func isClass(value, span, class string) bool {
	return value == span || value == "["+span+"]" || value == class
}

func cat(sc *scope, args []Word) int {
	if len(args) > 0 {
		sc.print("$(cat "+joinWords(args).Value+")", true)
		return 0
	}
	sc.print(sc.input.Value, sc.input.Dynamic)
	return 0
}

func xargs(sc *scope, args []Word) int {
	text, ok := sc.known(args, "xargs")
	if !ok || len(args) > 0 {
		sc.print("xargs", true)
		return unsure
	}
	sc.print(strings.Join(strings.Fields(text), " ")+"\n", false)
	return 0
}

func pathPart(sc *scope, args []Word, part func(string) string) int {
	if len(args) == 0 {
		return 1
	}
	sc.print(part(args[0].Value)+"\n", args[0].Dynamic)
	return 0
}
