package manifest

import "errors"

// host is the string that an embedded object is written in.
type host struct {
	object *Object
	path   Path
}

func (h *host) span(offset, length int) Position {
	return h.object.LocateWithin(h.path, offset, length)
}

// Embed reads the String at a path of an object as a YAML or JSON document of its own, such as the values of a chart that
// an Application holds as text. Its values are located in o's file. Text is the String itself or, where that is not quite
// YAML, what stands for it byte by byte. Of several documents the first counts; the Object is
// nil where there is none, and where it cannot be read at all.
func (s *Set) Embed(o *Object, p Path, text string) (*Object, *Error) {
	if ref, ok := o.Written(p, 0); ok { // where the whole string is another's, that is where people read it
		if original, _ := ref.Object.Root.At(ref.Path).Str(); len(original) == len(text) {
			o, p = ref.Object, ref.Path
		}
	}
	h := &host{object: o, path: p}
	documents := split(&file{name: o.File, text: text})
	if len(documents) == 0 {
		return nil, nil
	}
	d := &documents[0]
	w := worker{opts: s.opts, parser: parser{maxDepth: s.opts.MaxDepth}}
	root, err := w.read(d)
	var embedded *Object
	if root != nil {
		embedded = whole(d, o.source.order, root)
		embedded.host = h
	}
	if err == nil {
		return embedded, nil
	}
	at := int(d.start)
	if syntax := new(syntaxError); errors.As(err, &syntax) {
		at += afterLines(d.text(), syntax.line-1)
	}
	return embedded, &Error{File: o.File, Line: h.span(at, 0).Line, Message: err.Error()}
}

// afterLines returns the offset after the first n lines of a text.
func afterLines(text string, n int) int {
	at := 0
	for ; n > 0 && at < len(text); n-- {
		at += lineSize(text[at:])
	}
	return at
}

// whole returns a document as one object, whatever it holds.
func whole(d *document, order int, root *Node) *Object {
	metadata := root.Get("metadata")
	return &Object{
		File:       d.file.name,
		APIVersion: root.Get("apiVersion").Text(),
		Kind:       root.Get("kind").Text(),
		Namespace:  metadata.Get("namespace").Text(),
		Name:       metadata.Get("name").Text(),
		Root:       root,
		Template:   templateOf(d.text()),
		source:     source{file: d.file, start: d.start, end: d.end, line: d.line, order: order},
	}
}
