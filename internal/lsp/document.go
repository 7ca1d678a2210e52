package lsp

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// pathOf returns the path of a document on disk, "" for one that is none, such as an unsaved buffer.
func pathOf(at protocol.DocumentURI) string {
	if !strings.HasPrefix(string(at), uri.FileScheme+"://") {
		return ""
	}
	parsed, err := uri.Parse(string(at))
	if err != nil {
		return ""
	}
	return filepath.Clean(parsed.Filename())
}

var errText = errors.New("a change of a part of the text, which the server does not take")

func (s *Server) opened(item protocol.TextDocumentItem) {
	path := pathOf(item.URI)
	if path == "" || !slices.Contains([]string{".yaml", ".yml", ".json", ".tpl"}, filepath.Ext(path)) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[path] = &document{uri: string(item.URI), path: path, version: item.Version, text: []byte(item.Text), due: true, asked: true}
	s.affected(path)
}

func (s *Server) edited(params protocol.DidChangeTextDocumentParams) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, open := s.open[pathOf(params.TextDocument.URI)]
	if !open || len(params.ContentChanges) == 0 {
		return nil
	}
	last := params.ContentChanges[len(params.ContentChanges)-1]
	if last.RangeLength != 0 || last.Range != (protocol.Range{}) {
		return errText
	}
	d.text, d.version = []byte(last.Text), params.TextDocument.Version
	d.due, d.asked = true, true
	s.affected(d.path)
	return nil
}

// written has everything judged again: a file on disk may be part of anything.
func (s *Server) written(at protocol.DocumentURI) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := pathOf(at)
	if d, open := s.open[path]; open {
		d.due, d.asked = true, true
	}
	s.affected("")
}

// closed forgets a document, and tells what to clear.
func (s *Server) closed(at protocol.DocumentURI) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := pathOf(at)
	_, open := s.open[path]
	delete(s.open, path)
	s.affected("")
	return open
}

// affected has what may depend on a file judged again: documents of its folder, above or below, or all for "".
func (s *Server) affected(path string) {
	for _, d := range s.open {
		one, other := filepath.Dir(d.path)+"/", filepath.Dir(path)+"/"
		if path == "" || strings.HasPrefix(one, other) || strings.HasPrefix(other, one) {
			d.due = true
		}
	}
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// next returns a copy of a document that is to be judged, those first whose text the user is changing.
func (s *Server) next() (document, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var next *document
	for _, d := range s.open {
		if d.due && (next == nil || d.asked && !next.asked || d.asked == next.asked && d.path < next.path) {
			next = d
		}
	}
	if next == nil {
		return document{}, false
	}
	next.due, next.asked = false, false
	return *next, true
}

// settle keeps the verdict on a document, unless it has changed since.
func (s *Server) settle(judged document, verdict *Verdict) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, open := s.open[judged.path]
	if !open || d.version != judged.version {
		return false
	}
	d.found = verdict.Found
	return true
}

// foundAt returns what was found in a document that touches a range of it.
func (s *Server) foundAt(at protocol.DocumentURI, within protocol.Range) []Found {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, open := s.open[pathOf(at)]
	if !open {
		return nil
	}
	var found []Found
	for _, f := range d.found {
		if f.File() == filepath.ToSlash(d.path) && touches(rangeOf(f.Place), within) {
			found = append(found, f)
		}
	}
	return found
}

func touches(a, b protocol.Range) bool {
	before := func(a, b protocol.Position) bool {
		return a.Line < b.Line || a.Line == b.Line && a.Character < b.Character
	}
	return !before(a.End, b.Start) && !before(b.End, a.Start)
}
