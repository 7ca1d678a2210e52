package main

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	columns    = 100
	mostLines  = 44
	cellWidth  = 8.0
	lineHeight = 18.0
	inset      = 20.0
	bar        = 34.0
)

// classes are what redislint uses of a terminal's attributes.
var classes = map[string]string{
	"1": "b", "2": "f", "32": "g", "31;1": "e", "33;1": "w", "36;1": "n",
}

var attribute = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// terminal draws the beginning and the last lines of what a command prints.
func terminal(command string, output []byte) []byte {
	lines := strings.Split(strings.TrimRight(string(output), "\n"), "\n")
	if len(lines) > mostLines {
		end := len(lines) - 1
		for end > 0 && strings.TrimSpace(lines[end-1]) != "" {
			end--
		}
		begin := mostLines - (len(lines) - end) - 2
		for begin > 1 && strings.TrimSpace(lines[begin-1]) != "" { // whole findings only
			begin--
		}
		lines = append(append(append([]string{}, lines[:begin]...), "\x1b[2m  …\x1b[0m", ""), lines[end:]...)
	}
	lines = append([]string{"\x1b[32m$\x1b[0m \x1b[1m" + command + "\x1b[0m"}, lines...)

	width, height := inset*2+columns*cellWidth, bar+inset+float64(len(lines))*lineHeight
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%g" height="%g" viewBox="0 0 %[1]g %[2]g" role="img" aria-labelledby="title">
<title id="title">What %s prints</title>
<style>text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;fill:#d8dee4;white-space:pre}.b{font-weight:700;fill:#fff}.f{fill:#8b949e}.g{fill:#7fca9c}.e{fill:#ff8a7d;font-weight:700}.w{fill:#e0b050;font-weight:700}.n{fill:#7fc6d8;font-weight:700}</style>
<rect width="100%%" height="100%%" rx="10" fill="#15181c"/>
<g fill="#3b424a"><circle cx="22" cy="19" r="5.5"/><circle cx="40" cy="19" r="5.5"/><circle cx="58" cy="19" r="5.5"/></g>
`, width, height, html.EscapeString(command))
	for i, line := range lines {
		draw(&b, line, bar+inset/2+float64(i)*lineHeight+6)
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// draw writes the stretches of a line, each at its column and as wide as its columns are, whatever the font.
func draw(b *strings.Builder, line string, y float64) {
	column, class := 0, ""
	write := func(text string) {
		n := utf8.RuneCountInString(text)
		if trimmed := strings.TrimLeft(text, " "); trimmed != "" {
			skip := n - utf8.RuneCountInString(trimmed)
			trimmed = strings.TrimRight(trimmed, " ")
			fmt.Fprintf(b, `<text class="%s" x="%g" y="%g" textLength="%g" lengthAdjust="spacingAndGlyphs">%s</text>`+"\n", class,
				inset+float64(column+skip)*cellWidth, y, float64(utf8.RuneCountInString(trimmed))*cellWidth, html.EscapeString(strings.ReplaceAll(trimmed, " ", "\u00a0")))
		}
		column += n
	}
	at := 0
	for _, match := range attribute.FindAllStringSubmatchIndex(line, -1) {
		write(line[at:match[0]])
		class = classes[line[match[2]:match[3]]]
		at = match[1]
	}
	write(line[at:])
}
