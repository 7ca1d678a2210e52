package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// Decode reads inputs from memory. Limits on totals that are hit are Errors of the Set.
func Decode(inputs []Input, opts Options) *Set {
	s := &Set{opts: opts.withDefaults()}
	s.add(inputs)
	s.decode(fresh, s.opts.Sign)
	return s
}

// add splits inputs into documents.
func (s *Set) add(inputs []Input) {
	split := make([][]document, len(inputs))
	broken := make([]string, len(inputs))
	parallel(len(inputs), 1, func() func(int) {
		return func(i int) {
			split[i], broken[i] = splitInput(inputs[i], s.opts)
		}
	})
	for i, documents := range split {
		name := inputs[i].Name
		switch room := s.opts.MaxDocuments - len(s.documents); {
		case broken[i] != "":
			s.Errors = append(s.Errors, Error{File: name, Message: broken[i]})
			continue
		case len(documents) > room:
			s.Errors = append(s.Errors, Error{File: name, Line: int(documents[room].line), Message: tooMany(s.opts)})
			documents = documents[:room]
		}
		s.Stats.Files++
		s.Stats.Documents += len(documents)
		s.documents = append(s.documents, documents...)
	}
}

func tooMany(o Options) string {
	return fmt.Sprintf("more than %d documents (--max-documents); the rest is not read", o.MaxDocuments)
}

func splitInput(in Input, opts Options) (documents []document, broken string) {
	switch {
	case int64(len(in.Data)) > opts.MaxFileBytes:
		return nil, tooLarge(opts.MaxFileBytes)
	case bytes.HasPrefix(in.Data, []byte("\xff\xfe")), bytes.HasPrefix(in.Data, []byte("\xfe\xff")):
		return nil, "text is UTF-16; only UTF-8 is read"
	}
	return split(&file{name: in.Name, text: string(in.Data)}), ""
}

func tooLarge(limit int64) string {
	return fmt.Sprintf("file is larger than %d bytes (--max-file-bytes)", limit)
}

// decoded is what came of a document.
type decoded struct {
	objects []*Object
	err     *Error
}

// decode decodes the documents in one state that carry the sign, and adds their objects, which it returns.
func (s *Set) decode(in state, sign func([]byte) bool) []*Object {
	picked := make([]int, 0, len(s.documents))
	for i := range s.documents {
		if s.documents[i].state == in {
			picked = append(picked, i)
		}
	}
	parallel(len(picked), 16, func() func(int) {
		w := worker{opts: s.opts, parser: parser{maxDepth: s.opts.MaxDepth}}
		return func(i int) { w.decode(&s.documents[picked[i]], picked[i], sign) }
	})
	return s.gather(picked)
}

// gather moves what came of documents into the Set and returns the new objects.
func (s *Set) gather(picked []int) []*Object {
	var objects []*Object
	for _, i := range picked {
		d := &s.documents[i]
		switch d.state {
		case dormant:
			s.Stats.Dormant++
		case unread:
			s.Stats.Unread++
		}
		if d.decoded == nil {
			continue
		}
		if err := d.decoded.err; err != nil {
			s.Errors = append(s.Errors, *err)
		} else if len(d.decoded.objects) == 0 {
			s.Stats.Other++
		}
		objects = append(objects, d.decoded.objects...)
		d.decoded = nil
	}
	s.Objects = append(s.Objects, objects...)
	return objects
}

// Wake decodes the dormant documents that want asks for; their objects join s.Objects in order and are returned. want
// is called from several goroutines; raw is valid only during the call.
func (s *Set) Wake(want func(raw []byte) bool) (woken []*Object) {
	s.Stats.Dormant = 0 // gather counts those left
	woken = s.decode(dormant, want)
	if len(woken) > 0 {
		slices.SortStableFunc(s.Objects, func(a, b *Object) int { return a.source.order - b.source.order })
	}
	return woken
}

// worker decodes documents one after another.
type worker struct {
	opts   Options
	parser parser
	raw    []byte
}

func (w *worker) decode(d *document, order int, sign func([]byte) bool) {
	if sign != nil {
		w.raw = append(w.raw[:0], d.text()...)
		if !sign(w.raw) {
			if d.state == fresh {
				d.state = unread
				if looksLikeObject(d.text()) {
					d.state = dormant
				}
			}
			return
		}
	}
	d.state = done
	d.decoded = new(decoded)
	root, err := w.read(d)
	if err != nil {
		d.decoded.err = &Error{File: d.file.name, Line: int(d.line), Message: err.Error()}
		var at *syntaxError
		if errors.As(err, &at) {
			d.decoded.err.Line += at.line - 1
		}
	}
	if root != nil {
		d.decoded.objects = objectsOf(d, order, root)
	}
}

func (w *worker) read(d *document) (*Node, error) {
	text := d.text()
	if len(text) > w.opts.MaxDocumentBytes {
		return nil, fmt.Errorf("document is larger than %d bytes (--max-document-bytes)", w.opts.MaxDocumentBytes)
	}
	if i := strings.IndexByte(text, 0); i >= 0 {
		return nil, &syntaxError{line: 1 + strings.Count(text[:i], "\n"), message: "NUL byte: this is not text"}
	}
	if !utf8.ValidString(text) {
		return nil, &syntaxError{line: 1 + strings.Count(text[:invalidUTF8(text)], "\n"), message: "text is not valid UTF-8"}
	}
	return w.parser.parse(text)
}

// invalidUTF8 returns the offset of the first invalid byte.
func invalidUTF8(text string) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
	return len(text)
}

func runeSize(text string) int {
	_, size := utf8.DecodeRuneInString(text)
	return size
}

// looksLikeObject reports whether a document has a kind, as far as can be seen without parsing it.
func looksLikeObject(text string) bool {
	return strings.HasPrefix(text, "kind:") || strings.Contains(text, "\nkind:") || strings.Contains(text, `"kind"`)
}

// parallel calls the functions that start makes, one for each goroutine, for every index below n, in batches.
func parallel(n, batch int, start func() func(int)) {
	workers := min(runtime.GOMAXPROCS(0), (n+batch-1)/batch)
	var next atomic.Int64
	run := func() {
		do := start()
		for {
			end := int(next.Add(int64(batch)))
			for i := end - batch; i < min(end, n); i++ {
				do(i)
			}
			if end >= n {
				return
			}
		}
	}
	if workers <= 1 {
		run()
		return
	}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(run)
	}
	wg.Wait()
}
