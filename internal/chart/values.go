package chart

import (
	"fmt"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

// unseen stands for a value that a layer decides that is not in the input.
const unseen = "${unseen}"

// values are the layers of a release over the chart's own.
type values struct {
	layers []*Layer
	owner  *manifest.Object
	// made are layers whose objects were derived: single settings.
	made map[*manifest.Object]bool
	// left is how many more values may be copied into objects.
	left int
}

// maxCopied bounds what is made of hostile values: a label that goes into every object, a list of a million items.
const maxCopied = 100_000

// value is what stands at a key.
type value struct {
	in   *values
	keys []string
	fact *fact // nil when the chart reads no such key
	// parts are what the layers say, lowest first: maps, to be merged, or only the last one said. A part without a node
	// is unseen.
	parts []part
	gone  bool // a null took the chart's own away
}

// part is what one layer says.
type part struct {
	layer *Layer
	path  manifest.Path // in the layer's object
	node  *manifest.Node
}

// at returns what stands at a key below: "persistence.size".
func (x value) at(key string) value {
	for name := range strings.SplitSeq(key, ".") {
		x = x.child(name)
	}
	return x
}

// named returns what stands at the first of the keys that this version of the chart reads.
func (x value) named(keys ...string) value {
	for _, key := range keys {
		if x.fact.at(key) != nil {
			return x.at(key)
		}
	}
	return x.at(keys[0])
}

// reads reports whether this version of the chart reads a key below.
func (x value) reads(key string) bool { return x.fact.at(key) != nil }

func (x value) child(name string) value {
	c := x.blank(name)
	if c.fact == nil && x.fact.isClosed() {
		return c // the chart does not look at what stands there
	}
	for _, p := range x.parts {
		if n := p.node.Get(name); p.hides() || n != nil {
			c.say(p, name, n)
		}
	}
	return c
}

// hides reports whether nothing is known of what is below: the layer is unseen, or something else puts in the map.
func (p part) hides() bool {
	text, ok := p.node.Str()
	return p.node == nil || ok && isTemplated(text)
}

// blank is a key below of which no layer has said anything yet.
func (x value) blank(name string) value {
	return value{in: x.in, keys: append(slices.Clip(x.keys), name), fact: x.fact.child(name), gone: x.gone}
}

// say adds what one layer says, over what those below it said.
func (x *value) say(above part, name string, n *manifest.Node) {
	if above.hides() {
		x.parts = append(x.parts, part{})
		return
	}
	switch n.Kind() {
	case manifest.Null:
		x.parts, x.gone = nil, true
		return
	case manifest.Map:
		if last := len(x.parts) - 1; last >= 0 && x.parts[last].node != nil && x.parts[last].node.Kind() != manifest.Map {
			x.parts = nil
		}
	default:
		x.parts = nil
	}
	x.parts = append(x.parts, part{layer: above.layer, path: append(slices.Clip(above.path), name), node: n})
	x.gone = false
}

// children are the keys below that a layer sets or the chart has a value of its own for, in that order. With unread they
// are those that a layer sets, be they read or not.
func (x value) children(unread bool) []value {
	var list []value
	at := map[string]int{}
	add := func(name string) *value {
		i, ok := at[name]
		if !ok {
			i = len(list)
			at[name] = i
			list = append(list, x.blank(name))
		}
		return &list[i]
	}
	closed := x.fact.isClosed() && !unread
	for i, p := range x.parts {
		if p.hides() {
			for j := range list {
				list[j].say(p, "", nil)
			}
			continue
		}
		for name, n := range p.node.Fields() {
			if closed && x.fact.child(name) == nil {
				continue
			}
			if _, ok := at[name]; !ok {
				for _, below := range x.parts[:i] {
					if below.hides() {
						add(name).say(below, "", nil)
					}
				}
			}
			add(name).say(p, name, n)
		}
	}
	if !unread && x.fact != nil && !x.gone {
		for _, f := range x.fact.below {
			if _, ok := at[f.name]; !ok && f.hasValue() {
				*add(f.name) = x.child(f.name)
			}
		}
	}
	return slices.DeleteFunc(list, func(c value) bool { return c.gone && len(c.parts) == 0 })
}

// isUnseen reports whether a layer decides that is not in the input.
func (x value) isUnseen() bool { return len(x.parts) > 0 && x.parts[len(x.parts)-1].node == nil }

// isSet reports whether a layer sets the value.
func (x value) isSet() bool { return len(x.parts) > 0 && !x.isUnseen() }

// node is what the highest layer says, nil when no layer does or one that is unseen.
func (x value) node() *manifest.Node {
	if !x.isSet() {
		return nil
	}
	return x.parts[len(x.parts)-1].node
}

// own is what the chart says itself.
func (x value) own() any {
	if x.gone || x.fact == nil || len(x.parts) > 0 {
		return nil
	}
	return x.fact.value
}

// isMap reports whether the value is a map, be it only the chart's.
func (x value) isMap() bool {
	if n := x.node(); n != nil {
		return n.Kind() == manifest.Map
	}
	return !x.gone && x.fact != nil && len(x.fact.below) > 0 && !x.isUnseen()
}

// text is a scalar as text, "" for anything else, and a placeholder for what is unseen.
func (x value) text() string {
	if x.isUnseen() {
		return unseen
	}
	if n := x.node(); n != nil {
		return n.Text()
	}
	if own := x.own(); own != nil {
		return fmt.Sprint(own)
	}
	return ""
}

// known is the text, or the fallback where that is empty or cannot be known.
func (x value) known(fallback string) string {
	if text := x.text(); text != "" && !isTemplated(text) {
		return text
	}
	return fallback
}

// int is a whole number, false when it is none or cannot be known.
func (x value) int() (int64, bool) {
	if n := x.node(); n != nil {
		return n.Int()
	}
	n, ok := x.own().(int64)
	return n, ok
}

// truth is what a template's if makes of a value.
type truth int

const (
	no truth = iota
	maybe
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// truth is no for false, 0, "", what is empty and what is not there.
func (x value) truth() truth {
	if x.isUnseen() {
		return maybe
	}
	if x.isMap() {
		return truthOf(!x.isEmpty())
	}
	n := x.node()
	switch n.Kind() {
	case manifest.Absent:
		return truthOf(x.own() != nil)
	case manifest.Bool:
		b, _ := n.Bool()
		return truthOf(b)
	case manifest.String:
		if isTemplated(n.Text()) {
			return maybe
		}
		return truthOf(n.Text() != "")
	case manifest.Seq:
		return truthOf(n.Len() > 0)
	default:
		return truthOf(n.Text() != "0" && n.Kind() != manifest.Null)
	}
}

// on reports whether the value is true for sure.
func (x value) on() bool { return x.truth() == yes }

// off reports whether the value is false for sure.
func (x value) off() bool { return x.truth() == no }

// isEmpty reports whether a map has no keys.
func (x value) isEmpty() bool {
	if x.fact.hasValue() && !x.gone {
		return false
	}
	for _, p := range x.parts {
		if p.node.Len() > 0 {
			return len(x.children(false)) == 0
		}
	}
	return true
}

// spend counts what is copied. It reports false when that would be too much.
func (in *values) spend(n *manifest.Node) bool {
	in.left -= size(n, in.left+1)
	return in.left >= 0
}

// size counts a node and all below it, up to a limit.
func size(n *manifest.Node, limit int) int {
	count := 1
	for _, c := range n.Fields() {
		if count > limit {
			return count
		}
		count += size(c, limit-count)
	}
	for _, c := range n.Items() {
		if count > limit {
			return count
		}
		count += size(c, limit-count)
	}
	return count
}

// isTemplated reports whether a text holds what something else replaces before helm or Kubernetes reads it.
func isTemplated(text string) bool {
	return strings.Contains(text, "{{") || strings.Contains(text, "${") || strings.Contains(text, "$(")
}
