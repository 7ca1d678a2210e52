package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"sort"
	"strconv"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// MaxBytes is the size of a file that is read at most: far above any that a person wrote.
const MaxBytes = 1 << 20

// reader notes what is wrong with a file.
type reader struct {
	file string
	errs Errors
}

// fault notes what is wrong at a node. It returns false, for a reader to return.
func (r *reader) fault(n *yaml.Node, format string, args ...any) bool {
	r.errs = append(r.errs, &Error{r.file, positionOf(n), fmt.Sprintf(format, args...)})
	return false
}

func positionOf(n *yaml.Node) Position { return Position{max(n.Line, 1), max(n.Column, 1)} }

// quoted shows a name or value of the file, of which any length may be there.
func quoted(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return strconv.Quote(s)
}

// text reads a string. A day is one too, whatever YAML makes of it.
func (r *reader) text(n *yaml.Node, want string) (string, bool) {
	if n.ShortTag() == "!!timestamp" && !r.refused(n) {
		return n.Value, true
	}
	return n.Value, r.scalar(n, "!!str", want)
}

// scalar reports whether a node is a scalar of a type.
func (r *reader) scalar(n *yaml.Node, tag, want string) bool {
	switch {
	case r.refused(n):
		return false
	case n.Kind == yaml.ScalarNode && n.ShortTag() == tag:
		return true
	case n.ShortTag() == "!!null":
		return r.fault(n, "no value where %s belongs", want)
	case n.Kind == yaml.ScalarNode && tag == "!!str":
		return r.fault(n, "%s, not %s; quotes make a string of it", n.Value, want)
	case n.Kind == yaml.ScalarNode:
		return r.fault(n, "%s is not %s", quoted(n.Value), want)
	}
	return r.fault(n, "%s where %s belongs", kindOf(n), want)
}

// refused reports a node that is written by a means of YAML that a configuration has no need of, once.
func (r *reader) refused(n *yaml.Node) bool {
	switch {
	case n.Kind == yaml.AliasNode:
		return !r.fault(n, "an alias; write the value out")
	case n.Style&yaml.TaggedStyle != 0:
		return !r.fault(n, "a tag, %s; write the value without", quoted(n.Tag))
	}
	return false
}

// each reads a map: its keys are strings, and there once.
func (r *reader) each(n *yaml.Node, read func(name string, key, value *yaml.Node)) bool {
	switch {
	case r.refused(n):
		return false
	case n.Kind != yaml.MappingNode:
		return r.fault(n, "%s where a map belongs", kindOf(n))
	}
	first := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if r.refused(key) {
			continue
		}
		if key.Kind != yaml.ScalarNode {
			r.fault(key, "%s where a key belongs", kindOf(key))
			continue
		}
		if earlier, twice := first[key.Value]; twice {
			r.fault(key, "the key %s is on line %d already", quoted(key.Value), earlier.Line)
			continue
		}
		first[key.Value] = key
		read(key.Value, key, value)
	}
	return true
}

// has reports whether a map has a key.
func (r *reader) has(n *yaml.Node, name string) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return true
		}
	}
	return false
}

func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a map"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.ShortTag() == "!!null":
		return "no value"
	}
	return quoted(n.Value)
}

// parse reads the one document of a text.
func (r *reader) parse(text []byte) (root *yaml.Node) {
	top := &yaml.Node{Line: 1, Column: 1}
	if len(text) > MaxBytes {
		r.fault(top, "larger than %d bytes", MaxBytes)
		return nil
	}
	document, err := decode(text)
	switch {
	case errors.Is(err, errEmpty):
		r.fault(top, "nothing in it; version: 1 is the least")
		return nil
	case err != nil:
		line, message := problem(text, err)
		r.fault(&yaml.Node{Line: line, Column: 1}, "not valid YAML: %s", message)
		return nil
	}
	return document
}

var (
	errEmpty  = errors.New("empty")
	errSecond = errors.New("another document follows")
)

func decode(text []byte) (root *yaml.Node, err error) {
	// yaml.v3 panics in states it believes impossible.
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("the parser gave up: %v", fault)
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var document, second yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, errEmpty
	case err != nil:
		return nil, err
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		return nil, fmt.Errorf("yaml: line %d: %w", second.Line, errSecond)
	case !errors.Is(err, io.EOF):
		return nil, err
	}
	if len(document.Content) != 1 {
		return nil, errEmpty
	}
	return document.Content[0], nil
}

var numbered = regexp.MustCompile(`^(yaml: )?(line \d+: )?`)

// problem returns what yaml.v3 found, and the first line up to which a text has the same problem as the whole: yaml.v3
// itself names a line near it, or none.
func problem(text []byte, err error) (line int, message string) {
	message = numbered.ReplaceAllString(err.Error(), "")
	lines := bytes.SplitAfter(text, []byte("\n"))
	line = 1 + sort.Search(len(lines)-1, func(i int) bool {
		_, err := decode(bytes.Join(lines[:i+1], nil))
		return err != nil && numbered.ReplaceAllString(err.Error(), "") == message
	})
	return line, message
}
