package redisconf

import (
	"path"
	"strings"
	"time"
)

// Word is one word of a command line.
type Word struct {
	Value string
	// Offset and End delimit the word as written, quotes included, in the text or argv word named by Origin. A word that
	// came out of a variable or an array stands where that was assigned.
	Offset, End int
	Origin      any
	// Dynamic says that Value still holds something only known at run time, as written: ${REDIS_PORT}.
	Dynamic bool
	// Conditional says that the word is there in some runs only.
	Conditional bool

	quoted bool // Value stands between the quotes at Offset and End, byte for byte
	many   bool // may become any number of words: "$@", unquoted $OPTIONS
}

// locate returns where byte i of the value was written, when the value was written byte for byte.
func (w Word) locate(i int) (offset int, ok bool) {
	switch length := w.End - w.Offset; {
	case w.quoted && length == len(w.Value)+2:
		return w.Offset + 1 + i, true
	case !w.quoted && length == len(w.Value):
		return w.Offset + i, true
	}
	return 0, false
}

// Command is one program start found in argv or in shell text, freed of what only wraps it: exec, timeout, gosu, tini.
type Command struct {
	// Name is the base name of the program: redis-server, redis-cli, or the script that a shell is given.
	Name string
	// Program is the word that names it, with its path.
	Program Word
	Args    []Word
	// Env holds the assignments before the command, NAME=value.
	Env []Word
	// Redirects are the command's own, then those of the blocks around it.
	Redirects []Redirect
	// Into are the later commands of its pipeline.
	Into []Command
	// Function is the shell function whose body it stands in.
	Function string
	// Negated: ! command. After is "&&" or "||" when the command before it decides whether it runs, else empty.
	Negated bool
	After   string
	// Conditional says that an if, case, loop, && or || decides whether it runs.
	Conditional bool
	// Substituted says that its output becomes part of a word: $(command).
	Substituted bool
	// Timeout is the limit that a wrapping timeout gives it, 0 without one or when it is not known.
	Timeout time.Duration
	// Opaque says that the command or its text could not be parsed and was read line by line.
	Opaque bool
}

// Redirect is one redirection of a command.
type Redirect struct {
	// Op is as written: > >> < << <<- <<< &> 2>.
	Op string
	// Target is the file, or the delimiter of a here-document.
	Target Word
	// Heredoc is the text of a here-document as written, which starts HeredocOffset bytes into the script. With
	// HeredocDynamic the shell expands it first.
	Heredoc        string
	HeredocOffset  int
	HeredocDynamic bool
}

// Writes reports whether the redirection writes the command's standard output to its target, and whether it appends.
func (r Redirect) Writes() (writes, appends bool) {
	switch r.Op {
	case ">", ">|", "&>", "1>":
		return true, false
	case ">>", "&>>", "1>>":
		return true, true
	}
	return false, false
}

// Shell is what is known about a shell before it starts. The zero value knows nothing.
type Shell struct {
	// Env holds the environment variables with a known value.
	Env map[string]string
	// Name is $0 and Args are $1 and on; with nil Args the positional parameters are unknown.
	Name string
	Args []Word
	// Open returns the text of the script at a path, if it can be seen. May be nil.
	Open func(path string) (text string, ok bool)
}

// Commands returns every simple command in a shell text, in order of appearance. Bash is understood; text that does not
// parse is read line by line and its commands are Opaque.
func Commands(script string, origin any) []Command { return Shell{}.Commands(script, origin) }

// CommandsOf returns the commands of an argv: the program itself, or what its shell script runs.
func CommandsOf(argv []Word) []Command { return Shell{}.CommandsOf(argv) }

// Commands is like the function Commands, in this shell.
func (s Shell) Commands(script string, origin any) []Command {
	r := &reader{shell: s, origin: origin, text: script, budget: newBudget()}
	r.read(Command{})
	return r.budget.found
}

// CommandsOf is like the function CommandsOf, in this shell.
func (s Shell) CommandsOf(argv []Word) []Command {
	if len(argv) == 0 {
		return nil
	}
	argv = append([]Word(nil), argv...)
	for i := range argv {
		argv[i].Dynamic = argv[i].Dynamic || holdsReference(argv[i].Value)
	}
	r := &reader{shell: s, origin: argv[0].Origin, budget: newBudget()}
	r.start(Command{}, argv)
	return r.budget.found
}

const (
	maxCommands    = 20000
	maxScriptDepth = 8
	maxScriptBytes = 256 << 10
)

// holdsReference reports whether an argv word holds $(NAME), which Kubernetes replaces if the variable exists.
func holdsReference(value string) bool {
	for {
		_, rest, ok := strings.Cut(value, "$(")
		if !ok {
			return false
		}
		name, _, closed := strings.Cut(rest, ")")
		if closed && name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.") == "" {
			return true
		}
		value = rest
	}
}

func baseOf(program string) string { return path.Base(program) }
