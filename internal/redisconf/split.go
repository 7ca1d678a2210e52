package redisconf

import (
	"fmt"
	"strings"
)

// split cuts a line into words exactly as sdssplitargs of the server does; offsets count from the line's start. It reports
// false on unbalanced quotes and on a closing quote that something other than space follows.
func split(line string) ([]Arg, bool) {
	line, _, _ = strings.Cut(line, "\x00")
	var words []Arg
	for i := 0; ; {
		for i < len(line) && isSpace(line[i]) {
			i++
		}
		if i == len(line) {
			return words, true
		}
		value, end, ok := splitWord(line, i)
		if !ok {
			return nil, false
		}
		words = append(words, Arg{Value: value, Offset: i, End: end})
		i = end
	}
}

func splitWord(line string, i int) (value string, end int, ok bool) {
	var word strings.Builder
	for i < len(line) {
		switch c := line[i]; c {
		case ' ', '\n', '\r', '\t':
			return word.String(), i, true
		case '"', '\'':
			i, ok = unquote(&word, line, i+1, c)
			if !ok || i < len(line) && !isSpace(line[i]) {
				return "", 0, false
			}
			return word.String(), i, true
		default:
			word.WriteByte(c)
			i++
		}
	}
	return word.String(), i, true
}

// unquote copies the quoted text that starts at i and returns the offset after its closing quote.
func unquote(word *strings.Builder, line string, i int, quote byte) (int, bool) {
	for i < len(line) {
		c := line[i]
		switch {
		case c == quote:
			return i + 1, true
		case c == '\\' && quote == '\'' && strings.HasPrefix(line[i:], `\'`):
			word.WriteByte('\'')
			i += 2
		case c == '\\' && quote == '"' && i+3 < len(line) && line[i+1] == 'x' && isHex(line[i+2]) && isHex(line[i+3]):
			word.WriteByte(unhex(line[i+2])<<4 | unhex(line[i+3]))
			i += 4
		case c == '\\' && quote == '"' && i+1 < len(line):
			word.WriteByte(unescape(line[i+1]))
			i += 2
		default:
			word.WriteByte(c)
			i++
		}
	}
	return i, false
}

func unescape(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'b':
		return '\b'
	case 'a':
		return '\a'
	}
	return c
}

// Quote writes a value so that the server reads it back unchanged, in double quotes.
func Quote(value string) string {
	var quoted strings.Builder
	quoted.WriteByte('"')
	for i := range len(value) {
		switch c := value[i]; c {
		case '\\', '"':
			quoted.WriteByte('\\')
			quoted.WriteByte(c)
		case '\n':
			quoted.WriteString(`\n`)
		case '\r':
			quoted.WriteString(`\r`)
		case '\t':
			quoted.WriteString(`\t`)
		case '\a':
			quoted.WriteString(`\a`)
		case '\b':
			quoted.WriteString(`\b`)
		default:
			if c < ' ' || c > '~' {
				fmt.Fprintf(&quoted, `\x%02x`, c)
			} else {
				quoted.WriteByte(c)
			}
		}
	}
	quoted.WriteByte('"')
	return quoted.String()
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}

// isDynamic reports whether text holds something that is replaced before the server reads it: shell and Kubernetes
// variables, command substitutions, template actions, and the placeholders __NAME__, %NAME% and @NAME@ that sed scripts fill.
func isDynamic(text string) bool {
	for i := 0; i+1 < len(text); i++ {
		next := text[i+1]
		switch {
		case text[i] == '$' && (next == '{' || next == '(' || isNameByte(next) && !isDigit(next)):
			return true
		case text[i] == '{' && next == '{':
			return true
		case text[i] == '`' && strings.IndexByte(text[i+1:], '`') > 0:
			return true
		}
	}
	return isPlaceholder(text)
}

func isPlaceholder(text string) bool {
	for word := range strings.FieldsSeq(text) {
		for _, mark := range []string{"__", "%", "@"} {
			inner, ok := strings.CutPrefix(word, mark)
			inner, closed := strings.CutSuffix(inner, mark)
			inner = strings.Trim(inner, mark)
			if ok && closed && inner != "" && strings.IndexFunc(inner, func(r rune) bool { return r > '~' || !isNameByte(byte(r)) }) < 0 {
				return true
			}
		}
	}
	return false
}

func isNameByte(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
