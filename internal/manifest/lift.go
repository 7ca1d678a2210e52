package manifest

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// yaml.v3 reads literal block scalars, which hold the scripts and configuration files of ConfigMaps, one character at a
// time. Of those that are simple it is given the header and the first line alone.

// literal is a block scalar of which all but the first line was lifted out of a document.
type literal struct {
	at         uint32 // offset of its "|"
	start, end uint32 // extent of the lines that were lifted out
	first      string // line, without indentation and break
	value      string
	met        bool // yaml.v3 took it for a literal too
}

// parseLifted reads a text without the lines of its literals, or returns nil where that is not the same.
func (p *parser) parseLifted(text string) *Node {
	if !p.lift(text) {
		return nil
	}
	doc, err := decodeYAML(bytes.NewReader(p.rest))
	if err != nil || doc == nil {
		return nil
	}
	root, err := p.convertDocument(text, doc)
	if err != nil || slices.ContainsFunc(p.literals, func(l literal) bool { return !l.met }) {
		return nil
	}
	return root
}

// lift copies a text to p.rest without the lines that yaml.v3 need not see, and notes them in p.literals. What looks like
// a block scalar may be something else: it is one once yaml.v3 met it. It reports whether there is any.
func (p *parser) lift(text string) bool {
	p.literals, p.rest = p.literals[:0], p.rest[:0]
	copied := 0
	for at := 0; ; {
		i := strings.IndexByte(text[at:], '|')
		if i < 0 {
			break
		}
		at += i
		l, ok := p.literal(text, at)
		if ok {
			p.literals = append(p.literals, l)
			p.rest = append(p.rest, text[copied:l.start]...)
			copied = int(l.end)
		}
		at = max(at+1, int(l.end))
	}
	p.rest = append(p.rest, text[copied:]...)
	return len(p.literals) > 0
}

// literal reads the block scalar whose "|" is at an offset, unless it is out of the ordinary or has one line at most. Up
// to its end, where it has one, there is no other.
func (p *parser) literal(text string, at int) (l literal, ok bool) {
	header := literalHeader(text, at)
	if header == "" {
		return literal{}, false
	}
	l = literal{at: uint32(at), end: uint32(at + len(header))}
	first := text[l.end : int(l.end)+lineSize(text[l.end:])]
	indent := spaces(first)
	if indent <= spaces(text[1+strings.LastIndexByte(text[:at], '\n'):at]) || strings.TrimLeft(first, " \t") == "\n" {
		return l, false
	}
	l.start = l.end + uint32(len(first))
	l.first = strings.TrimSuffix(first[indent:], "\n")
	p.value = p.value[:0]
	for int(l.end) < len(text) {
		line := text[l.end : int(l.end)+lineSize(text[l.end:])]
		lead := min(spaces(line), indent)
		if lead < indent && strings.TrimSuffix(line[lead:], "\n") != "" {
			break
		}
		if !isPlain(line) {
			return l, false
		}
		p.value = append(p.value, line[lead:]...)
		l.end += uint32(len(line))
	}
	if l.end == l.start {
		return l, false
	}
	l.value = p.intern(chomp(p.value, header))
	return l, true
}

// literalHeader returns the "|" at an offset with its chomping indicator and line break, when it is the simple value of
// a field or an item, and otherwise nothing.
func literalHeader(text string, at int) string {
	if at < 2 || text[at-2:at] != ": " && text[at-2:at] != "- " {
		return ""
	}
	for _, header := range []string{"|\n", "|-\n", "|+\n"} {
		if strings.HasPrefix(text[at:], header) {
			return header
		}
	}
	return ""
}

// spaces counts those that a line starts with.
func spaces(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// isPlain reports whether a line holds nothing that YAML forbids, and no other break than its own.
func isPlain(line string) bool {
	for i := range len(line) {
		if c := line[i]; (c < ' ' || c > '~') && c != '\t' && c != '\n' {
			return false
		}
	}
	return true
}

// chomp treats the breaks at the end of a block scalar as its header asks for.
func chomp(value []byte, header string) []byte {
	if header == "|+\n" {
		return value
	}
	size := len(value)
	for size > 0 && value[size-1] == '\n' {
		size--
	}
	if header == "|\n" {
		size = min(size+1, len(value))
	}
	return value[:size]
}

// intern returns a text as a string. The releases of one chart repeat each other's.
func (p *parser) intern(text []byte) string {
	known, ok := p.interned[string(text)]
	if !ok {
		if p.interned == nil {
			p.interned = make(map[string]string)
		}
		known = string(text)
		p.interned[known] = known
	}
	return known
}

// whole returns the value of a scalar with the lines that were lifted out of it.
func (p *parser) whole(y *yaml.Node, at uint32) string {
	i, lifted := slices.BinarySearchFunc(p.literals, at, func(l literal, at uint32) int { return int(l.at) - int(at) })
	if !lifted || y.Style != yaml.LiteralStyle {
		return y.Value
	}
	l := &p.literals[i]
	l.met = strings.TrimSuffix(y.Value, "\n") == l.first
	return l.value
}
