package source

import (
	"bytes"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

// words are what objects of Redis spell of others.
type words struct {
	names  map[string]bool // of objects that they refer to, and their own
	values map[string]bool // of the labels of their Pods
}

func newWords() words { return words{map[string]bool{}, map[string]bool{}} }

func (w words) len() int { return len(w.names) + len(w.values) }

func (w words) has(word string) bool { return w.names[word] || w.values[word] }

// add adds the string of a node to a set of words.
func add(words map[string]bool, n *manifest.Node) {
	if s := n.Text(); len(s) > 0 && len(s) <= 253 {
		words[s] = true
	}
}

// concerns reports whether the raw text of a document may be an object of one of the kinds that the words tie to a Redis.
func concerns(raw []byte, kinds map[string]support, w words) bool {
	if kind, ok := kindOf(raw); ok {
		s, supports := kinds[kind]
		switch {
		case !supports:
			return false
		case s.anywhere && (!s.selects || !asksForLabel(raw)):
			return true
		case s.named:
			return spells(raw, func(token []byte) bool { return w.names[string(token)] })
		default:
			return spells(raw, func(token []byte) bool { return w.names[string(token)] || w.values[string(token)] })
		}
	}
	kind, word := false, false
	return spells(raw, func(token []byte) bool {
		if s, ok := kinds[string(token)]; ok {
			kind = true
			word = word || s.anywhere
		}
		word = word || w.names[string(token)] || w.values[string(token)]
		return kind && word
	})
}

// spells reports whether a word of the text satisfies is.
func spells(raw []byte, is func(token []byte) bool) bool {
	for start := 0; start < len(raw); {
		if !inWord[raw[start]] {
			start++
			continue
		}
		end := start + 1
		for end < len(raw) && inWord[raw[end]] {
			end++
		}
		if is(raw[start:end]) {
			return true
		}
		start = end
	}
	return false
}

// inWord marks the bytes that names and label values are made of.
var inWord = func() (table [256]bool) {
	for c := range 256 {
		b := byte(c)
		table[c] = 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '-' || b == '.' || b == '_'
	}
	return table
}()

// kindOf returns the kind of a document that is one object in YAML's block style, as nearly all are. Of others, and of those
// that may hold further objects, it knows nothing.
func kindOf(raw []byte) (kind string, ok bool) {
	line, found := topLevel(raw, "kind:")
	if !found {
		return "", false
	}
	value, _, _ := strings.Cut(string(line), " #")
	kind = strings.Trim(strings.TrimSpace(value), `"'`)
	for i := range len(kind) {
		if !inWord[kind[i]] {
			return "", false
		}
	}
	return kind, kind != "" && kind != "Template" && !strings.HasSuffix(kind, "List")
}

// topLevel returns what follows a key on the one line that begins with it.
func topLevel(raw []byte, key string) (rest []byte, found bool) {
	for at := 0; at < len(raw); {
		i := bytes.Index(raw[at:], []byte(key))
		if i < 0 {
			break
		}
		at += i
		begins := at == 0 || raw[at-1] == '\n'
		at += len(key)
		if !begins {
			continue
		}
		if found {
			return nil, false
		}
		rest, _, _ = bytes.Cut(raw[at:], []byte("\n"))
		found = true
	}
	return rest, found
}

// asksForLabel reports whether the one selector of an object asks for the value of a label, which it then spells. An empty
// selector takes every Pod, and one without matchLabels may take those that lack something.
func asksForLabel(raw []byte) bool {
	const key = "matchLabels:"
	i := bytes.Index(raw, []byte(key))
	if i < 0 || bytes.Contains(raw[i+len(key):], []byte(key)) {
		return false
	}
	rest := bytes.TrimLeft(raw[i+len(key):], " \r")
	if after, flow := bytes.CutPrefix(rest, []byte("{")); flow {
		after = bytes.TrimLeft(after, " \r\n")
		return len(after) > 0 && inWord[after[0]]
	}
	if len(rest) == 0 || rest[0] != '\n' {
		return false
	}
	next := bytes.TrimLeft(rest, "\r\n")
	label := bytes.TrimLeft(next, " ")
	column := i - (bytes.LastIndexByte(raw[:i], '\n') + 1)
	return len(label) > 0 && inWord[label[0]] && len(next)-len(label) > column
}
