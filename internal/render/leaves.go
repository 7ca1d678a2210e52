package render

import (
	"path"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

// Leaf is a value that a chart is rendered with: a scalar, or an empty map or list.
type Leaf struct {
	Answer
	Value any
}

// leaves returns every leaf of the values.
func (r *release) leaves() []Leaf {
	var leaves []Leaf
	for _, k := range r.keys() {
		switch value := k.value.(type) {
		case map[string]any:
			if len(value) > 0 {
				continue
			}
		case []any:
			if len(value) > 0 {
				continue
			}
		}
		leaves = append(leaves, Leaf{Answer: r.locate(k.keys, ""), Value: k.value})
	}
	return leaves
}

// written is a text that sets values.
type written struct {
	layer
	keys  []string // of the chart whose values they are
	owned bool     // by the user: they can change it
}

// texts are all that set values, the highest precedence first.
func (r *release) texts() []written {
	var texts []written
	for _, l := range slices.Backward(r.layers) {
		texts = append(texts, written{layer: l, owned: true})
	}
	var walk func(n *node)
	walk = func(n *node) {
		texts = append(texts, written{
			layer: layer{name: path.Join(n.place, "values.yaml"), text: n.text, isFile: true, values: n.written},
			keys:  n.keys(),
			owned: n.parent == nil && !n.packed,
		})
		for _, child := range n.children {
			walk(child)
		}
	}
	walk(r.base.chart)
	return texts
}

// locate says where a key is set, or that part of its text.
func (r *release) locate(keys []string, part string) Answer {
	answer := Answer{Key: keyName(keys, r.base.values), Keys: keys, Default: true}
	for _, w := range r.texts() {
		within, ok := w.within(keys)
		if !ok {
			continue
		}
		if depth := deepest(w.values, within); depth < len(within) {
			continue
		}
		if !w.owned {
			break
		}
		answer.Default = false
		if w.isFile {
			answer.File, answer.Position = w.name, r.position(w, within, part)
		} else {
			answer.Flag = w.name
		}
		return answer
	}
	// It is to be set where most of the keys on the way to it are.
	best := 0
	for _, w := range r.texts() {
		if !w.owned || !w.isFile {
			continue
		}
		if depth := deepest(w.values, keys); depth > best {
			best = depth
			answer.File, answer.Position = w.name, r.position(w, keys[:depth], "")
		}
	}
	return answer
}

// within returns the keys within a text of those of the top chart's values. Globals are those of every chart.
func (w *written) within(keys []string) ([]string, bool) {
	if keys[0] == globalKey {
		return keys, true
	}
	if len(keys) <= len(w.keys) || !slices.Equal(keys[:len(w.keys)], w.keys) {
		return nil, false
	}
	return keys[len(w.keys):], true
}

// deepest returns how many of the keys values have, one below the other.
func deepest(values any, keys []string) int {
	for i, k := range keys {
		switch v := values.(type) {
		case map[string]any:
			below, ok := v[k]
			if !ok {
				return i
			}
			values = below
		case []any:
			n := itemIndex(k)
			if n < 0 || n >= len(v) {
				return i
			}
			values = v[n]
		default:
			return i
		}
	}
	return len(keys)
}

// position locates a key in a values file, or a part of its text.
func (r *release) position(w written, keys []string, part string) manifest.Position {
	if r.objects == nil {
		r.objects = map[string]*manifest.Object{}
	}
	o, ok := r.objects[w.name]
	if !ok {
		o = wholeObject(w.name, w.text)
		r.objects[w.name] = o
	}
	if o == nil {
		return manifest.Position{}
	}
	if text, ok := o.Root.At(keys).Str(); ok && part != "" {
		if at := strings.Index(text, part); at >= 0 {
			return o.LocateWithin(keys, at, len(part))
		}
	}
	return o.Locate(keys)
}

// wholeObject reads the first YAML document of a text, whatever it holds. It returns nil when it cannot be read.
func wholeObject(name string, text []byte) *manifest.Object {
	// Only Read is to decode it.
	set := manifest.Decode([]manifest.Input{{Name: name, Data: text}}, manifest.Options{Sign: func([]byte) bool { return false }})
	if objects := set.Read(name); len(objects) > 0 {
		return objects[0]
	}
	return nil
}
