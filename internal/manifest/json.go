package manifest

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// errNotJSON sends a document to the YAML parser.
var errNotJSON = errors.New("not JSON")

// jsonReader reads a document that is strict JSON without yaml.v3: faster, and as kubectl does, which accepts JSON that
// the YAML parser refuses (surrogate pairs, very long keys). Where both read a text they agree.
type jsonReader struct {
	text     string
	at       int
	maxDepth int
}

// parseJSON returns errNotJSON for everything but one JSON object, with comments and a "---" allowed before it.
func (p *parser) parseJSON(text string) (*Node, error) {
	r := jsonReader{text: text, at: skipPrologue(text), maxDepth: p.maxDepth}
	if r.peek() != '{' {
		return nil, errNotJSON
	}
	root := new(Node)
	if err := r.value(root, 0); err != nil {
		return nil, err
	}
	if r.space(); r.at != len(text) {
		return nil, errNotJSON
	}
	return root, nil
}

// peek returns the next character, or 0 at the end.
func (r *jsonReader) peek() byte {
	if r.at == len(r.text) {
		return 0
	}
	return r.text[r.at]
}

func (r *jsonReader) space() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

// value reads the value at hand into n and skips the space after it.
func (r *jsonReader) value(n *Node, depth int) error {
	n.at = uint32(r.at)
	var err error
	switch r.peek() {
	case '{':
		err = r.object(n, depth+1)
	case '[':
		err = r.array(n, depth+1)
	case '"':
		n.kind = String
		n.text, err = r.str()
	default:
		err = r.literal(n)
	}
	r.space()
	return err
}

func (r *jsonReader) object(n *Node, depth int) error {
	n.kind = Map
	if done, err := r.open('}', depth); done || err != nil {
		return err
	}
	fields := newFields(4)
	for {
		if r.peek() != '"' {
			return errNotJSON
		}
		at := uint32(r.at)
		name, err := r.str()
		if err != nil {
			return err
		}
		if r.space(); r.peek() != ':' {
			return errNotJSON
		}
		r.at++
		r.space()
		// A key set again drops the value it had.
		value := fields.set(name, at)
		*value = Node{}
		if err := r.value(value, depth); err != nil {
			return err
		}
		if done, err := r.next('}'); err != nil {
			return err
		} else if done {
			n.branch = fields.branch()
			return nil
		}
	}
}

func (r *jsonReader) array(n *Node, depth int) error {
	n.kind = Seq
	if done, err := r.open(']', depth); done || err != nil {
		return err
	}
	var items []Node
	for {
		items = append(items, Node{})
		if err := r.value(&items[len(items)-1], depth); err != nil {
			return err
		}
		if done, err := r.next(']'); err != nil {
			return err
		} else if done {
			n.branch = &branch{values: slices.Clone(items)}
			return nil
		}
	}
}

// open takes an opening bracket and, when nothing is in between, the closing one.
func (r *jsonReader) open(closing byte, depth int) (done bool, err error) {
	if depth > r.maxDepth {
		return false, errorAt(r.text, r.at, tooDeep(r.maxDepth))
	}
	r.at++
	if r.space(); r.peek() == closing {
		r.at++
		return true, nil
	}
	return false, nil
}

// next takes a comma, or the closing bracket.
func (r *jsonReader) next(closing byte) (done bool, err error) {
	c := r.peek()
	if c != closing && c != ',' {
		return false, errNotJSON
	}
	r.at++
	if c == closing {
		return true, nil
	}
	r.space()
	return false, nil
}

// str reads a string. YAML treats a few line breaks within quotes that JSON does not know; those are left to it.
func (r *jsonReader) str() (string, error) {
	start := r.at
	escaped := false
	for i := start + 1; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == '"':
			r.at = i + 1
			if !escaped {
				return r.text[start+1 : i], nil
			}
			var s string
			if err := json.Unmarshal([]byte(r.text[start:r.at]), &s); err != nil {
				return "", errNotJSON
			}
			return s, nil
		case c == '\\':
			escaped = true
			i++
		case c < ' ' || c == 0x7f:
			return "", errNotJSON
		case c >= 0x80:
			if rest := r.text[i:]; strings.HasPrefix(rest, "\u0085") || strings.HasPrefix(rest, "\u2028") || strings.HasPrefix(rest, "\u2029") {
				return "", errNotJSON
			}
		}
	}
	return "", errNotJSON
}

// literal reads a number, true, false or null. Anything YAML would see in those characters is the same value.
func (r *jsonReader) literal(n *Node) error {
	size := strings.IndexAny(r.text[r.at:], " \t\r\n,]}")
	if size <= 0 {
		return errNotJSON
	}
	word := r.text[r.at : r.at+size]
	if !json.Valid([]byte(word)) {
		return errNotJSON
	}
	s, err := resolveScalar("", word, false)
	if err != nil {
		return errNotJSON
	}
	n.kind, n.text = s.kind, s.text
	if n.text == word { // let the source hold it
		n.text = word
	}
	r.at += size
	return nil
}
