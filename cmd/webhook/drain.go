package main

import (
	"context"
	"net/http"
	"time"
)

// grace is how long requests that are still being answered at the very end are waited for.
const grace = 5 * time.Second

// drain ends a server so that no API server loses a request. None sends one again that met a closed connection, each keeps a
// pool of idle ones, and is told late that a replica ends. So
//
//  1. readiness fails, and every reply asks its client to close the connection;
//  2. after lag, by which nobody connects to this replica any more, the listener closes, and nothing but the listener;
//  3. pooled connections are served until the last is gone, or for tail, by which every client has given up an idle one.
func (s *server) drain(httpServer *http.Server, bounded *listener) {
	s.phase.Store(ending)
	started := time.Now()
	s.log.Info("draining", "lag", s.lag.String(), "tail", s.tail.String(), "connections", s.connections.open())
	<-s.after(s.lag)
	_ = bounded.Close()
	select {
	case <-s.connections.gone():
	case <-s.after(s.tail):
	}
	s.log.Info("drained", "took", time.Since(started).String(), "connections", s.connections.open())

	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	if httpServer.Shutdown(ctx) != nil {
		_ = httpServer.Close()
	}
	s.phase.Store(closed)
}

// drainTakes is how long a drain takes at most.
func (s *server) drainTakes() time.Duration { return s.lag + s.tail + grace }
