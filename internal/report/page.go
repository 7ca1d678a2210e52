package report

import (
	"bufio"
	"io"
	"slices"
	"strings"

	"github.com/fatih/color"
	"github.com/mattn/go-runewidth"

	"github.com/redislint/redislint/internal/rules"
)

// TextOptions says how text for a person looks.
type TextOptions struct {
	Color bool
	Width int // in columns; 0 is 100
	// MinSeverity is the lowest severity of findings that are shown in full; "" is any.
	MinSeverity rules.Severity
	// Quiet leaves out everything but findings, errors and undecided rules.
	Quiet bool
}

// page writes lines of text. All of it goes through line, which lets nothing through that a terminal or a CI runner
// would obey.
type page struct {
	out   *bufio.Writer
	width int
	live  bool // objects are of a cluster, where no file has their lines
	styles
	paint func(style, string) string // nil for a terminal
}

// style is nil for plain text.
type style = *color.Color

type styles struct {
	strong, faint, good, bad, odd, note style
}

// span is a stretch of a line in one style.
type span struct {
	style style
	text  string
}

const (
	defaultWidth = 100
	minWidth     = 40
	comfortable  = 40 // columns that are enough to read text in
)

func newPage(w io.Writer, opts TextOptions) *page {
	p := &page{out: bufio.NewWriterSize(w, 1<<16), width: defaultWidth}
	if opts.Width > 0 {
		p.width = max(opts.Width, minWidth)
	}
	if opts.Color {
		style := func(attributes ...color.Attribute) style {
			c := color.New(attributes...)
			c.EnableColor()
			return c
		}
		p.styles = styles{
			strong: style(color.Bold),
			faint:  style(color.Faint),
			good:   style(color.FgGreen),
			bad:    style(color.FgRed, color.Bold),
			odd:    style(color.FgYellow, color.Bold),
			note:   style(color.FgCyan, color.Bold),
		}
	}
	return p
}

// severity is the style of a severity and of what it marks.
func (p *page) severity(s rules.Severity) style {
	switch s {
	case rules.Error:
		return p.bad
	case rules.Warning:
		return p.odd
	default:
		return p.note
	}
}

// line writes one line. Write errors are kept for flush.
func (p *page) line(spans ...span) {
	start := true
	for _, s := range spans {
		text := Visible(s.text)
		if start {
			text = inert(text)
			start = strings.TrimLeft(text, " ") == ""
		}
		switch {
		case p.paint != nil:
			text = p.paint(s.style, text)
		case s.style != nil && text != "":
			text = s.style.Sprint(text)
		}
		_, _ = p.out.WriteString(text)
	}
	_ = p.out.WriteByte('\n')
}

func (p *page) blank() { p.line() }

// hang writes the spans of head and then text, wrapped at the width with its further lines below its first one. Where
// that leaves too little room they go to the fallback column, and with hardly any so does the first.
func (p *page) hang(text string, style style, fallback int, head ...span) {
	p.hangWords(strings.Fields(Visible(text)), style, fallback, head...)
}

// hangWords is hang for text that is split already: what is one word stays on one line if it fits any.
func (p *page) hangWords(words []string, style style, fallback int, head ...span) {
	column := 0
	for _, s := range head {
		column += textWidth(Visible(s.text))
	}
	indent := column
	if p.width-column < comfortable {
		indent = min(fallback, column)
	}
	margin := []span{{nil, strings.Repeat(" ", indent)}}
	if column > indent && p.width-column < comfortable/2 {
		last := len(head) - 1
		p.line(append(head[:last:last], span{head[last].style, strings.TrimRight(head[last].text, " ")})...)
		head, column = margin, indent
	}
	for _, part := range wrap(words, p.width-column, p.width-indent) {
		p.line(append(slices.Clip(head), span{style, part})...)
		head = margin
	}
}

func (p *page) flush() error { return p.out.Flush() }

// terminal measures text as terminals do that are not set to East Asian ambiguous width, whatever the locale.
var terminal = &runewidth.Condition{StrictEmojiNeutral: true}

func textWidth(s string) int { return terminal.StringWidth(s) }

// wrap sets words in lines of at most rest columns, the first of at most first. A longer word is cut.
func wrap(words []string, first, rest int) []string {
	room, rest := max(first, 1), max(rest, 1)
	var lines []string
	var line strings.Builder
	used := 0
	breakLine := func() {
		lines = append(lines, line.String())
		line.Reset()
		room, used = rest, 0
	}
	for _, word := range words {
		width := textWidth(word)
		if used > 0 && used+1+width > room {
			breakLine()
		}
		if used > 0 {
			line.WriteByte(' ')
			used++
		}
		for used+width > room {
			head, tail := cut(word, room-used)
			line.WriteString(head)
			breakLine()
			word, width = tail, textWidth(tail)
		}
		line.WriteString(word)
		used += width
	}
	return append(lines, line.String())
}

// cut splits a word after at most room columns, and after one code point at least.
func cut(word string, room int) (head, tail string) {
	used := 0
	for i, r := range word {
		used += terminal.RuneWidth(r)
		if used > room && i > 0 {
			return word[:i], word[i:]
		}
	}
	return word, ""
}
