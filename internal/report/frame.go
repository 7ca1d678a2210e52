package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/redislint/redislint/internal/rules"
)

// The columns before the | of a code frame, and before the source text.
const barColumn, sourceColumn = 9, 11

const tabWidth = 4

// frame shows a place in its source: its line, a mark below it with a label, and before that, with context, the line
// before it.
func (p *page) frame(place rules.Place, mark style, label string, context bool) {
	at := place.Position
	if place.In == nil || at.Line < 1 {
		if label != "" {
			p.hang(label, nil, barColumn, span{nil, strings.Repeat(" ", barColumn)})
		}
		return
	}
	room := p.width - sourceColumn
	end := at.EndColumn
	if at.EndLine > at.Line {
		end = at.Column + 1
	}
	source := sourceLine(place, at.Line)
	view := look(source, at.Column, end, room)
	if context && !view.shifted {
		if before := sourceLine(place, at.Line-1); strings.TrimSpace(before) != "" {
			p.source(at.Line-1, look(before, 1, 2, room).text)
		}
	}
	p.source(at.Line, view.text)

	bar := span{p.faint, strings.Repeat(" ", barColumn) + "| "}
	carets := span{mark, strings.Repeat("^", view.width)}
	pad := span{nil, strings.Repeat(" ", view.pad)}
	label = Visible(label)
	switch {
	case label == "":
		p.line(bar, pad, carets)
	case view.pad+view.width+1+textWidth(label) <= room:
		p.line(bar, pad, carets, span{nil, " " + label})
	default:
		p.line(bar, pad, carets)
		p.hang(label, nil, sourceColumn, bar)
	}
}

func (p *page) source(number int, text string) {
	gutter := fmt.Sprintf("%*d | ", barColumn-1, number)
	if p.live {
		gutter = strings.Repeat(" ", barColumn) + "| "
	}
	p.line(span{p.faint, gutter}, span{nil, text})
}

// sourceLine is one line of the place's file, or "" when the object does not reach there.
func sourceLine(place rules.Place, number int) string {
	if number < 1 {
		return ""
	}
	if lines := place.In.Lines(number, number); len(lines) > 0 {
		return strings.TrimRight(lines[0], "\r\n")
	}
	return ""
}

// view is the part of a source line that fits a frame, and where the mark goes below it.
type view struct {
	text       string
	pad, width int // columns before the mark, and of it
	shifted    bool
}

// look cuts a line to room columns around the code points from column to end (1-based, end exclusive). A line that is
// too long keeps what follows the mark, as far as a third of the room is left for what is before it.
func look(line string, column, end, room int) view {
	from := skip(line, 0, column-1)
	to := skip(line, from, max(end-column, 1))

	start, before := back(line, from, room)
	stop, after := ahead(line, from, room)
	cutLeft, cutRight := start > 0, stop < len(line)
	if whole := !cutLeft && !cutRight && before+after <= room; !whole {
		if cutLeft || before > room*2/3 {
			cutLeft = true
			start, before = back(line, from, max(room/3, room-after)-1)
		}
		if cutRight = cutRight || before+after+1 > room; cutRight {
			left := room - before - 1
			if cutLeft {
				left--
			}
			stop, _ = ahead(line, from, left)
		}
	}

	var v view
	var text strings.Builder
	if v.shifted = cutLeft; cutLeft {
		text.WriteString("…")
		before++
	}
	v.pad = before
	for i := start; i < stop; {
		shown, size := cell(line, i)
		text.WriteString(shown)
		if i >= from && i < to {
			v.width += textWidth(shown)
		}
		i += size
	}
	if cutRight {
		text.WriteString("…")
		if stop < to {
			v.width++
		}
	}
	v.text, v.width = text.String(), max(v.width, 1)
	return v
}

// skip returns the offset n code points after the offset i.
func skip(line string, i, n int) int {
	for ; n > 0 && i < len(line); n-- {
		_, size := utf8.DecodeRuneInString(line[i:])
		i += size
	}
	return i
}

// back returns the smallest offset from which the text up to the offset i takes at most room columns, and those columns.
func back(line string, i, room int) (start, width int) {
	for i > 0 {
		_, size := utf8.DecodeLastRuneInString(line[:i])
		shown, _ := cell(line, i-size)
		w := textWidth(shown)
		if width+w > room {
			break
		}
		width += w
		i -= size
	}
	return i, width
}

// ahead returns the largest offset up to which the text from the offset i on takes at most room columns, and those
// columns.
func ahead(line string, i, room int) (stop, width int) {
	for i < len(line) {
		shown, size := cell(line, i)
		w := textWidth(shown)
		if width+w > room {
			break
		}
		width += w
		i += size
	}
	return i, width
}

// cell is the code point at line[i:] as a frame shows it, and its size in bytes.
func cell(line string, i int) (shown string, size int) {
	if line[i] == '\t' {
		return "    "[:tabWidth], 1
	}
	return glyph(line, i)
}
