package lsp

import (
	"fmt"
	"path/filepath"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/redislint/redislint/internal/rules"
)

// hover explains the rules of what was found where the pointer is.
func (s *Server) hover(p protocol.HoverParams) *protocol.Hover {
	at := protocol.Range{Start: p.Position, End: p.Position}
	found := s.foundAt(p.TextDocument.URI, at)
	if len(found) == 0 {
		return nil
	}
	var pages []string
	seen := map[string]bool{}
	for _, f := range found {
		if !seen[f.Rule.ID] {
			seen[f.Rule.ID] = true
			pages = append(pages, s.explain(f.Rule))
		}
	}
	shown := rangeOf(found[0].Place)
	return &protocol.Hover{
		Contents: protocol.MarkupContent{Kind: protocol.Markdown, Value: strings.Join(pages, "\n\n---\n\n")},
		Range:    &shown,
	}
}

// explain is the short form of a rule's page.
func (s *Server) explain(rule *rules.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** · %s · %s\n\n%s\n\n**Fix:** %s\n", rule.ID, rule.Severity, rule.Title, strings.TrimSpace(rule.Description), rule.Remediation)
	for _, p := range rule.Params {
		fmt.Fprintf(&b, "\n- `%s` (default `%v`): %s", p.Name, p.Default, p.Description)
	}
	fmt.Fprintf(&b, "\n\n[%s](%s)\n", rule.ID, s.opts.Page(rule))
	return b.String()
}

// mostTried is for how many findings of a range fixes are offered. Each is tried out first, and the editor waits.
const mostTried = 10

// actions are what mends the findings in a range, and what waives them.
func (s *Server) actions(p protocol.CodeActionParams) []protocol.CodeAction {
	list := []protocol.CodeAction{}
	own := filepath.ToSlash(pathOf(p.TextDocument.URI))
	tried := 0
	for _, f := range s.foundAt(p.TextDocument.URI, p.Range) {
		if f.Suppressed != nil {
			continue
		}
		shown, _ := s.diagnostic(f, own)
		var fixes []Fix
		if tried++; tried <= mostTried {
			fixes = f.Fixes()
		}
		for _, fix := range fixes {
			edit, whole := s.edit(fix)
			if !whole {
				continue
			}
			list = append(list, protocol.CodeAction{
				Title: fix.Title, Kind: protocol.QuickFix, Diagnostics: []protocol.Diagnostic{shown}, IsPreferred: fix.Safe, Edit: edit,
			})
		}
		if edit := s.waive(p.TextDocument.URI, f); edit != nil {
			list = append(list, protocol.CodeAction{
				Title: "Waive " + f.Rule.ID + " here, with a reason", Kind: protocol.QuickFix,
				Diagnostics: []protocol.Diagnostic{shown}, Edit: edit,
			})
		}
	}
	return list
}

// edit is a fix for the editor; false when one of its files has another text by now.
func (s *Server) edit(fix Fix) (*protocol.WorkspaceEdit, bool) {
	changes := map[protocol.DocumentURI][]protocol.TextEdit{}
	for _, e := range fix.Edits {
		path := filepath.FromSlash(e.File)
		if text, open := s.text(path); open && string(text) != e.Source {
			return nil, false
		}
		text, at := []byte(e.Source), uri.File(path)
		changes[at] = append(changes[at], protocol.TextEdit{
			Range: protocol.Range{
				Start: position(text, e.Position.Line, e.Position.Column), End: position(text, e.Position.EndLine, e.Position.EndColumn),
			},
			NewText: e.Text,
		})
	}
	return &protocol.WorkspaceEdit{Changes: changes}, true
}

// waive is a comment above the line of a finding. JSON has no comments.
func (s *Server) waive(at protocol.DocumentURI, f Found) *protocol.WorkspaceEdit {
	path := pathOf(at)
	text, open := s.text(path)
	if !open || f.Rule.OfWaivers || filepath.Ext(path) == ".json" || f.Position.Line < 1 {
		return nil
	}
	lines := strings.SplitN(string(text), "\n", f.Position.Line+1)
	if len(lines) < f.Position.Line {
		return nil
	}
	line := lines[f.Position.Line-1]
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	ending := "\n"
	if strings.HasSuffix(line, "\r") {
		ending = "\r\n"
	}
	start := protocol.Position{Line: uint32(f.Position.Line - 1)}
	return &protocol.WorkspaceEdit{Changes: map[protocol.DocumentURI][]protocol.TextEdit{at: {{
		Range: protocol.Range{Start: start, End: start}, NewText: indent + "# redislint: ignore[" + f.Rule.ID + "] reason" + ending,
	}}}}
}
