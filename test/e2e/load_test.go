package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// load is a stream of requests that the webhook judges, at an even rate.
type load struct {
	stop func()
	done sync.WaitGroup

	mu       sync.Mutex
	all      int
	dropped  int // not sent, as too many were under way
	failures []failed
	took     []time.Duration
}

// failed is a request that did not go as it should have.
type failed struct {
	began time.Time
	err   error
}

// perSecond is the rate at which everything about availability is tested.
const perSecond = 200

// atOnce bounds the requests under way.
const atOnce = 100

// load starts sending dry runs of a sound Redis's creation, until it is told to stop.
func (c *cluster) load(t *testing.T) *load {
	t.Helper()
	redis := one(t, "default", strings.Replace(bare, "args:", "resources: {requests: {memory: 1Gi}, limits: {memory: 1Gi}}, args:", 1))
	ctx, cancel := context.WithCancel(t.Context())
	l := &load{stop: cancel}
	t.Cleanup(cancel)
	places := make(chan struct{}, atOnce)
	l.done.Go(func() {
		tick := time.NewTicker(time.Second / perSecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			select {
			case places <- struct{}{}:
			default:
				l.mu.Lock()
				l.dropped++
				l.mu.Unlock()
				continue
			}
			l.done.Go(func() {
				defer func() { <-places }()
				began := time.Now()
				// Not of ctx: what was begun is ended.
				_, err := at(c.dynamic, redis).Create(context.WithoutCancel(ctx), redis, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
				l.mu.Lock()
				defer l.mu.Unlock()
				l.all++
				l.took = append(l.took, time.Since(began))
				if err != nil {
					l.failures = append(l.failures, failed{began, err})
				}
			})
		}
	})
	return l
}

// take returns what has failed since it was last asked.
func (l *load) take() []failed {
	l.mu.Lock()
	defer l.mu.Unlock()
	taken := l.failures
	l.failures = nil
	return taken
}

// end waits for the last answers and returns a summary.
func (l *load) end() string {
	l.stop()
	l.done.Wait()
	slices.Sort(l.took)
	at := func(share float64) time.Duration {
		if len(l.took) == 0 {
			return 0
		}
		return l.took[int(share*float64(len(l.took)-1))].Round(100 * time.Microsecond)
	}
	return fmt.Sprintf("%d requests, p50 %s, p99 %s, longest %s; %d not sent for want of places", l.all, at(.5), at(.99), at(1), l.dropped)
}

// none fails the test when something failed.
func none(t *testing.T, what string, failures []failed) {
	t.Helper()
	for i, f := range failures {
		if i == 5 {
			t.Errorf("%s: and %d more", what, len(failures)-i)
			return
		}
		t.Errorf("%s: %v", what, f.err)
	}
}

// readyWithin starts replicas and makes them part of the Service.
func (c *cluster) replicas(t *testing.T, n int, args ...string) []*replica {
	t.Helper()
	var all []*replica
	for range n {
		all = append(all, c.run(t, args...))
	}
	var faults []error
	for _, r := range all {
		faults = append(faults, c.publish(t.Context(), r))
	}
	if err := errors.Join(append(faults, c.judging(t.Context(), all...))...); err != nil {
		t.Fatal(err)
	}
	return all
}
