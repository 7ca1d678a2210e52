package manifest

import (
	"strings"
	"unicode/utf8"
)

// Position is where something is written: 1-based lines and columns of the file, columns in Unicode code points, the
// end exclusive.
type Position struct{ Line, Column, EndLine, EndColumn int }

// Locate returns where the value at a path is written: a scalar's whole extent with its quotes; for a map or sequence
// its key, or the first key of a map that is a list item. What is missing is located at its nearest existing ancestor.
//
// A value of a derived object is located where its Ref leads, in the file of the Ref's object.
func (o *Object) Locate(p Path) Position {
	if ref, ok := o.Written(p, 0); ok {
		return ref.locate()
	}
	if o.plain {
		return o.span(0, strings.IndexByte(o.text()+"\n", '\n'))
	}
	p = o.existing(p)
	n := o.Root.At(p)
	switch n.Kind() {
	case Map, Seq:
		if k := o.keyOf(p); k != nil {
			return o.keySpan(k)
		}
		return o.head(n)
	default:
		end := o.scalarEnd(n)
		if k := o.keyOf(p); k != nil && end == int(n.at) { // a null that is not written
			return o.keySpan(k)
		}
		return o.span(int(n.at), end)
	}
}

// LocateKey returns where the key at a path is written; an item of a sequence, which has none, is located as a value.
func (o *Object) LocateKey(p Path) Position {
	if ref, ok := o.Written(p, 0); ok {
		return ref.Object.LocateKey(ref.Path)
	}
	p = o.existing(p)
	if k := o.keyOf(p); k != nil {
		return o.keySpan(k)
	}
	return o.Locate(p)
}

// LocateWithin returns where value[offset:offset+length] of the String at a path is written, both in bytes. What cannot
// be told exactly, such as text that comes through an alias, is located as the whole value.
func (o *Object) LocateWithin(p Path, offset, length int) Position {
	if o.derivation != nil {
		return o.derivation.locateWithin(o.Root, p, offset, length)
	}
	n := o.Root.At(p)
	if n.Kind() != String || offset < 0 || length < 0 || offset > len(n.text) || length > len(n.text)-offset {
		return o.Locate(p)
	}
	if o.plain {
		return o.span(offset, offset+length)
	}
	t, ok := traceScalar(o.text(), int(n.at), n.text)
	if !ok {
		return o.Locate(p)
	}
	end := offset + length
	for offset > 0 && offset < len(n.text) && !utf8.RuneStart(n.text[offset]) { // whole characters only
		offset--
	}
	for end < len(n.text) && !utf8.RuneStart(n.text[end]) {
		end++
	}
	if offset == end {
		return o.span(t.source(offset), t.source(offset))
	}
	return o.span(t.source(offset), t.sourceEnd(end-1))
}

// Lines returns source lines of the object's document, without line breaks, from one line of the file to another, both
// included. Lines outside the document are left out, so the first one may be later than from.
func (o *Object) Lines(from, to int) []string {
	if o.host != nil {
		return o.host.object.Lines(from, to)
	}
	s := o.source
	line := max(from, int(s.line))
	start := s.file.lineStart(int(s.start))
	if line > int(s.line) {
		start = max(start, s.file.afterBreaks(s.file.breaks(int(s.start))+line-int(s.line)))
	}
	var lines []string
	for text := s.file.text[min(start, int(s.end)):s.end]; text != "" && line <= to; line++ {
		size := lineSize(text)
		lines = append(lines, strings.TrimRight(text[:size], "\r\n"))
		text = text[size:]
	}
	return lines
}

// Source returns the whole text of the file that the object's positions are in.
func (o *Object) Source() string {
	switch {
	case o.host != nil:
		return o.host.object.Source()
	case o.source.file == nil: // derived, and written nowhere
		return ""
	}
	return o.source.file.text
}

// Extent returns the first and the last line of the object's document, its comments included. Every item of a List
// shares the document.
func (o *Object) Extent() (first, last int) {
	if o.host != nil {
		return o.host.object.Extent()
	}
	first = int(o.source.line)
	return first, first + strings.Count(strings.TrimSuffix(o.text(), "\n"), "\n")
}

// lineStart returns the offset of the line that an offset in the file is on, after any byte order mark.
func (f *file) lineStart(at int) int {
	if i := strings.LastIndexByte(f.text[:at], '\n'); i >= 0 {
		return i + 1
	}
	if strings.HasPrefix(f.text, byteOrderMark) {
		return len(byteOrderMark)
	}
	return 0
}

// existing cuts a path down to the part that exists.
func (o *Object) existing(p Path) Path {
	n := o.Root
	for i, segment := range p {
		if n = n.child(segment); n == nil {
			return p[:i]
		}
	}
	return p
}

// keyOf returns the key that a path ends with, or nil.
func (o *Object) keyOf(p Path) *key {
	if len(p) == 0 {
		return nil
	}
	parent := o.Root.At(p[:len(p)-1])
	if i := parent.find(p[len(p)-1]); i >= 0 {
		return &parent.branch.keys[i]
	}
	return nil
}

func (o *Object) keySpan(k *key) Position {
	if t, ok := traceScalar(o.text(), int(k.at), k.name); ok {
		return o.span(int(k.at), t.end)
	}
	return o.span(int(k.at), tokenEnd(o.text(), int(k.at)))
}

// head locates a map or sequence that no key leads to: the first key written in it, or the character it starts with.
func (o *Object) head(n *Node) Position {
	at := int(n.at)
	if isAlias(o.text(), at) {
		return o.span(at, tokenEnd(o.text(), at))
	}
	var first *key
	if n.Kind() == Map && n.branch != nil {
		for i := range n.branch.keys {
			// A merged key may be written elsewhere.
			if k := &n.branch.keys[i]; k.at >= n.at && (first == nil || k.at < first.at) {
				first = k
			}
		}
	}
	if first != nil {
		return o.keySpan(first)
	}
	return o.span(at, at+1)
}

// scalarEnd returns the offset after a scalar.
func (o *Object) scalarEnd(n *Node) int {
	text, at := o.text(), int(n.at)
	switch {
	case n.kind == Null && n.text == "" && !isAlias(text, at) && !isQuote(text, at):
		return at
	case n.kind == String:
		if t, ok := traceScalar(text, at, n.text); ok {
			return t.end
		}
	}
	return tokenEnd(text, at)
}

// span turns offsets in the document into a Position.
func (o *Object) span(start, end int) Position {
	text := o.text()
	start = min(start, len(text))
	end = min(max(end, start), len(text))
	if o.host != nil {
		return o.host.span(start+int(o.source.start), end-start)
	}
	var pos Position
	pos.Line, pos.Column = o.position(start)
	pos.EndLine, pos.EndColumn = o.position(end)
	return pos
}

// position turns an offset in the document into a line and column of the file.
func (o *Object) position(at int) (line, column int) {
	s := o.source
	end := int(s.start) + at
	line = int(s.line) + s.file.breaks(end) - s.file.breaks(int(s.start))
	return line, utf8.RuneCountInString(s.file.text[s.file.lineStart(end):end]) + 1
}
