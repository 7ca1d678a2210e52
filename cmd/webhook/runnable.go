package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// everyReplica is a manager's Runnable that does not wait for an election.
type everyReplica func(context.Context) error

// Start runs it until ctx ends.
func (f everyReplica) Start(ctx context.Context) error { return f(ctx) }

// NeedLeaderElection says that every replica runs it.
func (everyReplica) NeedLeaderElection() bool { return false }

// together runs all until each has returned. None ends the others.
func together(all []func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		faults := make([]error, len(all))
		var wg sync.WaitGroup
		for i, run := range all {
			wg.Go(func() { faults[i] = run(ctx) })
		}
		wg.Wait()
		return errors.Join(faults...)
	}
}

// watcher starts what needs an API server, as often as it takes for one to be there.
type watcher struct {
	start func(context.Context) error
	log   *slog.Logger
}

// Longest and shortest time between two attempts.
const (
	firstPause = 200 * time.Millisecond
	maxPause   = 10 * time.Second
)

// Start tries until it succeeds, or ctx ends.
func (w *watcher) Start(ctx context.Context) error {
	pause := firstPause
	for {
		err := w.start(ctx)
		if err == nil || ctx.Err() != nil {
			return nil
		}
		w.log.Warn("watch the cluster", "error", err, "again", pause.String())
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		pause = min(2*pause, maxPause)
	}
}

// NeedLeaderElection says that every replica watches.
func (*watcher) NeedLeaderElection() bool { return false }

// randomName tells replicas apart.
func randomName() string { return rand.Text()[:10] }
