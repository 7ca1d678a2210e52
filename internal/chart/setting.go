package chart

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

// Setting is one value as helm's --set and an Application's parameters give it.
type Setting struct {
	Key   string // "master.extraFlags[0]", with \ before a dot that is part of a name
	Value string // "{a, b}" is a list
	// ForceString keeps true, null and 1 from being anything but text.
	ForceString bool
	// Ref is where the setting is written. A zero Ref is the document that asks for the chart.
	Ref manifest.Ref
}

// ParseSet splits the argument of helm's --set: "a=1,b.c={x,y}".
func ParseSet(argument string, forceString bool, ref manifest.Ref) ([]Setting, error) {
	var settings []Setting
	for rest := argument; rest != ""; {
		var one string
		one, rest = cutSetting(rest)
		key, text, ok := cutUnescaped(one, '=')
		if !ok || key == "" {
			return nil, fmt.Errorf("read setting %q: want KEY=VALUE", one)
		}
		if !isList(text) {
			text = unescape(text)
		}
		settings = append(settings, Setting{Key: key, Value: text, ForceString: forceString, Ref: ref})
	}
	return settings, nil
}

// cutSetting cuts at the first comma that is neither escaped nor within a list.
func cutSetting(text string) (one, rest string) {
	_, after, _ := cutUnescaped(text, '=')
	if strings.HasPrefix(after, "{") {
		if _, rest, ok := cutUnescaped(after, '}'); ok {
			return text[:len(text)-len(rest)], strings.TrimPrefix(rest, ",")
		}
	}
	one, rest, _ = cutUnescaped(text, ',')
	return one, rest
}

// cutUnescaped cuts at the first sep that no backslash stands before.
func cutUnescaped(text string, sep byte) (before, after string, found bool) {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case sep:
			return text[:i], text[i+1:], true
		}
	}
	return text, "", false
}

func unescape(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

func isList(text string) bool {
	return strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}") && len(text) > 1
}

// settings turns single settings into a layer that is merged over what is below.
func (in *values) settings(below value, layer Layer, out *Rendered) Layer {
	tree := manifest.Tree{Map: true}
	for _, s := range layer.Set {
		if s.Ref.IsZero() {
			s.Ref = manifest.Ref{Object: in.owner}
		}
		if s.Ref.Key == "" {
			s.Ref.Key = layer.Prefix + s.Key
		}
		path, err := splitKey(s.Key)
		if err == nil {
			err = put(&tree, path, s.tree(), below)
		}
		if err != nil {
			out.fail(s.Ref.Object, s.Ref.Path, fmt.Sprintf("setting %q: %v", s.Key, err))
		}
	}
	made := manifest.Derive(in.owner, "", "", "", "", tree)
	in.made[made] = true
	return Layer{Object: made, Prefix: layer.Prefix}
}

// step is one step of a setting's key: a name, or the index of an item.
type step struct {
	name  string
	index int // -1: a name
}

// What helm allows, less for indices: nobody has a list that long.
const (
	maxSteps = 30
	maxIndex = 1024
)

func splitKey(key string) ([]step, error) {
	var steps []step
	for rest, more := key, true; more; {
		var name string
		name, rest, more = cutUnescaped(rest, '.')
		name, indices, indexed := cutUnescaped(name, '[')
		if name = unescape(name); name == "" {
			return nil, errors.New("a name is empty")
		}
		steps = append(steps, step{name, -1})
		for indexed {
			var digits string
			digits, indices, _ = strings.Cut(indices, "]")
			index, err := strconv.ParseUint(digits, 10, 16)
			if err != nil || index > maxIndex {
				return nil, fmt.Errorf("index %q is no number up to %d", digits, maxIndex)
			}
			steps = append(steps, step{index: int(index)})
			indices, indexed = strings.CutPrefix(indices, "[")
		}
		if indices != "" {
			return nil, fmt.Errorf("%q behind an index", indices)
		}
	}
	if len(steps) > maxSteps {
		return nil, fmt.Errorf("more than %d names deep", maxSteps)
	}
	return steps, nil
}

// tree reads a setting's value as helm does: what begins with 0 is text, and so are numbers with a fraction.
func (s Setting) tree() manifest.Tree {
	if isList(s.Value) {
		list := manifest.Tree{Seq: true, Ref: s.Ref}
		for rest, more := s.Value[1:len(s.Value)-1], s.Value != "{}"; more; {
			var item string
			item, rest, more = cutUnescaped(rest, ',')
			list.Items = append(list.Items, manifest.Tree{Value: s.scalar(unescape(item)), Ref: s.Ref})
		}
		return list
	}
	return manifest.Tree{Value: s.scalar(s.Value), Ref: s.Ref}
}

func (s Setting) scalar(text string) any {
	if s.ForceString {
		return text
	}
	switch text {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	case "0":
		return int64(0)
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && !strings.HasPrefix(text, "0") {
		return n
	}
	return text
}

// put sets a value in a tree. A list that is extended begins as the one below.
func put(t *manifest.Tree, path []step, leaf manifest.Tree, below value) error {
	if len(path) == 0 {
		*t = leaf
		return nil
	}
	next := path[0]
	if next.index < 0 {
		if !t.Map {
			*t = manifest.Tree{Map: true, Ref: leaf.Ref}
		}
		i := slices.IndexFunc(t.Fields, func(f manifest.FieldTree) bool { return f.Name == next.name })
		if i < 0 {
			t.Fields = append(t.Fields, manifest.FieldTree{Name: next.name, Tree: manifest.Tree{Ref: leaf.Ref}})
			i = len(t.Fields) - 1
		}
		if below.in != nil {
			below = below.child(next.name)
		}
		return put(&t.Fields[i].Tree, path[1:], leaf, below)
	}
	if !t.Seq {
		*t = manifest.Tree{Seq: true, Ref: leaf.Ref}
		if n := below.node(); n.Kind() == manifest.Seq {
			t.Items = manifest.Copy(n, below.ref()).Items
		}
	}
	for len(t.Items) <= next.index {
		t.Items = append(t.Items, manifest.Tree{Ref: leaf.Ref})
	}
	return put(&t.Items[next.index], path[1:], leaf, value{})
}
