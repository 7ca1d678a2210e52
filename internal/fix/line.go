package fix

import (
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

// lineOf returns the offsets in a text of the line that the stretch is on, without its break, if nothing else is on it.
func (s spot) lineOf(text string) (start, end int, err error) {
	if s.at.Length == 0 || s.at.Offset+s.at.Length > len(text) {
		return 0, 0, refuse("it does not stand on a line of its own")
	}
	start = 1 + strings.LastIndexByte(text[:s.at.Offset], '\n')
	end = len(text)
	if i := strings.IndexByte(text[s.at.Offset:], '\n'); i >= 0 {
		end = s.at.Offset + i
	}
	if strings.TrimSpace(text[start:s.at.Offset]) != "" || strings.TrimSpace(text[min(end, s.at.Offset+s.at.Length):end]) != "" ||
		strings.Contains(text[s.at.Offset:s.at.Offset+s.at.Length], "\n") || !strings.Contains(text, "\n") {
		return 0, 0, refuse("it does not stand on a line of its own")
	}
	return start, end, nil
}

// addLine adds a line above the one that the stretch is on.
func (s spot) addLine(line string) ([]Edit, error) {
	text, _ := s.object.Root.At(s.path).Str()
	start, _, err := s.lineOf(text)
	if err != nil {
		return nil, err
	}
	indent := text[start:s.at.Offset]
	s.at = rules.Stretch{Offset: start + len(indent)}
	return s.splice(line + "\n" + indent)
}

// removeLine removes the line that the stretch is on.
func (s spot) removeLine() ([]Edit, error) {
	text, _ := s.object.Root.At(s.path).Str()
	start, end, err := s.lineOf(text)
	if err != nil {
		return nil, err
	}
	at, ok := s.object.Stretch(s.path, start, end-start)
	spelled, err := s.object.Spell(s.path)
	if err != nil {
		return nil, refuse("%v", err)
	}
	if !ok || spelled.Style != manifest.Literal || strings.TrimSpace(text[:start]+text[end:]) == "" {
		return nil, refuse("it is written in a way that is hard to follow")
	}
	source := s.object.Text()
	from, _ := lineAt(source, at.Start)
	to := at.End
	if i := strings.IndexByte(source[to:], '\n'); i >= 0 {
		return one(s.edit(from, to+i+1, ""))
	}
	return nil, refuse("it is the last line of the file")
}

// addDirective adds a setting of redis.conf to a file, a list of arguments or a list of settings.
func (s spot) addDirective(name, value string) ([]Edit, error) {
	n := s.object.Root.At(s.path)
	switch n.Kind() {
	case manifest.Absent, manifest.Null:
		setting := token{text: name + " " + value}.write(manifest.PlainStyle, s.isJSON())
		return s.insert(token{text: "[" + setting + "]", number: true})
	case manifest.String:
		return s.addToText(n.Text(), name, value)
	case manifest.Seq:
		if n.Len() == 0 {
			break
		}
		words := []token{{text: name + " " + value}}
		if isArguments(n) {
			words = []token{{text: "--" + name}, {text: value}}
			if last := n.Index(n.Len() - 1).Text(); strings.HasPrefix(last, "--") && strings.Contains(last, " ") {
				words = []token{{text: "--" + name + " " + value}}
			}
		}
		return s.addItems(n, words)
	default:
	}
	return nil, refuse("no file or list of settings is in sight to write %s to", name)
}

func isArguments(n *manifest.Node) bool {
	for _, item := range n.Items() {
		if strings.HasPrefix(item.Text(), "-") || strings.HasSuffix(item.Text(), "redis-server") {
			return true
		}
	}
	return false
}

// addToText adds a line to the text of a redis.conf: behind the last one of its kin, or at the end.
func (s spot) addToText(text, name, value string) ([]Edit, error) {
	kin, _, _ := strings.Cut(name, "-")
	offset, indent, end := 0, "", -1
	for line := range strings.Lines(text) {
		content := strings.TrimRight(line, "\r\n")
		trimmed := strings.TrimLeft(content, " \t")
		if trimmed != "" && (strings.HasPrefix(trimmed, kin) || end < 0 || !kinAt(text, end, kin)) {
			end, indent = offset+len(content), content[:len(content)-len(trimmed)]
		}
		offset += len(line)
	}
	if end < 0 || !strings.Contains(text, "\n") {
		return nil, refuse("the file that it would be written to is empty, or has one line")
	}
	s.at = rules.Stretch{Offset: end}
	return s.splice("\n" + indent + name + " " + value)
}

// kinAt reports whether the line that ends at an offset begins with a word.
func kinAt(text string, end int, kin string) bool {
	line := text[1+strings.LastIndexByte(text[:end], '\n') : end]
	return strings.HasPrefix(strings.TrimLeft(line, " \t"), kin)
}

// addItems adds scalars to the end of a list.
func (s spot) addItems(n *manifest.Node, words []token) ([]Edit, error) {
	list, err := s.object.Spell(s.path)
	if err != nil {
		return nil, refuse("%v", err)
	}
	path := clone(s.path, strconv.Itoa(n.Len()-1))
	last, err := s.object.Spell(path)
	if err != nil {
		return nil, refuse("%v", err)
	}
	source := s.object.Text()
	if last.Style != manifest.PlainStyle && last.Style != manifest.SingleQuoted && last.Style != manifest.DoubleQuoted ||
		strings.ContainsAny(source[last.Start:last.End], "\r\n") {
		return nil, refuse("it is written in a way that is hard to follow")
	}
	start, end := lineAt(source, last.Start)
	separator := ", "
	if list.Style == manifest.Block {
		dash := source[start:last.Start]
		if strings.Trim(dash, " ") != "-" {
			return nil, refuse("it is written in a way that is hard to follow")
		}
		separator = breakOf(source) + dash
	} else {
		end = last.End
		if before := source[start:last.Start]; strings.TrimSpace(before) == "" {
			separator = "," + breakOf(source) + before
		}
	}
	var b strings.Builder
	for _, w := range words {
		b.WriteString(separator + w.write(last.Style, s.isJSON()))
	}
	return one(s.edit(end, end, b.String()))
}
