package unit

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/render"
)

// origins are the objects and texts that a kustomization is made of.
type origins struct {
	file    string                        // the kustomization's
	objects map[string][]*manifest.Object // by file
	order   []string
	texts   []*manifest.Object // files that are no manifests, for generators
	whole   *manifest.Object   // the kustomization file
}

func newOrigins(folder string, reach reach, overlay map[string][]byte) *origins {
	file := filepath.ToSlash(kustomizationIn(folder))
	s := &origins{file: file, objects: map[string][]*manifest.Object{}}
	for _, path := range sortedKeys(reach.files) {
		name := filepath.ToSlash(path)
		data, err := readText(path, overlay)
		if err != nil {
			continue // the build has told
		}
		plain := manifest.Plain(name, data)
		if name == file {
			s.whole = plain
		}
		set := manifest.Decode([]manifest.Input{{Name: name, Data: []byte(data)}}, manifest.Options{})
		if len(set.Objects) == 0 {
			s.texts = append(s.texts, plain)
			continue
		}
		s.objects[name] = set.Objects
		s.order = append(s.order, name)
	}
	if s.whole == nil {
		s.whole = manifest.Plain(file, "")
	}
	return s
}

// derive turns a document that was built into objects whose values are where they were written.
func (s *origins) derive(document render.Document, opts manifest.Options) ([]*manifest.Object, *manifest.Error) {
	opts.Sign = nil
	set := manifest.Decode([]manifest.Input{{Name: s.file, Data: document.Text}}, opts)
	if len(set.Errors) > 0 {
		return nil, &manifest.Error{File: s.file, Message: "what it builds cannot be read: " + set.Errors[0].Message}
	}
	var objects []*manifest.Object
	for _, o := range set.Objects {
		candidates := s.candidates(o, filepath.ToSlash(document.File))
		root := manifest.Ref{Object: s.whole}
		if len(candidates) > 0 {
			root.Object = candidates[0]
		}
		tree := s.tree(o.Root, candidates, nil, root)
		// It belongs to the kustomization: what two of them make of one file shares nothing.
		objects = append(objects, manifest.Derive(s.whole, o.APIVersion, o.Kind, o.Namespace, o.Name, tree))
	}
	return objects, nil
}

// candidates are the objects that one that was built may have its values from: that of the file it began with, then
// patches. Kustomize may have given it a prefix, a suffix or another namespace.
func (s *origins) candidates(o *manifest.Object, file string) []*manifest.Object {
	var first, rest []*manifest.Object
	for _, name := range s.order {
		for _, candidate := range s.objects[name] {
			switch {
			case candidate.Kind != o.Kind || candidate.Name == "" || !strings.Contains(o.Name, candidate.Name):
			case name == file:
				first = append(first, candidate)
			default:
				rest = append(rest, candidate)
			}
		}
	}
	// The longest name is the most alike.
	for i := range first {
		if len(first[i].Name) > len(first[0].Name) {
			first[0], first[i] = first[i], first[0]
		}
	}
	return append(first[:min(len(first), 1)], rest...)
}

// tree gives each value the place where one of the candidates has the same. near is where its parent is written.
func (s *origins) tree(n *manifest.Node, candidates []*manifest.Object, path manifest.Path, near manifest.Ref) manifest.Tree {
	ref, found := s.written(n, candidates, path)
	if !found {
		ref = near
	}
	t := manifest.Tree{Ref: ref}
	switch n.Kind() {
	case manifest.Map:
		t.Map = true
		t.Open = found
		for name, value := range n.Fields() {
			t.Fields = append(t.Fields, manifest.FieldTree{Name: name, Tree: s.tree(value, candidates, append(slices.Clip(path), name), ref)})
		}
	case manifest.Seq:
		t.Seq = true
		for i, value := range n.Items() {
			segment := strconv.Itoa(i)
			if name := value.Get("name").Text(); name != "" {
				segment = itemNamed + name
			}
			t.Items = append(t.Items, s.tree(value, candidates, append(slices.Clip(path), segment), ref))
		}
	default:
		t.Value = n.Value()
	}
	return t
}

// itemNamed marks a segment of a path that is an item of a list by its name.
const itemNamed = "\x00"

// written finds the candidate that has the value at the path: an equal scalar, or a map or list.
func (s *origins) written(n *manifest.Node, candidates []*manifest.Object, path manifest.Path) (manifest.Ref, bool) {
	for _, candidate := range candidates {
		at, twin := follow(candidate.Root, path)
		if twin == nil || twin.Kind() != n.Kind() {
			continue
		}
		if n.Kind() == manifest.Map || n.Kind() == manifest.Seq || twin.Text() == n.Text() {
			return manifest.Ref{Object: candidate, Path: at}, true
		}
	}
	if text, ok := n.Str(); ok && strings.Contains(text, "\n") {
		for _, file := range s.texts {
			if file.Root.Text() == text {
				return manifest.Ref{Object: file}, true
			}
		}
	}
	return manifest.Ref{}, false
}

// follow goes down a path whose list items may be named, and returns it with their numbers.
func follow(n *manifest.Node, path manifest.Path) (manifest.Path, *manifest.Node) {
	var at manifest.Path
	for _, segment := range path {
		if name, named := strings.CutPrefix(segment, itemNamed); named {
			segment = ""
			for i, item := range n.Items() {
				if item.Get("name").Text() == name {
					segment = strconv.Itoa(i)
				}
			}
		}
		if segment == "" && n.Kind() == manifest.Seq {
			return nil, nil
		}
		at = append(at, segment)
		if n = n.At(manifest.Path{segment}); n == nil {
			return nil, nil
		}
	}
	return at, n
}
