package redisconf

import (
	"regexp"
	"strconv"
	"strings"
)

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
	var given strings.Builder
	pattern, found := Word{}, false
	for i := 0; i < len(args); i++ {
		value := args[i].Value
		switch {
		case value == "-e" && i+1 < len(args):
			i++
			pattern, found = args[i], true
		case strings.HasPrefix(value, "--"):
			long := map[string]string{"--quiet": "q", "--silent": "q", "--ignore-case": "i", "--invert-match": "v", "--word-regexp": "w", "--line-regexp": "x", "--count": "c", "--extended-regexp": "E", "--fixed-strings": "F"}
			given.WriteString(long[value])
		case strings.HasPrefix(value, "-") && len(value) > 1:
			given.WriteString(value[1:])
		case !found:
			pattern, found = args[i], true
		default: // a file
			sc.print("grep", true)
			return unsure
		}
	}
	options := given.String()
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
