package source

import "bytes"

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
			if i+1 < len(raw) && (raw[i+1] == 'u' || raw[i+1] == 'x' || raw[i+1] == 'U') {
				return true
			}
		}
	}
	return false
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
