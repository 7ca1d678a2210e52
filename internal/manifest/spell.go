package manifest

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Span is a stretch of text in bytes, the end exclusive.
type Span struct{ Start, End int }

// Style is how a value is written.
type Style uint8

// The styles. Unwritten is that of a null that nobody wrote.
const (
	Unwritten Style = iota
	PlainStyle
	SingleQuoted
	DoubleQuoted
	Literal
	Folded
	Block
	Flow
)

// Spelling is how and where a value is written, by offsets in the object's Text.
type Spelling struct {
	Span       // from the first character of the value to the last
	Key   Span // of its key with the quotes; zero for what has none
	Style Style
}

// Text is what the object was read from: the text of a file or, of an embedded object, the string that holds it.
func (o *Object) Text() string {
	if o.source.file == nil { // derived, and written nowhere
		return ""
	}
	return o.source.file.text
}

// Within returns the object and the path of the string that an embedded object was read from.
func (o *Object) Within() (host *Object, path Path, ok bool) {
	if o.host == nil {
		return nil, nil, false
	}
	return o.host.object, o.host.path, true
}

// IsPlain reports whether the object is text that is neither YAML nor JSON.
func (o *Object) IsPlain() bool { return o.plain }

// Document is the extent of the object's document in its Text.
func (o *Object) Document() Span { return Span{int(o.source.start), int(o.source.end)} }

// InDocument is the path of the object in its document: nil where it is all of it, as most are.
func (o *Object) InDocument() Path { return o.within }

// Place turns a stretch of the Text into a Position.
func (o *Object) Place(at Span) Position {
	f := o.source.file
	line := func(at int) (int, int) {
		return 1 + f.breaks(at), utf8.RuneCountInString(f.text[f.lineStart(at):at]) + 1
	}
	var p Position
	p.Line, p.Column = line(at.Start)
	p.EndLine, p.EndColumn = line(at.End)
	return p
}

// Spell says how the value at a path is written. The error says why it is not written there for this path alone: it is
// missing, derived, or shared with others by an anchor.
func (o *Object) Spell(p Path) (Spelling, error) {
	if o.derivation != nil {
		return Spelling{}, errors.New("it follows from other values")
	}
	if o.plain {
		return Spelling{}, errors.New("it is in a file that is no YAML")
	}
	n := o.Root.At(p)
	if n == nil {
		return Spelling{}, errors.New("it is not written")
	}
	if err := o.shared(p); err != nil {
		return Spelling{}, err
	}
	end, err := o.extent(n)
	if err != nil {
		return Spelling{}, err
	}
	text, at, start := o.text(), int(n.at), int(o.source.start)
	s := Spelling{Span: Span{start + at, start + end}, Style: PlainStyle}
	if k := o.keyOf(p); k != nil {
		s.Key = Span{start + int(k.at), start + o.keyEnd(k)}
	}
	switch {
	case n.kind == Null && at == end:
		s.Style = Unwritten
	case at >= len(text):
		return Spelling{}, errors.New("it is written in a way that is hard to follow")
	case n.kind == Map || n.kind == Seq:
		s.Style = Block
		if text[at] == '{' || text[at] == '[' {
			s.Style = Flow
		}
	case text[at] == '\'':
		s.Style = SingleQuoted
	case text[at] == '"':
		s.Style = DoubleQuoted
	case n.kind == String && text[at] == '|':
		s.Style = Literal
	case n.kind == String && text[at] == '>':
		s.Style = Folded
	}
	return s, nil
}

// Stretch returns where value[offset:offset+length] of the String at a path is written, if every byte of it is written as
// it reads.
func (o *Object) Stretch(p Path, offset, length int) (Span, bool) {
	n := o.Root.At(p)
	if o.derivation != nil || n.Kind() != String || offset < 0 || length < 0 || offset > len(n.text) || length > len(n.text)-offset {
		return Span{}, false
	}
	start := int(o.source.start)
	if o.plain {
		return Span{offset, offset + length}, true
	}
	t, ok := traceScalar(o.text(), int(n.at), n.text)
	if !ok || len(t.runs) == 0 {
		return Span{}, false
	}
	from := t.source(offset)
	to := from
	if length > 0 {
		to = t.sourceEnd(offset + length - 1)
	}
	if to < from || o.text()[from:to] != n.text[offset:offset+length] {
		return Span{}, false
	}
	return Span{start + from, start + to}, true
}

// extent returns the offset after a value.
func (o *Object) extent(n *Node) (int, error) {
	text, at := o.text(), int(n.at)
	if n.kind != Map && n.kind != Seq {
		return o.scalarEnd(n), nil
	}
	if isAlias(text, at) {
		return tokenEnd(text, at), nil
	}
	end := at
	for i := range n.Len() {
		if n.kind == Map {
			k := &n.branch.keys[i]
			if k.at < n.at { // merged
				continue
			}
			end = max(end, o.keyEnd(k))
		}
		child, err := o.extent(&n.branch.values[i])
		if err != nil {
			return 0, err
		}
		end = max(end, child)
	}
	if at >= len(text) || text[at] != '{' && text[at] != '[' {
		return end, nil
	}
	for end = max(end, at+1); end < len(text); {
		switch text[end] {
		case ' ', '\t', '\r', '\n', ',', ':':
			end++
		case '#':
			end += lineSize(text[end:])
		case '}', ']':
			return end + 1, nil
		default:
			return 0, errors.New("it is written in a way that is hard to follow")
		}
	}
	return 0, errors.New("it does not end")
}

func (o *Object) keyEnd(k *key) int {
	if t, ok := traceScalar(o.text(), int(k.at), k.name); ok {
		return t.end
	}
	return tokenEnd(o.text(), int(k.at))
}

// shared says by what name the value at a path, or what holds it, is known elsewhere too.
func (o *Object) shared(p Path) error {
	if !o.source.file.hasAliases() {
		return nil
	}
	text := o.text()
	n := o.Root
	for i := 0; ; i++ {
		if isAlias(text, int(n.at)) {
			return fmt.Errorf("it is shared through the alias %s", text[n.at:tokenEnd(text, int(n.at))])
		}
		if name := anchorBefore(text, int(n.at)); name != "" && hasAlias(text, name) {
			return fmt.Errorf("it is shared through the anchor &%s", name)
		}
		if i == len(p) {
			return nil
		}
		if j := n.find(p[i]); j >= 0 && n.branch.keys[j].at < n.at {
			return errors.New("it is merged from another map")
		}
		n = n.child(p[i])
	}
}

// anchorBefore returns the name of the anchor in front of a value, "" when it has none.
func anchorBefore(text string, at int) string {
	for range 2 { // a tag may stand between
		rest := trimRightBlank(text[:min(at, len(text))])
		token := rest[1+strings.LastIndexAny(rest, " \t\r\n,[{"):]
		if name, ok := strings.CutPrefix(token, "&"); ok {
			return name
		}
		if !strings.HasPrefix(token, "!") {
			return ""
		}
		at = len(rest) - len(token)
	}
	return ""
}

// trimRightBlank drops blanks, line breaks and comments from the end of a text.
func trimRightBlank(text string) string {
	for {
		text = strings.TrimRight(text, " \t\r\n")
		line := text[1+strings.LastIndexByte(text, '\n'):]
		comment := strings.Index(" "+line, " #")
		if comment < 0 {
			return text
		}
		text = text[:len(text)-len(line)+comment]
	}
}

func hasAlias(text, name string) bool {
	for rest := text; ; {
		i := strings.Index(rest, "*"+name)
		if i < 0 {
			return false
		}
		rest = rest[i+1+len(name):]
		if rest == "" || strings.IndexByte(" \t\r\n,]}:", rest[0]) >= 0 {
			return true
		}
	}
}

// hasAliases reports whether there may be aliases in the file.
func (f *file) hasAliases() bool {
	f.alias.Do(func() { f.aliases = strings.Contains(f.text, "*") })
	return f.aliases
}
