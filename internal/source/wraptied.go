package source

import (
	"cmp"
	"slices"

	"github.com/redislint/redislint/internal/manifest"
)

// wakeTied decodes the dormant documents that wrappers refer to, or that refer
// to what says that a chart is Redis.
func (x *index) wakeTied() {
	words, kinds := newWords(), map[string]support{}
	for range maxRounds {
		before := words.len()
		for _, o := range x.set.Objects {
			for _, w := range wrappers {
				if w.names == nil || !w.isTied(o) {
					continue
				}
				for _, name := range w.names(o) {
					if name != "" && !words.names[name] {
						words.names[name] = true
						for _, kind := range w.tied {
							kinds[kind] = support{}
						}
					}
				}
			}
		}
		if words.len() == before || len(x.set.Wake(func(raw []byte) bool { return concerns(raw, kinds, words) })) == 0 {
			return
		}
		x.rebuild()
	}
}

// isTied reports whether an object may hold names for the wrapper.
func (w wrapper) isTied(o *manifest.Object) bool {
	return w.reads(o) || slices.Contains(w.tied, o.Kind)
}

// findIn returns the object of the kind, group and name in a namespace, which
// is from's where none is given. In a repository the namespace of either may be
// left to a kustomization.
func (x *index) findIn(kind, group, name, namespace string, from *manifest.Object) *manifest.Object {
	if name == "" {
		return nil
	}
	namespace = cmp.Or(namespace, from.Namespace)
	var found []*manifest.Object
	for _, unit := range x.units.visible(from) {
		for _, ns := range append(aliases(namespace), "") {
			for _, o := range x.named[objectName{unit, kind, ns, name}] {
				if o.Group() == group {
					found = append(found, o)
				}
			}
		}
	}
	return x.nearest(found, from)
}
