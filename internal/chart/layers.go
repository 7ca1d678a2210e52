package chart

import (
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

// newValues returns the root of the merged values. Layers that are no values are noted in out.
func newValues(r Release, facts *fact, out *Rendered) value {
	in := &values{owner: r.Owner, made: map[*manifest.Object]bool{}, left: maxCopied}
	root := value{in: in, fact: facts}
	for _, layer := range r.Layers {
		switch {
		case layer.Unseen:
		case layer.Set != nil:
			layer = in.settings(root, layer, out)
		case layer.Object == nil:
			continue
		case layer.Under != "":
			layer = in.under(layer)
		}
		in.layers = append(in.layers, &layer)
		p := part{layer: &layer, path: layer.Path}
		if !layer.Unseen {
			p.node = layer.Object.Root.At(layer.Path)
		}
		switch kind := p.node.Kind(); {
		case layer.Unseen, kind == manifest.String && isTemplated(p.node.Text()):
			p.node = nil
		case kind <= manifest.Null:
			continue
		case kind != manifest.Map:
			out.fail(layer.Object, layer.Path, "values are a "+kind.String()+", not a map")
			continue
		}
		root.parts = append(root.parts, p)
	}
	return root
}

// under moves the values of a layer below the key that they belong to.
func (in *values) under(layer Layer) Layer {
	from := manifest.Ref{Object: layer.Object, Path: layer.Path, Key: strings.TrimSuffix(layer.Prefix, ".")}
	n := layer.Object.Root.At(layer.Path)
	if n.Kind() != manifest.Map {
		return layer
	}
	tree := fields(field(layer.Under, manifest.Copy(n, from)))
	layer.Object, layer.Path = manifest.Derive(layer.Object, "", "", "", "", tree), nil
	in.made[layer.Object] = true
	return layer
}

func (out *Rendered) fail(o *manifest.Object, path manifest.Path, message string) {
	e := manifest.Error{Message: message}
	if o != nil {
		e.File, e.Line = o.File, o.Locate(path).Line
	}
	out.Errors = append(out.Errors, e)
}

// ref is where the value is set, or would be.
func (x value) ref() manifest.Ref {
	if !x.isSet() {
		return x.in.nearest(x.keys)
	}
	return x.in.ref(x.parts[len(x.parts)-1], x.keys)
}

func (in *values) ref(p part, keys []string) manifest.Ref {
	if in.made[p.layer.Object] {
		r, _ := p.layer.Object.Written(p.path, 0)
		return r
	}
	return manifest.Ref{Object: p.layer.Object, Path: p.path, Key: p.layer.Prefix + strings.Join(keys, ".")}
}

// nearest is where a key that nobody set would be: in the layer that has most of the keys above it, the highest of
// equals.
func (in *values) nearest(keys []string) manifest.Ref {
	best, depth := (*Layer)(nil), -1
	for _, layer := range in.layers {
		if layer.Unseen || in.made[layer.Object] {
			continue
		}
		n, found := layer.Object.Root.At(layer.Path), 0
		for found < len(keys) {
			if n = n.Get(keys[found]); n == nil {
				break
			}
			found++
		}
		if found >= depth {
			best, depth = layer, found
		}
	}
	r := manifest.Ref{Object: in.owner, Key: strings.Join(keys, "."), Default: true}
	if best != nil {
		r.Object, r.Path, r.Key = best.Object, append(slices.Clip(best.Path), keys...), best.Prefix+r.Key
	}
	return r
}
