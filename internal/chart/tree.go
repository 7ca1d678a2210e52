package chart

import (
	"slices"

	"github.com/redislint/redislint/internal/manifest"
)

// none is a field that is left out.
var none = manifest.FieldTree{}

func field(name string, t manifest.Tree) manifest.FieldTree {
	return manifest.FieldTree{Name: name, Tree: t}
}

// set is a field with a plain value.
func set(name string, v any) manifest.FieldTree { return field(name, literal(v)) }

// when leaves a field out unless the condition holds.
func when(condition bool, f manifest.FieldTree) manifest.FieldTree {
	if !condition {
		return none
	}
	return f
}

// given is a field with the value at a key, or null where a template's if would leave it out: what is found for want of
// the field then names the key.
func given(name string, x value) manifest.FieldTree {
	switch {
	case !x.off():
		return field(name, x.tree())
	case x.fact == nil:
		return none
	default:
		return field(name, from(x, literal(nil)))
	}
}

// security is a security context, which the chart leaves out where it is not enabled.
func security(x value) manifest.FieldTree {
	const name = "securityContext"
	switch enabled := x.at("enabled"); {
	case x.fact == nil:
		return none
	case enabled.truth() == maybe:
		return field(name, from(x, literal(unseen)))
	case enabled.off():
		return field(name, from(enabled, literal(nil)))
	}
	t := x.tree()
	t.Fields = slices.DeleteFunc(t.Fields, func(f manifest.FieldTree) bool { return f.Name == "enabled" })
	return field(name, t)
}

// fields is a map of the fields that are not left out.
func fields(list ...manifest.FieldTree) manifest.Tree {
	t := manifest.Tree{Map: true}
	for _, f := range list {
		if f.Name != none.Name {
			t.Fields = append(t.Fields, f)
		}
	}
	return t
}

func items(list ...manifest.Tree) manifest.Tree { return manifest.Tree{Items: list, Seq: true} }

func texts(list ...string) manifest.Tree {
	t := items()
	for _, word := range list {
		t.Items = append(t.Items, literal(word))
	}
	return t
}

func literal(v any) manifest.Tree { return manifest.Tree{Value: v} }

// from is a tree that belongs to the value at a key: what is missing in it would be set there.
func from(x value, t manifest.Tree) manifest.Tree {
	t.Ref = x.ref()
	return t
}

// open is a tree that belongs to the values at a key, where what is missing would be set by the same name.
func open(x value, t manifest.Tree) manifest.Tree {
	t.Open = true
	return from(x, t)
}

// tree is the value itself, the chart's own where no layer sets it.
func (x value) tree() manifest.Tree {
	t := manifest.Tree{Ref: x.ref()}
	switch n := x.node(); {
	case x.isUnseen():
		t.Value = unseen
	case x.isMap():
		t.Map, t.Open = true, true
		for _, c := range x.children(false) {
			t.Fields = append(t.Fields, field(c.name(), c.tree()))
		}
	case !x.in.spend(n):
		t.Value = unseen
	case n.Kind() == manifest.Seq:
		return manifest.Copy(n, t.Ref)
	case n != nil:
		t.Value = n.Value()
	default:
		switch own := x.own().(type) {
		case []string:
			t.Seq = true
			for _, item := range own {
				t.Items = append(t.Items, literal(item))
			}
		default:
			t.Value = own
		}
	}
	return t
}

// name is the last of the keys.
func (x value) name() string { return x.keys[len(x.keys)-1] }

// items are the trees of a list's items, none for anything else.
func (x value) items() []manifest.Tree { return x.tree().Items }
