package redisconf

import (
	"reflect"
	"slices"
	"strings"
)

// Server is a server start as its command line says.
type Server struct {
	// Sentinel: redis-sentinel, or a server with --sentinel.
	Sentinel bool
	// File is the path of the configuration file, nil when none is given. It may be dynamic.
	File *Word
	// Directives come from the options, in order; --include stays in place as include. A word that may add options which
	// cannot be seen stands among them as a directive without a name.
	Directives []Directive
	// Stdin: part of the configuration is read from standard input, after the file.
	Stdin    bool
	Problems []Problem
	// Complete is false when words known only at run time ("$@", $EXTRA_FLAGS) may add options.
	Complete bool
	Command  Command
}

// programs that serve, and whether as a Sentinel.
var programs = map[string]bool{
	"redis-server": false, "valkey-server": false, "keydb-server": false, "redis-stack-server": false,
	"redis-sentinel": true, "valkey-sentinel": true,
}

// ServerOf reads the command line of a server start and reports false for any other program, and for a server that only
// prints its version or tests the memory.
func ServerOf(c Command) (Server, bool) {
	sentinel, known := programs[c.Name]
	args := c.Args
	var hole []Word
	if !known {
		if sentinel, known = bitnami(c.Program.Value); !known {
			return Server{}, false
		}
		hole = []Word{{Value: "$REDIS_EXTRA_FLAGS", Offset: c.Program.Offset, End: c.Program.End, Origin: c.Program.Origin, Dynamic: true, many: true}}
	}
	if len(args) > 0 && slices.Contains([]string{"-v", "--version", "-h", "--help", "--test-memory", "--check-system"}, args[0].Value) {
		return Server{}, false
	}
	s := Server{Sentinel: sentinel, Complete: true, Command: c}
	for _, arg := range args {
		s.Sentinel = s.Sentinel || arg.Value == "--sentinel"
	}
	if len(args) > 0 && !strings.HasPrefix(args[0].Value, "-") && !args[0].many && !isParameters(args[0]) {
		s.File = &args[0]
		args = args[1:]
	}
	s.options(append(hole, args...))
	if s.Sentinel && s.File == nil && s.Complete && len(hole) == 0 {
		d := Directive{Offset: c.Program.Offset, End: c.Program.End, Origin: c.Program.Origin, Written: c.Program.Value}
		s.Problems = append(s.Problems, Problem{Directive: d, Reason: "Sentinel needs config file on disk to save state."})
	}
	return s, true
}

// bitnami recognises the start scripts of Bitnami images, which end in a server start.
func bitnami(program string) (sentinel, ok bool) {
	rest, ok := strings.CutPrefix(program, "/opt/bitnami/scripts/")
	name, script, _ := strings.Cut(rest, "/")
	if !ok || script != "run.sh" {
		return false, false
	}
	return strings.HasSuffix(name, "-sentinel"), true
}

// isParameters reports whether a word stands for all parameters of a script: "$@".
func isParameters(w Word) bool {
	return w.Dynamic && (strings.Contains(w.Value, "@") || strings.Contains(w.Value, "*"))
}

// options turns the words after the file into directives, as main of the server does: it writes the options down as the
// lines of a configuration file, which is then parsed.
func (s *Server) options(args []Word) {
	b := builder{}
	valued := true // the option before has its value
	for j, arg := range args {
		next := ""
		if j+1 < len(args) {
			next = args[j+1].Value
		}
		last := j == len(args)-1
		first := j == 0 && s.File == nil
		isOption := strings.HasPrefix(arg.Value, "--")
		switch {
		case arg.Value == "-" && (first || last):
			s.Stdin = true
		case isParameters(arg) || arg.Dynamic && !isOption && valued && !b.isList():
			b.flush(s)
			s.Complete = false
			s.Directives = append(s.Directives, Directive{
				Written: arg.Value, Offset: arg.Offset, End: arg.End, Origin: arg.Origin, Dynamic: true, Conditional: arg.Conditional,
			})
			valued = true
		case valued && isOption:
			b.flush(s)
			b.option(arg)
			words, _ := split(arg.Value)
			valued = len(words) != 1
			if !valued {
				if name := strings.ToLower(words[0].Value); last || strings.HasPrefix(next, "--") {
					if name == "--save" {
						b.literal(`""`, arg)
						valued = true
					}
					valued = valued || name == "--sentinel"
				}
			}
		default:
			b.argument(arg)
			valued = true
		}
	}
	b.flush(s)
	for _, d := range s.Directives {
		if d.Fault != "" {
			s.Problems = append(s.Problems, Problem{Directive: d, Reason: d.Fault})
		}
	}
}

// builder writes one option down as a line, and remembers which word each byte came from.
type builder struct {
	line     strings.Builder
	segments []segment
}

type segment struct {
	start, end int
	word       Word
	skip       int // bytes of the word before the segment: the two hyphens
	verbatim   bool
}

func (b *builder) add(text string, word Word, skip int, verbatim bool) {
	start := b.line.Len()
	b.line.WriteString(text)
	b.segments = append(b.segments, segment{start: start, end: b.line.Len(), word: word, skip: skip, verbatim: verbatim})
	b.line.WriteByte(' ')
}

func (b *builder) option(w Word)               { b.add(w.Value[2:], w, 2, true) }
func (b *builder) argument(w Word)             { b.add(Quote(w.Value), w, 0, false) }
func (b *builder) literal(text string, w Word) { b.add(text, w, 0, false) }

// isList reports whether the option at hand may take several arguments.
func (b *builder) isList() bool {
	name, _, _ := strings.Cut(b.line.String(), " ")
	return specs[canonical(name)].isList
}

// flush parses the line and moves its offsets to the words.
func (b *builder) flush(s *Server) {
	if b.line.Len() == 0 {
		return
	}
	for _, d := range Parse(b.line.String(), nil).Directives {
		first := b.at(d.Offset)
		d.Offset, _ = first.place(d.Offset, d.Offset)
		d.Origin = first.word.Origin
		_, d.End = first.place(first.start, first.end)
		d.Dynamic, d.Conditional = false, false
		for _, seg := range b.segments {
			d.Dynamic = d.Dynamic || seg.word.Dynamic
			d.Conditional = d.Conditional || seg.word.Conditional
			if _, end := seg.place(seg.start, seg.end); sameOrigin(seg.word.Origin, d.Origin) && end > d.End {
				d.End = end
			}
		}
		for i := range d.Args {
			seg := b.at(d.Args[i].Offset)
			d.Args[i].Offset, d.Args[i].End = seg.place(d.Args[i].Offset, d.Args[i].End)
			d.Args[i].Origin = seg.word.Origin
		}
		if d.Name != "sentinel" || len(d.Args) > 0 {
			s.Directives = append(s.Directives, d)
		}
	}
	*b = builder{}
}

// sameOrigin compares two tags, which may be of any type.
func sameOrigin(a, b any) bool {
	return a == nil && b == nil || reflect.ValueOf(a).Comparable() && reflect.ValueOf(b).Comparable() && a == b
}

func (b *builder) at(offset int) segment {
	i := slices.IndexFunc(b.segments, func(seg segment) bool { return offset <= seg.end })
	return b.segments[max(i, 0)]
}

// place maps an extent of the line to the word's text: exactly where the word stands there byte for byte, else the word.
func (seg segment) place(from, to int) (offset, end int) {
	if seg.verbatim {
		start, ok := seg.word.locate(from - seg.start + seg.skip)
		if ok {
			end, _ := seg.word.locate(to - seg.start + seg.skip)
			return start, end
		}
	}
	return seg.word.Offset, seg.word.End
}
