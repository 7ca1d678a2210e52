package source

import (
	"bytes"
	"strconv"
)

// signs are the words without which nothing is read as Redis, in lower case.
var signs = []string{"redis", "valkey", "keydb", "sentinel"}

// Sign reports whether a document's text may hold a Redis. Text with escapes
// that could spell a sign in another way has the sign too.
func Sign(raw []byte) bool {
	return scan(raw) || bytes.Contains(raw, []byte("!!binary"))
}

// hasSign reports whether a decoded string holds a sign.
func hasSign(s string) bool { return scan([]byte(s)) }

func scan(raw []byte) bool {
	for i, b := range raw {
		switch b {
		case 'r', 'R', 'v', 'V', 'k', 'K', 's', 'S':
			for _, sign := range signs {
				if hasFold(raw[i:], sign) {
					return true
				}
			}
		case '\\':
			if spellsLetter(raw[i+1:]) {
				return true
			}
		}
	}
	return false
}

// spellsLetter reports whether an escape (u0072, x72 or U00000072, without its
// backslash) may stand for an ASCII letter. Most escapes stand for others: JSON
// writers escape & and < by habit.
func spellsLetter(escape []byte) bool {
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[first(escape)]
	if digits == 0 {
		return false
	}
	if len(escape) <= digits {
		return true
	}
	code, err := strconv.ParseUint(string(escape[1:1+digits]), 16, 32)
	return err != nil || 'A' <= code && code <= 'z'
}

func first(b []byte) byte {
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

// hasFold reports whether b begins with the lower-case ASCII word in any case.
func hasFold(b []byte, word string) bool {
	if len(b) < len(word) {
		return false
	}
	for i := range len(word) {
		if b[i]|0x20 != word[i] {
			return false
		}
	}
	return true
}
