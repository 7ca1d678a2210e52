package fix

import (
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

// replace writes another scalar in the place of one, in its style.
func (s spot) replace(t token) ([]Edit, error) {
	at, err := s.object.Spell(s.path)
	if err != nil {
		return nil, refuse("%v", err)
	}
	switch at.Style {
	case manifest.Literal, manifest.Folded:
		value, _ := s.object.Root.At(s.path).Str()
		s.at = rules.Stretch{Length: len(strings.TrimRight(value, "\n"))}
		return s.splice(t.text)
	case manifest.Block, manifest.Flow:
		return nil, refuse("it follows from other values")
	default:
	}
	source := s.object.Text()
	if tagged(source, at.Start) {
		return nil, refuse("it has a tag of its own")
	}
	if strings.ContainsAny(source[at.Start:at.End], "\r\n") {
		return nil, refuse("it is written over several lines")
	}
	return one(s.edit(at.Start, at.End, t.write(at.Style, at.Style == manifest.PlainStyle && s.isJSON())))
}

// tagged reports whether a tag stands in front of a value.
func tagged(source string, at int) bool {
	rest := strings.TrimRight(source[:at], " \t\r\n")
	word := rest[1+strings.LastIndexAny(rest, " \t\r\n,[{"):]
	return strings.HasPrefix(word, "!")
}

// isJSON reports whether the object's document is JSON.
func (s spot) isJSON() bool {
	d := s.object.Document()
	text := strings.TrimLeft(s.object.Text()[d.Start:d.End], byteOrderMark+" \t\r\n")
	return strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[")
}

// splice writes another text in the place of a stretch of a String.
func (s spot) splice(text string) ([]Edit, error) {
	return one(s.put(text))
}

func (s spot) put(text string) (Edit, error) {
	at, ok := s.object.Stretch(s.path, s.at.Offset, s.at.Length)
	if !ok {
		return Edit{}, refuse("it is written in a way that is hard to follow")
	}
	if s.object.IsPlain() {
		return Edit{}, refuse("it is in a file that is no manifest")
	}
	spelled, err := s.object.Spell(s.path)
	if err != nil {
		return Edit{}, refuse("%v", err)
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	several := strings.Contains(text, "\n")
	source := s.object.Text()
	switch spelled.Style {
	case manifest.Literal:
		start, _ := lineAt(source, at.Start)
		if at.Start == spelled.Start || start <= spelled.Start {
			return Edit{}, refuse("it is written in a way that is hard to follow")
		}
		if several {
			indent, ok := s.indentation(source)
			if !ok {
				return Edit{}, refuse("it is written in a way that is hard to follow")
			}
			text = reindented(text, breakOf(source), indent)
		}
	case manifest.Folded:
		if several {
			return Edit{}, refuse("lines of a folded text cannot be told apart")
		}
	case manifest.DoubleQuoted:
		text = escaped(text)
	case manifest.SingleQuoted:
		if several {
			return Edit{}, refuse("a text in single quotes takes no lines")
		}
		text = strings.ReplaceAll(text, "'", "''")
	default:
		if several || strings.Trim(text, plainCharacters+" ") != "" || strings.TrimSpace(text) != text {
			return Edit{}, refuse("it would need quotes")
		}
	}
	return s.edit(at.Start, at.End, text)
}

// plainCharacters mean themselves wherever they stand in a scalar without quotes.
const plainCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+/"

// indentation is what stands in front of each line of a literal text.
func (s spot) indentation(source string) (string, bool) {
	value, _ := s.object.Root.At(s.path).Str()
	offset := 0
	for line := range strings.Lines(value) {
		content := strings.TrimRight(line, "\r\n")
		if content == "" {
			offset += len(line)
			continue
		}
		at, ok := s.object.Stretch(s.path, offset, len(content))
		if !ok {
			return "", false
		}
		start, _ := lineAt(source, at.Start)
		indent := source[start:at.Start]
		return indent, strings.Trim(indent, " ") == ""
	}
	return "", false
}

// reindented puts the line breaks and the indentation of a block into a text. Empty lines stay empty.
func reindented(text, lineBreak, indent string) string {
	lines := strings.Split(text, "\n")
	for i := range lines[1:] {
		if lines[i+1] != "" || i+1 == len(lines)-1 {
			lines[i+1] = indent + lines[i+1]
		}
	}
	return strings.Join(lines, lineBreak)
}
