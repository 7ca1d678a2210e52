package report

import (
	"bufio"
	"bytes"
	"html"
	"html/template"
	"strings"

	"github.com/fatih/color"

	"github.com/redislint/redislint/internal/rules"
)

// htmlFrame is the code frame of a place, as in text, for a <pre>. The mark has a class.
func htmlFrame(place rules.Place, live bool, class, label string, context bool) template.HTML {
	var out bytes.Buffer
	faint, mark := color.New(), color.New() // told apart by their addresses
	p := &page{out: bufio.NewWriter(&out), width: defaultWidth, live: live, styles: styles{faint: faint}}
	p.paint = func(s style, text string) string {
		text = html.EscapeString(text)
		switch s {
		case faint:
			return `<span class="bar">` + text + `</span>`
		case mark:
			return `<span class="caret ` + html.EscapeString(Visible(class)) + `">` + text + `</span>`
		}
		return text
	}
	p.frame(place, mark, label, context)
	_ = p.flush() // into memory
	return template.HTML(flush(strings.TrimSuffix(out.String(), "\n")))
}

// flush takes away the margin that all lines share. It may stand inside the first element of a line.
func flush(text string) string {
	lines := strings.Split(text, "\n")
	heads, shared := make([]string, len(lines)), -1
	for i, line := range lines {
		if strings.HasPrefix(line, "<span") {
			heads[i] = line[:strings.IndexByte(line, '>')+1]
			lines[i] = line[len(heads[i]):]
		}
		margin := len(lines[i]) - len(strings.TrimLeft(lines[i], " "))
		if shared < 0 || margin < shared {
			shared = margin
		}
	}
	for i := range lines {
		lines[i] = heads[i] + lines[i][shared:]
	}
	return strings.Join(lines, "\n")
}
