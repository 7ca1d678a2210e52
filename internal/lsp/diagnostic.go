package lsp

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

const origin = "redislint"

// judgeAll judges what is open whenever it changes, until ctx ends. Of the texts that come while one is judged the last is
// judged next, and the others never.
func (s *Server) judgeAll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.changed:
		}
		for {
			d, due := s.next()
			if !due || ctx.Err() != nil {
				break
			}
			s.judge(ctx, d)
		}
	}
}

func (s *Server) judge(ctx context.Context, d document) {
	verdict, err := s.opts.Judge(ctx, d.path, s.texts())
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		verdict = &Verdict{Errors: []manifest.Error{{File: filepath.ToSlash(d.path), Line: 1, Message: err.Error()}}}
	}
	if s.settle(d, verdict) {
		_ = s.publish(ctx, protocol.DocumentURI(d.uri), d.version, s.diagnostics(d, verdict)) // the editor is gone, and Serve says so
	}
}

func (s *Server) publish(ctx context.Context, at protocol.DocumentURI, version int32, list []protocol.Diagnostic) error {
	return s.conn.Notify(ctx, protocol.MethodTextDocumentPublishDiagnostics, &protocol.PublishDiagnosticsParams{
		URI: at, Version: uint32(max(version, 0)), Diagnostics: append([]protocol.Diagnostic{}, list...),
	})
}

// diagnostics are what an editor shows in one document: what was found in it, and what was found elsewhere and rests on it.
func (s *Server) diagnostics(d document, verdict *Verdict) []protocol.Diagnostic {
	var list []protocol.Diagnostic
	own := filepath.ToSlash(d.path)
	for _, e := range verdict.Errors {
		if e.File == own {
			at := position(d.text, max(e.Line, 1), 1)
			list = append(list, protocol.Diagnostic{
				Range: protocol.Range{Start: at, End: protocol.Position{Line: at.Line + 1}}, Severity: protocol.DiagnosticSeverityError, Source: origin, Message: e.Message,
			})
		}
	}
	for _, f := range verdict.Found {
		if f.Suppressed == nil {
			if shown, is := s.diagnostic(f, own); is {
				list = append(list, shown)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b protocol.Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Range.Start.Line, b.Range.Start.Line), cmp.Compare(a.Range.Start.Character, b.Range.Start.Character))
	})
	return list
}

var severities = map[rules.Severity]protocol.DiagnosticSeverity{
	rules.Error: protocol.DiagnosticSeverityError, rules.Warning: protocol.DiagnosticSeverityWarning, rules.Info: protocol.DiagnosticSeverityInformation,
}

func (s *Server) diagnostic(f Found, own string) (protocol.Diagnostic, bool) {
	shown := protocol.Diagnostic{
		CodeDescription: &protocol.CodeDescription{Href: protocol.URI(s.opts.Page(f.Rule))},
		Severity:        severities[f.Severity], Code: f.Rule.ID, Source: origin,
		Message: f.Message + "\nfix: " + f.Rule.Remediation,
	}
	places := []rules.Related{{Place: f.Place, Message: f.Message}}
	places = append(places, f.Related...)
	at := slices.IndexFunc(places, func(r rules.Related) bool { return r.File() == own && r.Position.Line > 0 })
	if at < 0 {
		return shown, false
	}
	shown.Range = rangeOf(places[at].Place)
	for i, place := range places {
		if i == at || place.File() == "" || place.Position.Line < 1 {
			continue
		}
		shown.RelatedInformation = append(shown.RelatedInformation, protocol.DiagnosticRelatedInformation{
			Location: protocol.Location{URI: uri.File(filepath.FromSlash(place.File())), Range: rangeOf(place.Place)},
			Message:  place.Message,
		})
	}
	return shown, true
}

// rangeOf is a place as editors count: from 0, columns in UTF-16 code units.
func rangeOf(place rules.Place) protocol.Range {
	p := place.Position
	return protocol.Range{Start: inObject(place.In, p.Line, p.Column), End: inObject(place.In, p.EndLine, p.EndColumn)}
}

func inObject(o *manifest.Object, line, column int) protocol.Position {
	at := protocol.Position{Line: uint32(max(line-1, 0)), Character: uint32(max(column-1, 0))}
	if o == nil || line < 1 {
		return at
	}
	if lines := o.Lines(line, line); len(lines) > 0 {
		at.Character = units([]byte(lines[0]), column-1)
	}
	return at
}

// position is a place in a text, of which lines and columns are given from 1, columns in code points.
func position(text []byte, line, column int) protocol.Position {
	at := protocol.Position{Line: uint32(line - 1)}
	for n := 1; n < line; n++ {
		i := slices.Index(text, '\n')
		if i < 0 {
			return at
		}
		text = text[i+1:]
	}
	at.Character = units(text, column-1)
	return at
}

// units counts the UTF-16 code units of the first code points of a line.
func units(line []byte, points int) uint32 {
	var count uint32
	for range points {
		r, size := utf8.DecodeRune(line)
		if size == 0 || r == '\n' {
			break
		}
		line = line[size:]
		count++
		if r > 0xffff {
			count++
		}
	}
	return count
}
