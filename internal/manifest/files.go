package manifest

import "iter"

// Files yields the name and the text of every file that holds a document, in order.
func (s *Set) Files() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		var last *file
		for i := range s.documents {
			if f := s.documents[i].file; f != last && !yield(f.name, f.text) {
				return
			}
			last = s.documents[i].file
		}
	}
}

// Read decodes the documents of a file, signed or not, and returns each as one object, whatever it holds: the values of a
// chart, say. They do not join s.Objects. What cannot be read is an Error of the Set.
func (s *Set) Read(name string) []*Object {
	if s.byFile == nil {
		s.byFile = map[string][]int{}
		for i := range s.documents {
			name := s.documents[i].file.name
			s.byFile[name] = append(s.byFile[name], i)
		}
	}
	w := worker{opts: s.opts, parser: parser{maxDepth: s.opts.MaxDepth}}
	var objects []*Object
	for _, i := range s.byFile[name] {
		d := &s.documents[i]
		root, err := w.read(d)
		if err != nil && d.state != done {
			s.Errors = append(s.Errors, d.failure(err))
		}
		if d.state == unread { // and now somebody has looked
			d.state = done
			s.Stats.Unread--
			s.Stats.Other++
		}
		if root != nil {
			objects = append(objects, whole(d, i, root))
		}
	}
	return objects
}
