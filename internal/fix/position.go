package fix

import (
	"strings"
	"unicode/utf8"
)

const byteOrderMark = "\ufeff"

// lineAt returns the offsets of the first and behind the last byte of the line that an offset is on, its break aside.
func lineAt(text string, at int) (start, end int) {
	start = 1 + strings.LastIndexByte(text[:at], '\n')
	if start == 0 && strings.HasPrefix(text, byteOrderMark) {
		start = min(at, len(byteOrderMark))
	}
	end = len(text)
	if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
		end = at + i
		if end > start && text[end-1] == '\r' && end > at {
			end--
		}
	}
	return start, end
}

// breakOf returns the line break that a text uses: that of its first line.
func breakOf(text string) string {
	if i := strings.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// offsetOf turns a line and a column into an offset.
func offsetOf(text string, line, column int) int {
	at := 0
	for ; line > 1; line-- {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			return len(text)
		}
		at += i + 1
	}
	if at == 0 && strings.HasPrefix(text, byteOrderMark) {
		at = len(byteOrderMark)
	}
	for ; column > 1 && at < len(text); column-- {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}
