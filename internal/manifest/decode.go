package manifest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// Decode reads inputs from memory. Limits on totals that are hit are Errors of the Set.
func Decode(inputs []Input, opts Options) *Set {
	s := &Set{opts: opts.withDefaults()}
	if limit := s.add(inputs); limit != nil {
		s.Errors = append(s.Errors, *limit)
	}
	s.decode(context.Background(), fresh, s.opts.Sign)
	return s
}

// add splits inputs into documents, up to the limits on totals; it returns the one that was hit.
func (s *Set) add(inputs []Input) (limit *Error) {
	total := int64(0)
	for i, in := range inputs {
		if total += int64(len(in.Data)); total > s.opts.MaxTotalBytes {
			inputs = inputs[:i]
			limit = &Error{File: in.Name, Message: tooMuch(s.opts.MaxTotalBytes)}
			break
		}
	}
	documents := make([][]document, len(inputs))
	broken := make([]string, len(inputs))
	parallel(len(inputs), func() func(int) {
		return func(i int) { documents[i], broken[i] = splitInput(inputs[i], s.opts) }
	})
	for i, found := range documents {
		if broken[i] != "" {
			s.Errors = append(s.Errors, Error{File: inputs[i].Name, Message: broken[i]})
			continue
		}
		s.Stats.Files++
		if room := s.opts.MaxDocuments - len(s.documents); len(found) > room {
			s.documents = append(s.documents, found[:room]...)
			limit = &Error{File: inputs[i].Name, Line: int(found[room].line), Message: fmt.Sprintf(
				"more than %d documents in all (--max-documents); the rest is not read", s.opts.MaxDocuments)}
			break
		}
		s.documents = append(s.documents, found...)
	}
	s.Stats.Documents = len(s.documents)
	return limit
}

func splitInput(in Input, opts Options) (documents []document, broken string) {
	switch {
	case int64(len(in.Data)) > opts.MaxFileBytes:
		return nil, tooLarge(opts.MaxFileBytes)
	case bytes.HasPrefix(in.Data, []byte("\xff\xfe")), bytes.HasPrefix(in.Data, []byte("\xfe\xff")):
		return nil, "text is UTF-16; only UTF-8 is read"
	}
	// The bytes are not copied: text is most of what is kept of a large input.
	return split(&file{name: in.Name, text: unsafe.String(unsafe.SliceData(in.Data), len(in.Data))}), ""
}

func tooMuch(limit int64) string {
	return fmt.Sprintf("more than %d bytes in all (--max-total-bytes); the rest is not read", limit)
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
func (s *Set) decode(ctx context.Context, in state, sign func([]byte) bool) []*Object {
	picked := make([]int, 0, len(s.documents))
	for i := range s.documents {
		if s.documents[i].state == in {
			picked = append(picked, i)
		}
	}
	parallel(len(picked), func() func(int) {
		w := worker{opts: s.opts, parser: parser{maxDepth: s.opts.MaxDepth}}
		return func(i int) {
			if ctx.Err() == nil {
				w.decode(&s.documents[picked[i]], picked[i], sign)
			}
		}
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
		case fresh, done: // not reached before ctx ended; counted below
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
	woken = s.decode(context.Background(), dormant, want)
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
		e := d.failure(err)
		if root == nil && strings.Contains(d.text(), "{{") {
			e.Message += "; a template has to be rendered first"
		}
		d.decoded.err = &e
	}
	if root != nil {
		d.decoded.objects = objectsOf(d, order, root)
	}
}

// failure is why the document could not be read, and where.
func (d *document) failure(err error) Error {
	e := Error{File: d.file.name, Line: int(d.line), Message: err.Error()}
	if at := new(syntaxError); errors.As(err, &at) {
		e.Line += at.line - 1
	}
	return e
}

func (w *worker) read(d *document) (*Node, error) {
	text := d.text()
	if len(text) > w.opts.MaxDocumentBytes {
		return nil, errorAt(text, skipPrologue(text), fmt.Sprintf(
			"document is larger than %d bytes (--max-document-bytes)", w.opts.MaxDocumentBytes))
	}
	if i := strings.IndexByte(text, 0); i >= 0 {
		return nil, errorAt(text, i, "NUL byte: this is not text")
	}
	if !utf8.ValidString(text) {
		return nil, errorAt(text, invalidUTF8(text), "text is not valid UTF-8")
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
