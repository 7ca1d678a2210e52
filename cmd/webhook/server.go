package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Times and sizes of connections. What a request may take is its caller's to say; these bound strangers.
const (
	headerTimeout = 5 * time.Second // TLS handshakes too
	bodyTimeout   = headerTimeout + maxPatience
	replyTimeout  = maxPatience + 2*time.Second
	// idleTimeout is well above the 90 s after which an API server gives a connection up: were both the same, a request could
	// meet a connection that is just being closed, and it is not sent again.
	idleTimeout    = 150 * time.Second
	maxHeaderBytes = 16 << 10
)

// server serves over TLS until its context ends, and then as long as a client may still hold a connection.
type server struct {
	address     string // host:port
	handler     http.Handler
	certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	connections *connections
	refused     func() // is told of connections that were closed because there are too many
	lag, tail   time.Duration
	after       func(time.Duration) <-chan time.Time // time.After
	log         *slog.Logger

	// await returns when there is something to serve. Until then nobody can connect.
	await func(context.Context) error

	phase atomic.Int32
}

// Phases of a server.
const (
	closed int32 = iota
	open
	ending // serving, and about to end
)

// lame reports whether the server is about to end.
func (s *server) lame() bool { return s.phase.Load() == ending }

// ready reports why clients should not connect.
func (s *server) ready() error {
	switch s.phase.Load() {
	case open:
		return nil
	case ending:
		return errors.New("draining")
	default:
		return errors.New("not listening")
	}
}

// NeedLeaderElection says that every replica serves. It also has the server started after the caches and stopped before them;
// what controller-runtime takes for a webhook server starts before.
func (s *server) NeedLeaderElection() bool { return false }

// Start serves until ctx ends and the drain after it.
func (s *server) Start(ctx context.Context) error {
	if s.await(ctx) != nil {
		return nil // the end came first
	}
	inner, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.address)
	if err != nil {
		return fmt.Errorf("listen for reviews: %w", err)
	}
	return s.serve(ctx, inner)
}

func (s *server) serve(ctx context.Context, inner net.Listener) error {
	bounded := &listener{Listener: inner, connections: s.connections, refused: s.refused}
	httpServer := s.httpServer()
	ended := make(chan error, 1)
	go func() { ended <- httpServer.ServeTLS(bounded, "", "") }()
	s.phase.Store(open)
	s.log.Info("serving", "address", inner.Addr().String())
	select {
	case err := <-ended:
		s.phase.Store(closed)
		return fmt.Errorf("serve reviews: %w", errors.Join(err, httpServer.Close()))
	case <-ctx.Done():
		s.drain(httpServer, bounded)
		return nil
	}
}

func (s *server) httpServer() *http.Server {
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true) // the only one that API servers speak to Services
	return &http.Server{
		Handler:           s.handler,
		Protocols:         protocols,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       bodyTimeout,
		WriteTimeout:      replyTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // of connections; anybody can cause them
		TLSConfig: &tls.Config{
			MinVersion:     tls.VersionTLS13,
			NextProtos:     []string{"http/1.1"},
			GetCertificate: s.certificate,
		},
	}
}
