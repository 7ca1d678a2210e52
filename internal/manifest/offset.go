package manifest

import (
	"math"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// indexLines notes where each line starts, as yaml.v3 counts them: it does not see those of literals.
func (p *parser) indexLines() {
	if len(p.text) > math.MaxUint32 {
		panic("manifest: document beyond 4 GiB")
	}
	p.lines = append(p.lines[:0], 0)
	literals := p.literals
	for i := 0; i < len(p.text); i++ {
		switch p.text[i] {
		case '\n':
		case '\r':
			if strings.HasPrefix(p.text[i:], "\r\n") {
				i++
			}
		case 0xc2:
			if !strings.HasPrefix(p.text[i:], "\u0085") {
				continue
			}
			i++
		case 0xe2:
			if !strings.HasPrefix(p.text[i:], "\u2028") && !strings.HasPrefix(p.text[i:], "\u2029") {
				continue
			}
			i += 2
		default:
			continue
		}
		if len(literals) > 0 && int(literals[0].start) == i+1 {
			i = int(literals[0].end) - 1
			literals = literals[1:]
		}
		p.lines = append(p.lines, uint32(i+1))
	}
}

// offset turns yaml.v3's line and column, which counts characters, into an offset in the text.
func (p *parser) offset(line, column int) uint32 {
	line = min(max(line, 1), len(p.lines))
	if line != p.place.line || column < p.place.column {
		p.place = place{line: line, column: 1, offset: int(p.lines[line-1])}
	}
	end := len(p.text)
	if line < len(p.lines) {
		end = int(p.lines[line])
	}
	at := &p.place
	for at.column < column && at.offset < end {
		if p.text[at.offset] < 0x80 {
			at.offset++
		} else {
			at.offset += runeSize(p.text[at.offset:])
		}
		at.column++
	}
	return uint32(at.offset)
}

// contentOffset returns where a node begins once its tag and anchor are skipped.
func (p *parser) contentOffset(y *yaml.Node) uint32 {
	at := p.offset(y.Line, y.Column)
	if int(at) < len(p.text) && (p.text[at] == '&' || p.text[at] == '!') {
		at, _ = p.skipProperties(at, y)
	}
	return at
}

func (p *parser) hasBareTag(y *yaml.Node) bool {
	at := p.offset(y.Line, y.Column)
	if int(at) >= len(p.text) || p.text[at] != '&' && p.text[at] != '!' {
		return false
	}
	_, bare := p.skipProperties(at, y)
	return bare
}

// skipProperties returns the offset after the tag and the anchor that start at an offset, and whether the tag is "!".
func (p *parser) skipProperties(at uint32, y *yaml.Node) (content uint32, bareTag bool) {
	i := int(at)
	empty := y.Kind == yaml.ScalarNode && y.Value == "" && y.Style&quotedStyles == 0
	for range 2 {
		size := propertySize(p.text[i:])
		if size == 0 {
			break
		}
		bareTag = bareTag || p.text[i:i+size] == "!"
		i += size
		if empty && !p.propertyFollows(i) {
			break
		}
		i += skipSeparation(p.text[i:])
	}
	return uint32(min(i, len(p.text))), bareTag
}

// propertySize returns the length of the tag or anchor that a text starts with, 0 when it starts with neither.
func propertySize(text string) int {
	if text == "" || text[0] != '&' && text[0] != '!' {
		return 0
	}
	stop := " \t\r\n" + wideBreaks
	if !strings.HasPrefix(text, "!<") {
		stop += ",[]{}"
	}
	if size := strings.IndexAny(text, stop); size >= 0 {
		return size
	}
	return len(text)
}

// wideBreaks are the line breaks of YAML 1.1 that are not of ASCII.
const wideBreaks = "\u0085\u2028\u2029"

// skipSeparation returns the size of what may stand between a property and what it belongs to.
func skipSeparation(text string) int {
	rest := text
	for before := -1; before != len(rest); {
		before = len(rest)
		rest = strings.TrimLeft(rest[skipPrologue(rest):], wideBreaks)
	}
	return len(text) - len(rest)
}

// propertyFollows reports whether another tag or anchor of the same empty scalar comes next.
func (p *parser) propertyFollows(at int) bool {
	rest := strings.TrimLeft(p.text[at:], " \t")
	if propertySize(rest) > 0 {
		return true
	}
	rest = rest[skipSeparation(rest):]
	if propertySize(rest) == 0 {
		return false
	}
	// On a line of its own it belongs to the scalar, before content to the next node.
	first, before := rest[0], len(rest)
	for size := propertySize(rest); size > 0; size = propertySize(rest) {
		if len(rest) < before && rest[0] == first {
			return true // the next node has one of its own
		}
		rest = strings.TrimLeft(rest[size:], " \t")
	}
	next, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || strings.ContainsRune("\r\n#,]}"+wideBreaks, next)
}
