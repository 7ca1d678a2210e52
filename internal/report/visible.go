package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible returns s with everything that could act on a terminal, hide from a reader or command a CI runner written as
// a visible escape: control characters, bidirectional controls, whatever has no width, invalid UTF-8, and the commands
// that Azure Pipelines and TeamCity read out of a log. It is idempotent.
func Visible(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		text, size := glyph(s, i)
		b.WriteString(text)
		i += size
	}
	return b.String()
}

// plain reports whether s needs no escape: most text is ASCII.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= utf8.RuneSelf || s[i] == 0x7f || s[i] == '#' {
			return false
		}
	}
	return true
}

// glyph returns the code point at s[i:] as it is shown, and its size in s.
func glyph(s string, i int) (shown string, size int) {
	r, size := utf8.DecodeRuneInString(s[i:])
	switch {
	case r == utf8.RuneError && size <= 1:
		return fmt.Sprintf(`\x%02x`, s[i]), 1
	case r == '#' && commandsRunner(s[i:]):
		return `\x23`, 1
	case showable(r):
		return s[i : i+size], size
	case r < utf8.RuneSelf:
		return fmt.Sprintf(`\x%02x`, r), size
	case r <= 0xffff:
		return fmt.Sprintf(`\u%04x`, r), size
	default:
		return fmt.Sprintf(`\U%08x`, r), size
	}
}

// showable reports whether a reader sees r, and sees it where it stands.
func showable(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= ' ' && r != 0x7f
	}
	return unicode.IsPrint(r) && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// commandsRunner reports whether s starts as ##vso[…] or ##teamcity[…] do, which runners obey within a line.
func commandsRunner(s string) bool {
	name, found := strings.CutPrefix(s, "##")
	if !found {
		return false
	}
	name = strings.TrimLeftFunc(name, func(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' })
	return strings.HasPrefix(name, "[")
}

// inert returns a line that GitHub's runner does not obey: it reads ::command:: after any leading spaces.
func inert(line string) string {
	spaces := len(line) - len(strings.TrimLeft(line, " "))
	if strings.HasPrefix(line[spaces:], "::") {
		return line[:spaces] + `\x3a` + line[spaces+1:]
	}
	return line
}
