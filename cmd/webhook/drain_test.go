package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestDrain(t *testing.T) {
	t.Parallel()
	g := newRig(t, reviewFunc(allow), func(g *rig) {
		g.lag, g.tail = 100*time.Millisecond, time.Hour // the end of the last connection ends it
	})
	client := g.client(t, nil)
	reply, err := client.Post(g.url("?timeout=30s"), "application/json", bytes.NewReader(review("", 0)))
	if err != nil {
		t.Fatal(err)
	}
	responseOf(t, reply)
	if reply.Close || g.ready() != nil {
		t.Fatalf("before the end: close %v, ready %v", reply.Close, g.ready())
	}

	g.end()
	for g.ready() == nil {
		if t.Context().Err() != nil {
			t.Fatal("still ready")
		}
	}
	for {
		c, err := net.Dial("tcp", g.addr)
		if err != nil {
			break // the listener is closed
		}
		c.Close()
	}
	// The pool still has its connection, and nobody could make another.
	reply, err = client.Post(g.url("?timeout=30s"), "application/json", bytes.NewReader(review("", 0)))
	if err != nil {
		t.Fatal(err)
	}
	responseOf(t, reply)
	if !reply.Close {
		t.Error("the client may keep its connection")
	}
	if err := <-g.ended; err != nil {
		t.Error(err)
	}
}

// TestRestartsLoseNothing restarts a server under load. Its client behaves as API servers do, but gives up idle connections
// after one second instead of 90. As behind a Service, it connects to the replica of the moment, which changes some time after
// the old one was told to end, and before its lag is over.
func TestRestartsLoseNothing(t *testing.T) {
	t.Parallel()
	const restarts, workers, lag = 20, 40, time.Hour
	type replica struct {
		*rig
		left chan time.Time // closed when nobody connects any more
	}
	start := func() *replica {
		left := make(chan time.Time)
		return &replica{left: left, rig: newRig(t, reviewFunc(allow), func(g *rig) {
			g.lag, g.tail = lag, time.Minute
			g.after = func(d time.Duration) <-chan time.Time {
				if d == lag {
					return left
				}
				return time.After(d)
			}
		})}
	}
	current := start()
	var connecting sync.RWMutex // held for writing while current changes
	client := current.client(t, func(ctx context.Context, _, _ string) (net.Conn, error) {
		connecting.RLock()
		defer connecting.RUnlock()
		return (&tls.Dialer{Config: current.tls()}).DialContext(ctx, "tcp", current.addr)
	})

	var load sync.WaitGroup
	var sent, failed, closed atomic.Int64
	tickets := make(chan struct{})
	for range workers {
		load.Go(func() {
			for range tickets {
				sent.Add(1)
				reply, err := client.Post("https://webhook.invalid/validate?timeout=30s", "application/json", bytes.NewReader(review("", 0)))
				if err != nil {
					failed.Add(1)
					t.Error(err)
					continue
				}
				if response := responseOf(t, reply); response == nil || !response.Allowed {
					failed.Add(1)
					t.Errorf("got %s", reply.Status)
				}
				if reply.Close {
					closed.Add(1)
				}
			}
		})
	}

	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	burst := func(ticks int) {
		for i := range ticks {
			<-tick.C
			tickets <- struct{}{}
			for range i % 8 { // so that the pool grows, and some of it lies idle
				tickets <- struct{}{}
			}
		}
	}
	var ends sync.WaitGroup
	ended := func(r *replica) {
		close(r.left)
		ends.Go(func() {
			if err := <-r.ended; err != nil {
				t.Error(err)
			}
		})
	}
	for range restarts {
		burst(20)
		old, next := current, start()
		old.end()
		burst(10) // the old one is still connected to
		connecting.Lock()
		current = next
		connecting.Unlock()
		ended(old)
	}
	burst(20)
	close(tickets)
	load.Wait()
	current.end()
	ended(current)
	ends.Wait()
	t.Logf("%d requests, %d failed, %d replies by a server that was ending", sent.Load(), failed.Load(), closed.Load())
	if closed.Load() == 0 {
		t.Error("no server ended while it was used")
	}
}

func TestServerThatNobodyAwaitsNeverListens(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := &server{address: "not an address", await: func(ctx context.Context) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	}}
	if err := s.Start(ctx); err != nil {
		t.Error(err)
	}
	if s.ready() == nil || s.lame() {
		t.Error("ready")
	}
	s.await = func(context.Context) error { return nil }
	if err := s.Start(t.Context()); err == nil {
		t.Error("listens on what is no address")
	}
}
