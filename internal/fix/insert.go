package fix

import (
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

// insert writes a value that is missing, with the keys that lead to it.
func (s spot) insert(t token) ([]Edit, error) {
	depth, n := 0, s.object.Root
	for _, segment := range s.path {
		next := n.At(manifest.Path{segment})
		if next.Kind() == manifest.Absent || next.Kind() == manifest.Null && depth == len(s.path)-1 {
			break
		}
		n = next
		depth++
	}
	holder, missing := s.path[:depth], s.path[depth:]
	if len(missing) == 0 {
		return nil, refuse("it is not written")
	}
	at, err := s.object.Spell(holder)
	if err != nil {
		return nil, refuse("%v", err)
	}
	if null := n.At(missing[:1]); null != nil {
		return s.fill(t)
	}
	switch {
	case n.Kind() == manifest.Null && at.Style == manifest.Unwritten && at.Key.End > 0:
		return s.openBlock(holder, at, missing, t, false)
	case n.Kind() != manifest.Map:
		return nil, refuse("%s is no map", strings.Join(holder, "."))
	case at.Style == manifest.Flow && n.Len() == 0:
		return s.insertEmpty(holder, at, missing, t)
	case at.Style == manifest.Flow:
		return s.insertFlow(holder, n, missing, t)
	default:
		return s.insertBlock(holder, n, at, missing, t)
	}
}

// fill writes a value in the place of a null.
func (s spot) fill(t token) ([]Edit, error) {
	at, err := s.object.Spell(s.path)
	if err != nil {
		return nil, refuse("%v", err)
	}
	if at.Style != manifest.Unwritten {
		switch s.object.Text()[at.Start:at.End] {
		case "null", "Null", "NULL", "~":
			return s.replace(t)
		default:
			return nil, refuse("it is written in a way that is hard to follow")
		}
	}
	colon, err := s.colon(at)
	if err != nil {
		return nil, err
	}
	return one(s.edit(colon, colon, " "+t.write(manifest.PlainStyle, s.isJSON())))
}

// colon returns the offset behind the colon of a key.
func (s spot) colon(at manifest.Spelling) (int, error) {
	source := s.object.Text()
	rest := source[at.Key.End:]
	blank := len(rest) - len(strings.TrimLeft(rest, " \t"))
	if at.Key.End == 0 || !strings.HasPrefix(rest[blank:], ":") {
		return 0, refuse("it is written in a way that is hard to follow")
	}
	colon := at.Key.End + blank + 1
	if strings.ContainsAny(next(source[colon:]), "&!") {
		return 0, refuse("it has an anchor or a tag")
	}
	return colon, nil
}

// next returns the first character of YAML that is neither blank nor in a comment.
func next(text string) string {
	for {
		text = strings.TrimLeft(text, " \t\r\n")
		if !strings.HasPrefix(text, "#") {
			return text[:min(len(text), 1)]
		}
		_, text, _ = strings.Cut(text, "\n")
	}
}

// insertBlock adds a line to a map whose keys stand below one another: behind the last scalar of one line, or at its end.
func (s spot) insertBlock(holder manifest.Path, n *manifest.Node, at manifest.Spelling, missing manifest.Path, t token) ([]Edit, error) {
	source := s.object.Text()
	var sibling, last manifest.Spelling
	for name := range n.Fields() {
		other, err := s.object.Spell(clone(holder, name))
		if err != nil || other.Key.End == 0 {
			continue // merged, or shared: it is somewhere else
		}
		line, end := lineAt(source, other.Key.Start)
		single := other.Style != manifest.Block && other.Style != manifest.Literal && other.Style != manifest.Folded && other.End <= end
		if single && line >= 0 && other.End >= sibling.End {
			sibling = other
		}
		if other.End >= last.End {
			last = other
		}
	}
	if sibling.Key.End == 0 {
		sibling = last
	}
	if sibling.Key.End == 0 || sibling.Key.Start < at.Start {
		return nil, refuse("all of %s comes from elsewhere", nameOf(holder))
	}
	start, _ := lineAt(source, sibling.Key.Start)
	if strings.Trim(source[start:sibling.Key.Start], " -") != "" {
		return nil, refuse("%s is written in a way that is hard to follow", nameOf(holder))
	}
	column := sibling.Key.Start - start
	_, end := lineAt(source, max(sibling.End, sibling.Key.End))
	if sibling.Style == manifest.Literal || sibling.Style == manifest.Folded {
		end = afterKept(source, sibling, end)
	}
	if sibling.Style == manifest.Block {
		end = afterKept(source, sibling, end)
	}
	inText := strings.ContainsAny(source[sibling.Start:sibling.End], "|>")
	if sibling.Style >= manifest.Literal && (blanksFollow(source, end) || inText && end == len(source)) {
		return nil, refuse("%s is written in a way that is hard to follow", nameOf(holder))
	}
	quoted := source[sibling.Key.Start] == '"'
	lines := blockLines(missing, t, column, s.step(holder, column), quoted)
	if sibling.Style == manifest.Flow && source[sibling.Start] == '{' && len(missing) > 1 {
		lines = []string{strings.Repeat(" ", column) + flowText(missing, t, quoted, false)}
	}
	return one(s.edit(end, end, breakOf(source)+strings.Join(lines, breakOf(source))))
}

// blanksFollow reports whether the next line is empty but for blanks, which may belong to a text.
func blanksFollow(source string, end int) bool {
	rest := strings.TrimLeft(source[end:], "\r\n")
	line, _, _ := strings.Cut(rest, "\n")
	return rest != "" && strings.TrimSpace(line) == ""
}

// afterKept skips the blank lines behind a value that may be part of a text at its end.
func afterKept(source string, at manifest.Spelling, end int) int {
	if !strings.Contains(source[at.Start:at.End], "|+") && !strings.Contains(source[at.Start:at.End], ">+") {
		return end
	}
	for end+len(breakOf(source)) < len(source) {
		_, next := lineAt(source, end+len(breakOf(source)))
		if next <= end || strings.TrimSpace(source[end:next]) != "" {
			return end
		}
		end = next
	}
	return end
}

// openBlock writes keys below one that holds nothing yet.
func (s spot) openBlock(holder manifest.Path, at manifest.Spelling, missing manifest.Path, t token, empty bool) ([]Edit, error) {
	source := s.object.Text()
	start, end := lineAt(source, at.Key.Start)
	if strings.Trim(source[start:at.Key.Start], " -") != "" || s.isJSON() {
		return nil, refuse("%s is written in a way that is hard to follow", nameOf(holder))
	}
	column := at.Key.Start - start
	step := s.step(holder[:len(holder)-1], column)
	lines := blockLines(missing, t, column+step, step, source[at.Key.Start] == '"')
	text := breakOf(source) + strings.Join(lines, breakOf(source))
	if empty {
		colon, err := s.colon(at)
		if err != nil {
			return nil, err
		}
		return one(s.edit(colon, end, text))
	}
	if text := source[at.Key.End:end]; strings.ContainsAny(text, "&!*") {
		return nil, refuse("%s is written in a way that is hard to follow", nameOf(holder))
	}
	return one(s.edit(end, end, text))
}

// insertEmpty writes keys into {}: on lines below where nothing else is on its line, else between the braces.
func (s spot) insertEmpty(holder manifest.Path, at manifest.Spelling, missing manifest.Path, t token) ([]Edit, error) {
	source := s.object.Text()
	if at.Key.End > 0 {
		colon, err := s.colon(at)
		start, end := lineAt(source, at.Key.Start)
		if err == nil && !s.isJSON() && strings.Trim(source[start:at.Key.Start], " -") == "" && at.End <= end &&
			strings.TrimSpace(source[colon:at.Start]) == "" && strings.TrimSpace(source[at.End:end]) == "" {
			return s.openBlock(holder, at, missing, t, true)
		}
	}
	inner := source[at.Start+1 : at.End-1]
	if strings.TrimSpace(inner) != "" {
		return nil, refuse("%s is written in a way that is hard to follow", nameOf(holder))
	}
	return one(s.edit(at.Start+1, at.End-1, flowText(missing, t, s.isJSON(), s.isJSON())))
}

// insertFlow adds a key behind the last one between braces.
func (s spot) insertFlow(holder manifest.Path, n *manifest.Node, missing manifest.Path, t token) ([]Edit, error) {
	source := s.object.Text()
	var last manifest.Spelling
	for name := range n.Fields() {
		other, err := s.object.Spell(clone(holder, name))
		if err == nil && other.Key.End > 0 && other.End >= last.End {
			last = other
		}
	}
	if last.Key.End == 0 {
		return nil, refuse("all of %s comes from elsewhere", nameOf(holder))
	}
	start, _ := lineAt(source, last.Key.Start)
	before := source[start:last.Key.Start]
	separator := ", "
	switch {
	case strings.TrimSpace(before) == "":
		separator = "," + breakOf(source) + before
	case s.isJSON() && strings.Contains(source[last.Key.Start-1:last.Key.Start], ","):
		separator = ","
	}
	json := s.isJSON() || source[last.Key.Start] == '"'
	end := max(last.End, last.Key.End)
	if last.Style == manifest.Unwritten {
		return nil, refuse("%s is written in a way that is hard to follow", nameOf(holder))
	}
	return one(s.edit(end, end, separator+flowText(missing, t, json, s.isJSON())))
}

// flowText is a: {b: value}, in JSON's form or YAML's.
func flowText(keys manifest.Path, t token, quotedKeys, json bool) string {
	key := keyText(keys[0], quotedKeys)
	value := ""
	if len(keys) == 1 {
		value = t.write(manifest.PlainStyle, json)
	} else {
		value = "{" + flowText(keys[1:], t, quotedKeys, json) + "}"
	}
	return key + ": " + value
}

// blockLines are the lines of keys one below the other, and their value.
func blockLines(keys manifest.Path, t token, column, step int, quotedKeys bool) []string {
	var lines []string
	for i, k := range keys {
		line := strings.Repeat(" ", column+i*step) + keyText(k, quotedKeys) + ":"
		if i == len(keys)-1 {
			line += " " + t.write(manifest.PlainStyle, false)
		}
		lines = append(lines, line)
	}
	return lines
}

func keyText(key string, inQuotes bool) string {
	if inQuotes || !isPlainText(key) {
		return quoted(key)
	}
	return key
}

// step is how far the keys of a map stand in from those of the map that holds it: as above, or in the whole document.
func (s spot) step(holder manifest.Path, column int) int {
	source := s.object.Text()
	for ; len(holder) > 0; holder = holder[:len(holder)-1] {
		at, err := s.object.Spell(holder)
		if err != nil || at.Key.End == 0 {
			continue
		}
		start, _ := lineAt(source, at.Key.Start)
		outer := at.Key.Start - start
		if n := s.object.Root.At(holder); n.Kind() == manifest.Map && column > outer && column-outer <= 8 {
			return column - outer
		}
		column = outer
	}
	return 2
}

func nameOf(path manifest.Path) string {
	if len(path) == 0 {
		return "the document"
	}
	return strings.Join(path, ".")
}
