package manifest

import (
	"iter"
	"strconv"
)

// Kind says what a Node holds.
type Kind uint8

// Absent is the kind of a nil *Node: the key or item is not there, which is not the same as null.
const (
	Absent Kind = iota
	Null
	Bool
	Int
	Float
	String
	Map
	Seq
)

func (k Kind) String() string {
	return [...]string{"absent", "null", "bool", "int", "float", "string", "map", "seq"}[k]
}

// Node is a value and the place it was written at. It is immutable and safe for concurrent use; every method works on a
// nil *Node, which is absent. An anchored subtree is shared by its aliases.
//
// A number is an Int when JSON would write it without fraction or exponent and it fits 64 bits, as apimachinery has it:
// 1e3 and 1.0 are Ints.
type Node struct {
	text   string // String: the value; Bool, Int, Float: as JSON writes it; Null: as the source writes it
	branch *branch
	at     uint32 // offset in the document's text of the token, after any tag and anchor
	kind   Kind
}

// branch holds the children of a Map or a Seq; a Seq has no keys.
type branch struct {
	keys   []key
	values []Node
}

type key struct {
	name string
	at   uint32 // offset in the document's text
}

// Kind returns Absent for a nil Node.
func (n *Node) Kind() Kind {
	if n == nil {
		return Absent
	}
	return n.kind
}

// Get looks up keys one below the other and returns nil when one of them is missing or what holds it is no Map.
func (n *Node) Get(keys ...string) *Node {
	for _, k := range keys {
		if n = n.field(k); n == nil {
			return nil
		}
	}
	return n
}

func (n *Node) field(name string) *Node {
	if i := n.find(name); i >= 0 {
		return &n.branch.values[i]
	}
	return nil
}

// find returns the place of a Map's field, or -1.
func (n *Node) find(name string) int {
	if n == nil || n.kind != Map || n.branch == nil {
		return -1
	}
	for i := range n.branch.keys {
		if n.branch.keys[i].name == name {
			return i
		}
	}
	return -1
}

// Index returns the i-th item of a Seq, or nil.
func (n *Node) Index(i int) *Node {
	if n == nil || n.kind != Seq || i < 0 || i >= n.Len() {
		return nil
	}
	return &n.branch.values[i]
}

// Len returns the number of fields of a Map or items of a Seq, otherwise 0.
func (n *Node) Len() int {
	if n == nil || n.branch == nil {
		return 0
	}
	return len(n.branch.values)
}

// Fields yields the fields of a Map in source order.
func (n *Node) Fields() iter.Seq2[string, *Node] {
	return func(yield func(string, *Node) bool) {
		if n == nil || n.kind != Map {
			return
		}
		for i := range n.Len() {
			if !yield(n.branch.keys[i].name, &n.branch.values[i]) {
				return
			}
		}
	}
}

// Items yields the items of a Seq.
func (n *Node) Items() iter.Seq2[int, *Node] {
	return func(yield func(int, *Node) bool) {
		if n == nil || n.kind != Seq {
			return
		}
		for i := range n.Len() {
			if !yield(i, &n.branch.values[i]) {
				return
			}
		}
	}
}

// Str returns the value of a String.
func (n *Node) Str() (string, bool) {
	if n.Kind() != String {
		return "", false
	}
	return n.text, true
}

// Text returns a scalar as JSON writes it, without quotes: for fields that people leave unquoted. It is empty for
// Null, Map, Seq and absent.
func (n *Node) Text() string {
	switch n.Kind() {
	case Bool, Int, Float, String:
		return n.text
	default:
		return ""
	}
}

// Int returns the value of an Int.
func (n *Node) Int() (int64, bool) {
	if n.Kind() != Int {
		return 0, false
	}
	i, err := strconv.ParseInt(n.text, 10, 64)
	return i, err == nil
}

// Bool returns the value of a Bool.
func (n *Node) Bool() (value, ok bool) {
	if n.Kind() != Bool {
		return false, false
	}
	return n.text == "true", true
}

// Value returns the plain Go value: nil, bool, int64, float64, string, map[string]any or []any. It is what
// sigs.k8s.io/yaml.Unmarshal gives, except that an Int is an int64. Absent is nil too.
func (n *Node) Value() any {
	switch n.Kind() {
	case Bool:
		return n.text == "true"
	case Int:
		i, _ := n.Int()
		return i
	case Float:
		f, _ := strconv.ParseFloat(n.text, 64)
		return f
	case String:
		return n.text
	case Map:
		m := make(map[string]any, n.Len())
		for k, v := range n.Fields() {
			m[k] = v.Value()
		}
		return m
	case Seq:
		s := make([]any, n.Len())
		for i, v := range n.Items() {
			s[i] = v.Value()
		}
		return s
	default:
		return nil
	}
}

// At returns the node at path, or nil.
func (n *Node) At(path Path) *Node {
	for _, segment := range path {
		if n = n.child(segment); n == nil {
			return nil
		}
	}
	return n
}

// child returns the field or item that one segment of a Path names.
func (n *Node) child(segment string) *Node {
	if n.Kind() == Seq {
		return n.Index(itemIndex(segment))
	}
	return n.field(segment)
}
