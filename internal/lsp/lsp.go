// Package lsp is the language server: it shows an editor what is found in the files that are open there. It knows the
// Language Server Protocol, and neither how files are judged nor where their neighbours are.
package lsp

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"

	"go.lsp.dev/jsonrpc2"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

// Options are what a Server needs of others.
type Options struct {
	// Judge judges the file at a path, absolute and clean, with what belongs to it. Open is what the editor holds of files, by
	// their paths with slashes. It is called from one goroutine.
	Judge func(ctx context.Context, path string, open map[string][]byte) (*Verdict, error)
	// Page returns the address of a rule's page.
	Page func(*rules.Rule) string
}

// Verdict is what was found in one file and in what belongs to it.
type Verdict struct {
	Found  []Found
	Errors []manifest.Error
}

// Found is a finding, with what would mend it, which is asked for when the user wants to know.
type Found struct {
	rules.Finding
	Fixes func() []Fix
}

// Fix is a change of files that mends a finding.
type Fix struct {
	Title string
	Safe  bool
	Edits []Edit
}

// Edit replaces what is written at a position of a file, whose whole text is Source.
type Edit struct {
	File     string
	Position manifest.Position
	Text     string
	Source   string
}

// Server serves one editor.
type Server struct {
	opts Options
	conn jsonrpc2.Conn

	handling sync.Mutex // held while a message is answered
	over     bool       // nothing is answered any more; under handling

	mu       sync.Mutex
	open     map[string]*document // by path
	stopping bool

	changed chan struct{} // has one when there is something to judge
}

// document is a file that is open in the editor.
type document struct {
	uri     string
	path    string
	version int32
	text    []byte

	// due is true until the verdict is on this text; asked when the user waits for it, and it does not only follow from
	// another document.
	due, asked bool
	found      []Found
}

// New returns a Server that has not begun yet.
func New(opts Options) *Server {
	return &Server{opts: opts, open: map[string]*document{}, changed: make(chan struct{}, 1)}
}

// Serve serves the editor at the other end of the stream until it says exit, goes away, or ctx ends. The error says that
// the editor went without having asked for the end.
func (s *Server) Serve(ctx context.Context, stream io.ReadWriteCloser) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.conn = jsonrpc2.NewConn(jsonrpc2.NewStream(stream))
	judged := make(chan struct{})
	go func() {
		defer close(judged)
		s.judgeAll(ctx)
	}()
	s.conn.Go(ctx, s.handle)
	select {
	case <-ctx.Done():
		_ = s.conn.Close() // nobody is left to tell, and a read from a terminal or pipe would not end by it
	case <-s.conn.Done():
	}
	cancel()
	<-judged
	s.end()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.conn.Err(); err != nil && !s.stopping {
		return fmt.Errorf("serve the editor: %w", err)
	}
	return nil
}

// grace is for how long the answer to a message may go on being written to an editor that is told to go.
const grace = time.Second

// end waits for the message that is being answered, and has no other answered: nobody writes to the stream after it.
func (s *Server) end() {
	ended := make(chan struct{})
	go func() {
		s.handling.Lock()
		defer s.handling.Unlock()
		s.over = true
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(grace): // the editor does not read
	}
}

// text returns what the editor holds of a file.
func (s *Server) text(path string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, open := s.open[path]
	if !open {
		return nil, false
	}
	return d.text, true
}

// texts returns what the editor holds. The bytes are never written to.
func (s *Server) texts() map[string][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	texts := map[string][]byte{}
	for path, d := range s.open {
		texts[filepath.ToSlash(path)] = d.text
	}
	return texts
}
