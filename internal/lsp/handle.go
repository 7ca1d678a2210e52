package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

var errOver = errors.New("the server has ended")

// handle answers one message. They come one after the other; judging takes its time elsewhere.
func (s *Server) handle(ctx context.Context, reply jsonrpc2.Replier, req jsonrpc2.Request) error {
	s.handling.Lock()
	defer s.handling.Unlock()
	if s.over {
		return errOver
	}
	switch req.Method() {
	case protocol.MethodInitialize:
		return reply(ctx, s.initialize(), nil)
	case protocol.MethodShutdown:
		s.mu.Lock()
		s.stopping = true
		s.mu.Unlock()
		return reply(ctx, nil, nil)
	case protocol.MethodExit:
		return s.conn.Close()
	case protocol.MethodTextDocumentDidOpen:
		return notified(ctx, reply, req, func(p protocol.DidOpenTextDocumentParams) error { s.opened(p.TextDocument); return nil })
	case protocol.MethodTextDocumentDidChange:
		return notified(ctx, reply, req, s.edited)
	case protocol.MethodTextDocumentDidSave:
		return notified(ctx, reply, req, func(p protocol.DidSaveTextDocumentParams) error { s.written(p.TextDocument.URI); return nil })
	case protocol.MethodWorkspaceDidChangeWatchedFiles:
		return notified(ctx, reply, req, func(p protocol.DidChangeWatchedFilesParams) error {
			for _, change := range p.Changes {
				s.written(change.URI)
			}
			return nil
		})
	case protocol.MethodTextDocumentDidClose:
		return notified(ctx, reply, req, func(p protocol.DidCloseTextDocumentParams) error {
			if !s.closed(p.TextDocument.URI) {
				return nil
			}
			return s.publish(ctx, p.TextDocument.URI, 0, nil)
		})
	case protocol.MethodTextDocumentHover:
		return answered(ctx, reply, req, s.hover)
	case protocol.MethodTextDocumentCodeAction:
		return answered(ctx, reply, req, s.actions)
	case protocol.MethodInitialized, protocol.MethodSetTrace, protocol.MethodCancelRequest, protocol.MethodWorkspaceDidChangeConfiguration:
		return reply(ctx, nil, nil)
	default:
		return jsonrpc2.MethodNotFoundHandler(ctx, reply, req)
	}
}

func (s *Server) initialize() *protocol.InitializeResult {
	return &protocol.InitializeResult{
		Capabilities: protocol.ServerCapabilities{
			TextDocumentSync: &protocol.TextDocumentSyncOptions{
				OpenClose: true, Change: protocol.TextDocumentSyncKindFull, Save: &protocol.SaveOptions{},
			},
			HoverProvider:      true,
			CodeActionProvider: &protocol.CodeActionOptions{CodeActionKinds: []protocol.CodeActionKind{protocol.QuickFix}},
		},
		ServerInfo: &protocol.ServerInfo{Name: origin},
	}
}

func read[P any](req jsonrpc2.Request) (P, error) {
	var params P
	if err := json.Unmarshal(req.Params(), &params); err != nil {
		return params, fmt.Errorf("%w: %s: %w", jsonrpc2.ErrInvalidParams, req.Method(), err)
	}
	return params, nil
}

func notified[P any](ctx context.Context, reply jsonrpc2.Replier, req jsonrpc2.Request, take func(P) error) error {
	params, err := read[P](req)
	if err == nil {
		err = take(params)
	}
	return reply(ctx, nil, err)
}

func answered[P, R any](ctx context.Context, reply jsonrpc2.Replier, req jsonrpc2.Request, answer func(P) R) error {
	params, err := read[P](req)
	if err != nil {
		return reply(ctx, nil, err)
	}
	return reply(ctx, answer(params), nil)
}
