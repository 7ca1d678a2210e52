// Package redisconf reads redis.conf, sentinel.conf, server command lines and the shell that starts them.
// It knows Redis, not Kubernetes.
//
// Facts about directives (names, defaults, ranges, messages) are those of Redis 7.0.15; oracle_test.go asks that server.
package redisconf

import "strings"

// Directive is one directive as written.
type Directive struct {
	// Name is the canonical lower-case name: slaveof is replicaof. It is empty when the name itself is only known at run
	// time, as in a template line or an unexpanded shell word: then anything may have been set there.
	Name string
	// Written is the name as written.
	Written string
	Args    []Arg
	// Offset and End delimit the whole directive, in bytes, in the text or argv word it was read from.
	Offset, End int
	// Origin is whatever the supplier of the text passed: which ConfigMap key, which argv word.
	Origin any
	// Dynamic says that an argument holds something only known at run time: $(VAR), ${VAR}, $VAR, `command`, {{ .Values }}.
	// The value is then unknown, never invalid.
	Dynamic bool
	// Conditional says that the directive applies in some runs only, as a shell if decides.
	Conditional bool
	// Fault is why no server can read the directive at all, in the server's words; empty for all others.
	Fault string
}

// Arg is one argument of a directive.
type Arg struct {
	// Value is unquoted.
	Value string
	// Offset and End delimit the argument as written, quotes included, in the text named by Origin.
	Offset, End int
	Origin      any
}

// Values returns the unquoted arguments.
func (d Directive) Values() []string {
	values := make([]string, len(d.Args))
	for i, arg := range d.Args {
		values[i] = arg.Value
	}
	return values
}

// Problem is something the server refuses to start with.
type Problem struct {
	Directive Directive
	// Reason is in the server's own words where those are short.
	Reason string
}

// File is what Parse found in one text.
type File struct {
	// Directives are in file order. Includes stay in place, see Expand.
	Directives []Directive
	// Problems are lines that cannot be split into words. Config.Problems has them too.
	Problems []Problem
}

// Parse reads the text of a redis.conf or sentinel.conf the way the server does: one directive a line, quotes as in C,
// comments only where # is the first character of a line.
func Parse(text string, origin any) File {
	var file File
	for start := 0; start < len(text); {
		end := len(text)
		next := end
		if i := strings.IndexByte(text[start:], '\n'); i >= 0 {
			end = start + i
			next = end + 1
		}
		if d, ok := parseLine(text, start, end, origin); ok {
			file.Directives = append(file.Directives, d)
			if d.Fault != "" {
				file.Problems = append(file.Problems, Problem{Directive: d, Reason: d.Fault})
			}
		}
		start = next
	}
	return file
}

const lineSpace = " \t\r\n"

func parseLine(text string, start, end int, origin any) (Directive, bool) {
	line := text[start:end]
	start += len(line) - len(strings.TrimLeft(line, lineSpace))
	line = strings.Trim(line, lineSpace)
	if line == "" || line[0] == '#' {
		return Directive{}, false
	}
	d := Directive{Offset: start, End: start + len(line), Origin: origin, Dynamic: isDynamic(line)}
	if strings.HasPrefix(line, "{{") {
		d.Written = line
		return d, true
	}
	words, ok := split(line)
	if !ok {
		d.Fault = "Unbalanced quotes in configuration line"
		d.Written, _, _ = strings.Cut(line, " ")
		d.Name = canonical(d.Written)
		return d, true
	}
	if len(words) == 0 {
		return Directive{}, false
	}
	d.Written = words[0].Value
	if !isDynamic(d.Written) {
		d.Name = canonical(d.Written)
	}
	for _, word := range words[1:] {
		d.Args = append(d.Args, Arg{Value: word.Value, Offset: start + word.Offset, End: start + word.End, Origin: origin})
	}
	return d, true
}

// Expand replaces every include by the directives that open returns for it, and theirs in turn, at its position. An
// include that open does not know stays in place, and Merge counts it as a file nobody could show.
func Expand(directives []Directive, open func(include Directive) ([]Directive, bool)) []Directive {
	budget := maxExpanded
	return expand(directives, open, 0, &budget)
}

const (
	maxIncludeDepth = 16
	maxExpanded     = 1 << 16
)

func expand(directives []Directive, open func(Directive) ([]Directive, bool), depth int, budget *int) []Directive {
	expanded := make([]Directive, 0, len(directives))
	for _, d := range directives {
		if d.Name == "include" && len(d.Args) == 1 && depth < maxIncludeDepth && *budget > 0 {
			if inner, ok := open(d); ok {
				*budget -= len(inner)
				expanded = append(expanded, expand(inner, open, depth+1, budget)...)
				continue
			}
		}
		expanded = append(expanded, d)
	}
	return expanded
}
