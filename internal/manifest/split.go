package manifest

import (
	"strings"
	"sync"
)

// file is the text of one input, shared by all its documents.
type file struct {
	name string
	text string

	mark  sync.Once
	marks []uint32 // line breaks before each stride of the text

	alias   sync.Once
	aliases bool // there may be some

	note  sync.Once
	notes []Note // by line
}

// document is one YAML or JSON document of a file.
type document struct {
	file       *file
	start, end uint32 // extent in file.text, from its "---" line, if any, to the next marker
	line       uint32 // of start, 1-based
	state      state
	decoded    *decoded // until it has been gathered into the Set
}

type state uint8

const (
	fresh   state = iota
	dormant       // looks like an object and has not been decoded
	unread        // without the sign, does not look like an object
	done          // decoded, or refused with an Error
)

func (d *document) text() string { return d.file.text[d.start:d.end] }

const byteOrderMark = "\ufeff"

// split finds the documents of a file without parsing them: a document starts at "---" and ends at "..." in the first
// column (in a block scalar such lines are indented), or after a complete JSON object that another one follows.
// Documents without content are left out.
func split(f *file) []document {
	s := splitter{file: f, line: 1}
	start := 0
	if strings.HasPrefix(f.text, byteOrderMark) {
		start = len(byteOrderMark)
	}
	dashes := markers{text: f.text, mark: "\n---", at: -1}
	dots := markers{text: f.text, mark: "\n...", at: -1}
	open := true // a document may start here without "---", or with comments and directives before it
	for at := start; ; at++ {
		dash, dot := dashes.next(at, start), dots.next(at, start)
		at = min(dash, dot)
		switch {
		case at == len(f.text):
			s.emit(start, at)
			return s.documents
		case at == dash && open && onlyPrologue(f.text[start:at]):
			open = false
		case at == dash:
			s.emit(start, at)
			start, open = at, false
		default:
			s.emit(start, at)
			start, open = at+len("..."), true
		}
	}
}

// markers finds one kind of document marker, one after another.
type markers struct {
	text, mark string // mark has its line break in front
	at         int    // of the marker last found
}

// next returns the offset of the first marker at or after from, or len(text). A marker needs a line break before it
// unless the text starts with it.
func (m *markers) next(from, start int) int {
	if m.at >= from {
		return m.at
	}
	if from == start && start <= len(byteOrderMark) && strings.HasPrefix(m.text[from:], m.mark[1:]) && standsAlone(m.text, from) {
		m.at = from
		return m.at
	}
	for at := max(from-1, 0); ; {
		i := strings.Index(m.text[at:], m.mark)
		if i < 0 {
			m.at = len(m.text)
			return m.at
		}
		at += i + 1
		if standsAlone(m.text, at) {
			m.at = at
			return m.at
		}
	}
}

// standsAlone reports whether the marker at an offset is not part of a longer word.
func standsAlone(text string, at int) bool {
	at += len("---")
	return at == len(text) || strings.IndexByte(" \t\r\n", text[at]) >= 0
}

type splitter struct {
	file      *file
	documents []document
	at        int    // up to here line breaks are counted
	line      uint32 // at that offset
}

// emit adds the document between two offsets, or the JSON documents, unless there is nothing in it.
func (s *splitter) emit(start, end int) {
	content := start + skipPrologue(s.file.text[start:end])
	for content < end && s.file.text[content] == '{' {
		size := jsonSize(s.file.text[content:end])
		if size < 0 {
			break
		}
		next := content + size
		next += skipPrologue(s.file.text[next:end])
		if next == end || s.file.text[next] != '{' {
			break
		}
		s.add(start, content+size)
		start, content = content+size, next
	}
	if content < end {
		s.add(start, end)
	}
}

func (s *splitter) add(start, end int) {
	s.line += uint32(strings.Count(s.file.text[s.at:start], "\n"))
	s.at = start
	s.documents = append(s.documents, document{file: s.file, start: uint32(start), end: uint32(end), line: s.line})
}

// onlyPrologue reports whether there is nothing but blank lines, comments and directives.
func onlyPrologue(text string) bool {
	for at := 0; at < len(text); {
		at += skipPrologue(text[at:])
		if at < len(text) && (text[at] != '%' || at > 0 && text[at-1] != '\n') {
			return false
		}
		at += lineSize(text[at:])
	}
	return true
}

// skipPrologue returns the size of the blank lines, comments and "---" that text starts with.
func skipPrologue(text string) int {
	for at := 0; at < len(text); {
		switch text[at] {
		case ' ', '\t', '\r', '\n':
			at++
		case '#':
			at += lineSize(text[at:])
		case '-':
			if at > 0 && text[at-1] != '\n' || !strings.HasPrefix(text[at:], "---") || !standsAlone(text, at) {
				return at
			}
			at += len("---")
		default:
			return at
		}
	}
	return len(text)
}

// lineSize returns the size of the first line, its line break included.
func lineSize(text string) int {
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		return i + 1
	}
	return len(text)
}

// jsonSize returns the size of the JSON object that text starts with, or -1 when it is no JSON. Only what it takes to
// find the end is looked at.
func jsonSize(text string) int {
	depth := 0
	for at := 0; at < len(text); at++ {
		switch c := text[at]; {
		case c == '"':
			for at++; at < len(text) && text[at] != '"'; at++ {
				if text[at] == '\\' {
					at++
				}
			}
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return at + 1
			}
		case c == '\'' || c == '#' || c > '~':
			return -1
		}
	}
	return -1
}
