package manifest

import (
	"strings"
	"unicode/utf8"
)

// trace maps the bytes of a decoded scalar to the source it was written as.
type trace struct {
	runs []run
	end  int // offset in the source after the scalar, its closing quote included
}

// run is a stretch of decoded text. When copied, it reads the same in the source; otherwise it is written as something
// else there, such as an escape or a folded line break.
type run struct {
	decoded, source int // offsets
	size, width     int // in decoded text and in the source
	copied          bool
}

// source returns the offset in the source of the decoded byte at an offset.
func (t trace) source(offset int) int {
	for _, r := range t.runs {
		if offset < r.decoded+r.size {
			if r.copied {
				return r.source + offset - r.decoded
			}
			return r.source
		}
	}
	if len(t.runs) == 0 {
		return t.end
	}
	last := t.runs[len(t.runs)-1]
	return last.source + last.width
}

// sourceEnd returns the offset in the source after the decoded byte at an offset.
func (t trace) sourceEnd(offset int) int {
	for _, r := range t.runs {
		if offset < r.decoded+r.size {
			if r.copied {
				return r.source + offset - r.decoded + 1
			}
			return r.source + r.width
		}
	}
	return t.end
}

// traceScalar decodes a scalar once more to find where each part of it is written. It reports false unless it arrives
// at the same value.
func traceScalar(text string, at int, value string) (trace, bool) {
	if at >= len(text) {
		return trace{}, false
	}
	t := tracer{text: text, at: at, value: value}
	ok := false
	switch text[at] {
	case '*':
		return trace{}, false
	case '|', '>':
		ok = t.block(text[at] == '>')
	case '"', '\'':
		ok = t.quoted(text[at])
	default:
		ok = t.plain()
	}
	return trace{runs: t.runs, end: t.at}, ok && t.done == len(value)
}

// tracer walks the source of a scalar next to its value.
type tracer struct {
	text  string
	at    int // in text
	value string
	done  int // of value
	runs  []run
}

// copy takes bytes that read the same in source and value.
func (t *tracer) copy(size int) bool {
	if !strings.HasPrefix(t.value[t.done:], t.text[t.at:t.at+size]) {
		return false
	}
	if n := len(t.runs); n > 0 && t.runs[n-1].copied && t.runs[n-1].source+t.runs[n-1].width == t.at {
		t.runs[n-1].size += size
		t.runs[n-1].width += size
	} else if size > 0 {
		t.runs = append(t.runs, run{decoded: t.done, source: t.at, size: size, width: size, copied: true})
	}
	t.at += size
	t.done += size
	return true
}

// instead takes source that stands for other text.
func (t *tracer) instead(width int, decoded string) bool {
	if !strings.HasPrefix(t.value[t.done:], decoded) {
		return false
	}
	if decoded != "" {
		t.runs = append(t.runs, run{decoded: t.done, source: t.at, size: len(decoded), width: width})
	}
	t.at += width
	t.done += len(decoded)
	return true
}

// plain traces an unquoted scalar, which ends where its value does.
func (t *tracer) plain() bool {
	for t.done < len(t.value) {
		if t.at == len(t.text) {
			return false
		}
		if isBlank(t.text[t.at]) || isBreak(t.text[t.at]) {
			if !t.fold() {
				return false
			}
		} else if !t.copy(runeSize(t.text[t.at:])) {
			return false
		}
	}
	return true
}

// quoted traces a scalar in single or double quotes.
func (t *tracer) quoted(quote byte) bool {
	t.at++
	for t.at < len(t.text) {
		var ok bool
		switch c := t.text[t.at]; {
		case c == quote && quote == '\'' && strings.HasPrefix(t.text[t.at:], "''"):
			ok = t.instead(2, "'")
		case c == quote:
			t.at++
			return true
		case c == '\\' && quote == '"':
			ok = t.escape()
		case isBlank(c) || isBreak(c):
			ok = t.fold()
		default:
			ok = t.copy(runeSize(t.text[t.at:]))
		}
		if !ok {
			return false
		}
	}
	return false
}

// fold takes blanks, or a line break with what surrounds it: one break is a space, of several one is dropped.
func (t *tracer) fold() bool {
	blanks := 0
	for t.at+blanks < len(t.text) && isBlank(t.text[t.at+blanks]) {
		blanks++
	}
	end := t.at + blanks
	if end == len(t.text) || !isBreak(t.text[end]) {
		return t.copy(blanks)
	}
	end, breaks := skipBreaks(t.text, end)
	if breaks == 1 {
		return t.instead(end-t.at, " ")
	}
	return t.instead(end-t.at, strings.Repeat("\n", breaks-1))
}

// skipBreaks returns the offset of the first character after line breaks and indentation, and the number of breaks.
func skipBreaks(text string, at int) (end, breaks int) {
	for at < len(text) && (isBlank(text[at]) || isBreak(text[at])) {
		if strings.HasPrefix(text[at:], "\r\n") {
			at++
		}
		if isBreak(text[at]) {
			breaks++
		}
		at++
	}
	return at, breaks
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
func isBreak(c byte) bool { return c == '\n' || c == '\r' }

// escape takes an escape sequence of a double-quoted scalar.
func (t *tracer) escape() bool {
	rest := t.text[t.at:]
	if len(rest) < 2 {
		return false
	}
	if isBreak(rest[1]) { // an escaped line break, and the indentation after it, stand for nothing
		end, breaks := skipBreaks(t.text, t.at+1)
		return t.instead(end-t.at, strings.Repeat("\n", breaks-1))
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[rest[1]]
	width := 2 + digits
	if t.done == len(t.value) || len(rest) < width {
		return false
	}
	// Which character it is need not be worked out: the value has it. JSON writes some as two escapes.
	_, size := utf8.DecodeRuneInString(t.value[t.done:])
	if size == 4 && rest[1] == 'u' && len(rest) >= 12 && rest[6:8] == `\u` {
		width = 12
	}
	return t.instead(width, t.value[t.done:t.done+size])
}

// block traces a literal or folded scalar line by line.
func (t *tracer) block(folded bool) bool {
	t.at += lineSize(t.text[t.at:])
	// The first line with text tells the indentation: what the source has in front and the value has not.
	first := t.value[len(t.value)-len(strings.TrimLeft(t.value, "\n")):]
	if first == "" {
		return false
	}
	kept := len(first) - len(strings.TrimLeft(first, " "))
	probe, indent := t.at, 0
	for {
		line := t.text[probe : probe+lineSize(t.text[probe:])]
		if line == "" {
			return false
		}
		if strings.TrimRight(line, " \r\n") != "" || strings.HasPrefix(first, " ") && len(strings.TrimRight(line, "\r\n")) > kept {
			indent = len(line) - len(strings.TrimLeft(line, " ")) - kept
			break
		}
		probe += len(line)
	}
	if indent < 0 {
		return false
	}
	t.runs = make([]run, 0, 2*strings.Count(t.value, "\n")+1) // a line and its break
	for t.done < len(t.value) {
		if !t.blockLine(indent, folded) {
			return false
		}
	}
	t.at = len(strings.TrimRight(t.text[:t.at], " \t\r\n"))
	return true
}

func (t *tracer) blockLine(indent int, folded bool) bool {
	line := t.text[t.at : t.at+lineSize(t.text[t.at:])]
	if line == "" {
		return false
	}
	content := strings.TrimRight(line, "\r\n")
	lead := min(indent, len(content)-len(strings.TrimLeft(content, " ")))
	t.at += lead
	content = content[lead:]
	if !t.copy(len(content)) {
		return false
	}
	rest := len(line) - lead - len(content)
	switch {
	case t.done == len(t.value): // the last break was chomped
		return true
	case t.value[t.done] == '\n':
		return t.instead(rest, "\n")
	case folded && t.value[t.done] == ' ':
		return t.instead(rest, " ")
	case folded && content == "":
		return t.instead(rest, "")
	default:
		return false
	}
}

// tokenEnd returns the offset after the quoted or single-word token at an offset.
func tokenEnd(text string, at int) int {
	if at >= len(text) {
		return at
	}
	if isQuote(text, at) {
		return quotedEnd(text, at)
	}
	size := strings.IndexAny(text[at:], " \t\r\n,[]{}")
	if size < 0 {
		size = len(text) - at
	}
	token := text[at : at+size]
	for i := range len(token) {
		if token[i] == ':' && (at+i+1 == len(text) || strings.IndexByte(" \t\r\n,]}", text[at+i+1]) >= 0) {
			return at + i
		}
	}
	return at + size
}

func quotedEnd(text string, at int) int {
	quote := text[at]
	for end := at + 1; end < len(text); end++ {
		switch {
		case text[end] == '\\' && quote == '"':
			end++
		case text[end] == quote:
			return end + 1
		}
	}
	return len(text)
}

func isAlias(text string, at int) bool { return at < len(text) && text[at] == '*' }

func isQuote(text string, at int) bool {
	return at < len(text) && (text[at] == '"' || text[at] == '\'')
}
