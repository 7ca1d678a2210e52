package render

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"helm.sh/helm/v3/pkg/strvals"

	"github.com/redislint/redislint/internal/manifest"
)

// Session is a child that has rendered a chart and answers questions about it.
type Session struct {
	process  *process
	chart    Chart
	rendered *Rendered
}

// Chart renders a chart. The error is that of ctx, of a values file that cannot be read, or of a child that could not be
// started; all else is in Errors.
func (r *Renderer) Chart(ctx context.Context, chart Chart) (*Rendered, error) {
	s, err := r.Open(ctx, chart)
	if err != nil {
		return nil, err
	}
	s.Close()
	return s.rendered, nil
}

// Open renders a chart and keeps its child until Close.
func (r *Renderer) Open(ctx context.Context, chart Chart) (*Session, error) {
	question := &chartRequest{Chart: chart}
	if err := question.read(); err != nil {
		return nil, err
	}
	s := &Session{chart: chart}
	var err error
	s.process, s.rendered, err = r.ask(ctx, request{Chart: question}, chart.Path)
	return s, err
}

// Kustomize builds a kustomization. The error is that of ctx, or of a child that could not be started.
func (r *Renderer) Kustomize(ctx context.Context, k Kustomization) (*Rendered, error) {
	process, rendered, err := r.ask(ctx, request{Build: &k}, k.Path)
	if process != nil {
		process.close()
	}
	return rendered, err
}

// ask starts a child for its first request. There is no child when it died.
func (r *Renderer) ask(ctx context.Context, question request, path string) (*process, *Rendered, error) {
	process, err := r.start()
	if err != nil {
		return nil, nil, err
	}
	answer, err := process.ask(ctx, question)
	if err == nil && answer.Rendered != nil {
		return process, answer.Rendered, nil
	}
	process.close()
	end := new(death)
	if !errors.As(err, &end) {
		return nil, nil, fmt.Errorf("render %s: %w", path, err)
	}
	return nil, &Rendered{Errors: []manifest.Error{{File: filepath.ToSlash(filepath.Clean(path)), Message: end.Error()}}}, nil
}

// Rendered returns what became of the chart.
func (s *Session) Rendered() *Rendered { return s.rendered }

// Close ends the child. A nil Session has none.
func (s *Session) Close() {
	if s != nil && s.process != nil {
		s.process.close()
	}
}

// Change is a change of a chart's values: keys of the top chart's values, each with the value it is to have. An item of a
// list is a key in decimal. null removes a key.
type Change struct{ Settings []Setting }

// Setting is a key of values and its value.
type Setting struct {
	Keys  []string
	Value any
}

// Variation is what a Change makes of a chart.
type Variation struct {
	// Documents are those that a Change has altered or added, with an empty Text those that are gone. A document that is
	// different each time, for it has a random password, is always among them.
	Documents []Document
	Errors    []manifest.Error
}

// Vary renders the chart once for each change. The error is that of ctx, or of a child that died.
func (s *Session) Vary(ctx context.Context, changes []Change) ([]Variation, error) {
	answer, err := s.ask(ctx, request{Vary: changes})
	if err != nil {
		return nil, err
	}
	return answer.Variations, nil
}

// Leaves returns every leaf of the values that the chart is rendered with.
func (s *Session) Leaves(ctx context.Context) ([]Leaf, error) {
	answer, err := s.ask(ctx, request{Leaves: true})
	if err != nil {
		return nil, err
	}
	return answer.Leaves, nil
}

// ask puts a question to the child, or to nobody when it is dead.
func (s *Session) ask(ctx context.Context, question request) (*response, error) {
	if s.process == nil {
		return &response{}, nil
	}
	answer, err := s.process.ask(ctx, question)
	if err != nil {
		s.process.close()
		s.process = nil
		return nil, fmt.Errorf("ask the renderer of %s: %w", s.chart.Path, err)
	}
	return answer, nil
}

// maxFileBytes bounds a values file, and a file of --set-file.
const maxFileBytes = 16 << 20

// read reads the files that the user named, which the child cannot.
func (c *chartRequest) read() error {
	c.Values = slices.Clone(c.Values)
	for i := range c.Values {
		if c.Values[i].Data == nil {
			data, err := readFile(c.Values[i].Name)
			if err != nil {
				return err
			}
			c.Values[i].Data = data
		}
	}
	c.SetFiles = map[string][]byte{}
	for _, text := range c.SetFile {
		var failed error
		// What does not parse is for the child to say.
		_ = strvals.ParseIntoFile(text, map[string]any{}, func(name []rune) (any, error) {
			data, err := readFile(string(name))
			failed = errors.Join(failed, err)
			c.SetFiles[string(name)] = data
			return string(data), nil
		})
		if failed != nil {
			return failed
		}
	}
	return nil
}

func readFile(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, &manifest.PathError{Path: name, Err: pathless(err)}
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFileBytes+1))
	switch {
	case err != nil:
		return nil, &manifest.PathError{Path: name, Err: pathless(err)}
	case len(data) > maxFileBytes:
		return nil, &manifest.PathError{Path: name, Err: errors.New("file is larger than " + size(maxFileBytes))}
	}
	return data, nil
}

// pathless drops the path that package os puts in front of its errors.
func pathless(err error) error {
	if inner := new(os.PathError); errors.As(err, &inner) {
		return inner.Err
	}
	return err
}
