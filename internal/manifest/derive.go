package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Ref is where a value of a derived object is written, or would be set.
type Ref struct {
	Object *Object
	// Path is a path in Object. It may name a key that is not there: its place is the nearest existing ancestor.
	Path Path
	// Key is what the owner of the values calls it: "replica.resources.requests.memory". "" when no key sets it.
	Key string
	// Default is true when nobody set the key, and the value is the chart's own.
	Default bool
}

// IsZero reports whether the Ref names no object.
func (r Ref) IsZero() bool { return r.Object == nil }

// At returns the Ref of what is below, by keys of the same name.
func (r Ref) At(path ...string) Ref {
	r.Path = append(slices.Clip(r.Path), path...)
	key := strings.Join(path, ".")
	switch {
	case r.Key == "":
		r.Key = key
	case key != "":
		r.Key += "." + key
	}
	return r
}

func (r Ref) locate() Position { return r.Object.Locate(r.Path) }

// Tree is a value of an object to be derived: a Map when it has Fields, a Seq when it has Items, a String when it has
// Parts, else a scalar.
type Tree struct {
	Value    any // nil, bool, int, int64, float64 or string
	Fields   []FieldTree
	Items    []Tree
	Parts    []Part
	Map, Seq bool // an empty Map or Seq
	// Ref is where the value is written. A zero Ref is that of the parent.
	Ref Ref
	// Open is true when a key that is missing below would be set below Ref by the same name.
	Open bool
}

// FieldTree is a field of a Map.
type FieldTree struct {
	Name string
	Tree
}

// Part is a stretch of a String that is put together from several.
type Part struct {
	Text string
	Ref  Ref // a zero Ref is that of the String
	// Offset is where Text begins in the String at Ref, in bytes.
	Offset int
}

// Copy returns n and all below it, each with its own path and key below those of ref.
func Copy(n *Node, ref Ref) Tree {
	t := Tree{Ref: ref, Open: true}
	switch n.Kind() {
	case Map:
		t.Map = true
		for name, value := range n.Fields() {
			t.Fields = append(t.Fields, FieldTree{name, Copy(value, ref.At(name))})
		}
	case Seq:
		t.Seq = true
		for i, value := range n.Items() {
			t.Items = append(t.Items, Copy(value, ref.At(strconv.Itoa(i))))
		}
	default:
		t.Value = n.Value()
	}
	return t
}

// derivation is what a derived object knows of its nodes.
type derivation struct {
	file *Object
	refs map[*Node]derived
}

type derived struct {
	ref   Ref
	open  bool
	parts []Part
}

// Derive makes an object that nobody wrote as such, and that follows from values written in file and in what the Refs
// of the tree name. It counts as an object of file's document.
func Derive(file *Object, apiVersion, kind, namespace, name string, tree Tree) *Object {
	o := &Object{
		File: file.File, APIVersion: apiVersion, Kind: kind, Namespace: namespace, Name: name,
		Root: &Node{}, Template: file.Template, source: file.source,
		derivation: &derivation{file: file, refs: map[*Node]derived{}},
	}
	if tree.Ref.IsZero() {
		tree.Ref = Ref{Object: file}
	}
	o.derivation.grow(o.Root, tree)
	return o
}

func (d *derivation) grow(n *Node, t Tree) {
	if !t.Ref.IsZero() || t.Open || t.Parts != nil {
		d.refs[n] = derived{ref: t.Ref, open: t.Open, parts: t.Parts}
	}
	switch {
	case t.Map || t.Fields != nil:
		n.kind, n.branch = Map, &branch{keys: make([]key, len(t.Fields)), values: make([]Node, len(t.Fields))}
		for i, field := range t.Fields {
			n.branch.keys[i].name = field.Name
			d.grow(&n.branch.values[i], field.Tree)
		}
	case t.Seq || t.Items != nil:
		n.kind, n.branch = Seq, &branch{values: make([]Node, len(t.Items))}
		for i, item := range t.Items {
			d.grow(&n.branch.values[i], item)
		}
	case t.Parts != nil:
		n.kind = String
		for _, part := range t.Parts {
			n.text += part.Text
		}
	default:
		n.kind, n.text = scalarOf(t.Value)
	}
}

func scalarOf(value any) (Kind, string) {
	switch v := value.(type) {
	case nil:
		return Null, ""
	case bool:
		return Bool, strconv.FormatBool(v)
	case int:
		return Int, strconv.Itoa(v)
	case int64:
		return Int, strconv.FormatInt(v, 10)
	case float64:
		return Float, strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		return String, v
	default:
		panic(fmt.Sprintf("manifest: derive from a %T", value))
	}
}

// Written returns where the value at a path of a derived object is written, or would be: for text put together from
// several, where the byte at offset is. It reports false for an object that was written as it is.
func (o *Object) Written(p Path, offset int) (Ref, bool) {
	ref, _, ok := o.WrittenAt(p, offset)
	return ref, ok
}

// WrittenAt is Written, and where in the String at the Ref the byte is: -1 where the value is not that String, or no part
// of it.
func (o *Object) WrittenAt(p Path, offset int) (ref Ref, within int, ok bool) {
	if o == nil || o.derivation == nil {
		return Ref{}, -1, false
	}
	ref, within = o.derivation.written(o.Root, p, offset)
	// What it was derived from may be derived itself; the key is that of the last step.
	if deeper, at, ok := ref.Object.WrittenAt(ref.Path, max(within, 0)); ok {
		ref.Object, ref.Path, within = deeper.Object, deeper.Path, min(within, at)
		if within >= 0 {
			within = at
		}
	}
	return ref, within, true
}

// written also returns the offset in the string at the Ref, -1 where the value is not that string.
func (d *derivation) written(n *Node, p Path, offset int) (Ref, int) {
	var at derived
	for {
		if known, ok := d.refs[n]; ok {
			if known.ref.IsZero() {
				known.ref = at.ref
			}
			at = known
		} else {
			at.open, at.parts = false, nil
		}
		if len(p) == 0 {
			break
		}
		next := n.child(p[0])
		if next == nil {
			if !at.open {
				return at.ref, -1
			}
			ref := at.ref.At(p...)
			ref.Default = true
			if at.ref.Key == "" {
				ref.Key = ""
			}
			return ref, -1
		}
		n, p = next, p[1:]
	}
	for _, part := range at.parts {
		if offset < len(part.Text) {
			if part.Ref.IsZero() {
				return at.ref, -1
			}
			return part.Ref, part.Offset + offset
		}
		offset -= len(part.Text)
	}
	if text, ok := at.ref.Object.Root.At(at.ref.Path).Str(); at.parts == nil && ok && text == n.text {
		return at.ref, offset
	}
	return at.ref, -1
}

func (d *derivation) locateWithin(root *Node, p Path, offset, length int) Position {
	ref, within := d.written(root, p, offset)
	if within < 0 {
		return ref.locate()
	}
	// A stretch never reaches beyond the part that it begins in.
	text, _ := ref.Object.Root.At(ref.Path).Str()
	return ref.Object.LocateWithin(ref.Path, within, max(0, min(length, len(text)-within)))
}
