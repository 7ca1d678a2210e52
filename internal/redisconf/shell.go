package redisconf

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// reader finds the commands in one shell text.
type reader struct {
	shell  Shell
	origin any
	text   string
	// outer is the word that holds the text of a nested script.
	outer *Word
	// shift is where the text starts in the script when it is one line of it.
	shift int
	depth int

	bindings map[string]*binding
	budget   *budget
}

// budget is shared by a script and all those nested in it.
type budget struct {
	found    []Command
	commands int
	// expansion is how much text variables may still turn into, in bytes.
	expansion int
}

func newBudget() *budget { return &budget{commands: maxCommands, expansion: maxExpansion} }

// spend pays for what a variable turned into; when nothing is left, the rest of it is unknown.
func (b *budget) spend(pieces []piece) []piece {
	for i, p := range pieces {
		b.expansion -= len(p.text) + pieceCost
		if b.expansion < 0 {
			return append(pieces[:i:i], piece{text: "$", dynamic: true, many: true})
		}
	}
	return pieces
}

const (
	maxExpansion = 8 << 20
	pieceCost    = 32
)

func (b *budget) add(c Command) {
	if b.commands > 0 {
		b.commands--
		b.found = append(b.found, c)
	}
}

// nest reads the script that a word holds.
func (r *reader) nest(c Command, script Word, shell Shell) {
	if r.depth >= maxScriptDepth {
		return
	}
	inner := &reader{shell: shell, origin: script.Origin, text: script.Value, outer: &script, depth: r.depth + 1, budget: r.budget}
	inner.read(c)
}

// extent maps offsets in the reader's text to offsets in what Origin names.
func (r *reader) extent(from, to int) (offset, end int) {
	from, to = from+r.shift, to+r.shift
	if r.outer == nil {
		return from, to
	}
	if offset, ok := r.outer.locate(from); ok {
		end, _ := r.outer.locate(to)
		return offset, end
	}
	return r.outer.Offset, r.outer.End
}

// read records the commands of the whole text. What holds for all of them, such as a redirection around the script, is
// in the prototype as.
func (r *reader) read(as Command) {
	file, ok := parseShell(r.text)
	if !ok {
		r.readLines(as)
		return
	}
	r.bind(file)
	r.statements(file.Stmts, as)
}

// readLines reads text that is not shell, or not in a dialect known here, line by line.
func (r *reader) readLines(as Command) {
	as.Opaque = true
	for start := 0; start < len(r.text); {
		end := start
		for end < len(r.text) && (r.text[end] != '\n' || end > start && r.text[end-1] == '\\') {
			end++
		}
		r.readLine(as, start, end)
		start = end + 1
	}
}

func (r *reader) readLine(as Command, start, end int) {
	if line := r.text[start:end]; len(line) < maxLine {
		if file, ok := parseShell(line); ok {
			inner := &reader{shell: r.shell, origin: r.origin, text: line, outer: r.outer, depth: r.depth, budget: r.budget, shift: r.shift + start}
			inner.bindings = map[string]*binding{}
			inner.statements(file.Stmts, as)
			return
		}
	}
	line := strings.TrimSpace(r.text[start:end])
	if line == "" || line[0] == '#' {
		return
	}
	var argv []Word
	offset, stop := r.extent(start, end)
	for field := range strings.FieldsSeq(line) {
		argv = append(argv, Word{Value: strings.Trim(field, `"'`), Offset: offset, End: stop, Origin: r.origin, Dynamic: isDynamic(field)})
		if len(argv) == maxLineWords {
			break
		}
	}
	r.start(as, argv)
}

const (
	maxLine      = 16 << 10
	maxLineWords = 1000
)

// parseShell parses a script as bash, then as POSIX shell. Text that is very long or could nest very deep is refused.
func parseShell(text string) (*syntax.File, bool) {
	if len(text) > maxScriptBytes || openings(text) > maxOpenings {
		return nil, false
	}
	for _, dialect := range []syntax.LangVariant{syntax.LangBash, syntax.LangPOSIX} {
		file, err := syntax.NewParser(syntax.Variant(dialect)).Parse(strings.NewReader(text), "")
		if err == nil {
			return file, true
		}
	}
	return nil, false
}

const maxOpenings = 10000

// openings bounds from above how deep the parser can recurse into a text.
func openings(text string) int {
	n := 0
	for i := range len(text) {
		switch text[i] {
		case '(', '{', '`', '[', '!', '?', '|', '&':
			n++
		case 'f', 'e', 'l', 'o', 'n': // if, while, until, case, for, select, then, function: counted by the space after
			if i+1 < len(text) && isSpace(text[i+1]) && isKeyword(text, i+1) {
				n++
			}
		}
	}
	return n
}

func isKeyword(text string, end int) bool {
	start := end
	for start > 0 && end-start < 9 && text[start-1] >= 'a' && text[start-1] <= 'z' {
		start--
	}
	switch text[start:end] {
	case "if", "elif", "while", "until", "case", "for", "select", "function", "time", "coproc":
		return true
	}
	return false
}
