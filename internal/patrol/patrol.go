// Package patrol goes over the Redis of a cluster in rounds, and tells what stands there: as metrics, Events and Reports.
// How a cluster is read and judged it does not know.
package patrol

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/redislint/redislint/internal/admission"
)

// Cluster is what is patrolled.
type Cluster interface {
	// Unread returns the kinds of which not all is known, and an error while nothing is.
	Unread() ([]admission.Unread, error)
	// Survey judges every Redis and tells what is found, namespace after namespace. The error is that there is no verdict at all.
	Survey(ctx context.Context, unread []admission.Unread, tell func(admission.Standing)) error
}

// Teller makes known what is found. It is called by one goroutine.
type Teller interface {
	// Begin is told what the round cannot see.
	Begin(ctx context.Context, unread []admission.Unread)
	Tell(ctx context.Context, s admission.Standing)
	// End comes after the last namespace. What was not told stands no more, but for what the round could not see.
	End(ctx context.Context)
	// Forget comes when somebody else goes on with the patrol, in the middle of a round too.
	Forget()
}

// Patrol is a patrol of one cluster.
type Patrol struct {
	Cluster  Cluster
	Interval time.Duration // from the end of a round to the beginning of the next, give or take a tenth
	Metrics  *Metrics
	Tellers  []Teller // beside the metrics
	Log      *slog.Logger

	After func(time.Duration) <-chan time.Time // time.After where nil
}

// How long the first round waits for the cluster to be known, and how often it looks.
const (
	patience = time.Minute
	look     = time.Second
)

// maxFaults is how many namespaces without a verdict are told of in a round, one by one; there may be one reason for all.
const maxFaults = 5

// Run patrols until ctx ends. Whatever a round meets, the next one comes.
func (p *Patrol) Run(ctx context.Context) error {
	if p.After == nil {
		p.After = time.After
	}
	defer p.forget()
	if !p.settle(ctx) {
		return nil
	}
	for {
		p.round(ctx)
		if !p.wait(ctx, jitter(p.Interval)) {
			return nil
		}
	}
}

// jitter is a duration give or take a tenth, so that many clusters, and many replicas, do not move in step.
func jitter(d time.Duration) time.Duration {
	return d - d/10 + rand.N(d/5+1)
}

func (p *Patrol) wait(ctx context.Context, d time.Duration) (goOn bool) {
	select {
	case <-ctx.Done():
		return false
	case <-p.After(d):
		return ctx.Err() == nil
	}
}

// settle waits until all is known, but not for ever: something may never be.
func (p *Patrol) settle(ctx context.Context) (goOn bool) {
	for range patience / look {
		if unread, err := p.Cluster.Unread(); err == nil && len(unread) == 0 {
			break
		}
		if !p.wait(ctx, look) {
			return false
		}
	}
	return ctx.Err() == nil
}

func (p *Patrol) tellers() []Teller { return append([]Teller{p.Metrics}, p.Tellers...) }

func (p *Patrol) forget() {
	for _, t := range p.tellers() {
		t.Forget()
	}
}

// round goes over the cluster once.
func (p *Patrol) round(ctx context.Context) {
	started := time.Now()
	r, err := p.walk(ctx)
	switch {
	case ctx.Err() != nil:
		return
	case err != nil:
		p.Metrics.failed()
		p.Log.Error("audit", "error", err)
		return
	}
	log, result := p.Log.Info, "whole"
	if len(r.unread)+r.faulty > 0 {
		log, result = p.Log.Warn, "partial"
	}
	took := time.Since(started)
	p.Metrics.ended(result, took)
	log("audited", "result", result, "namespaces", r.namespaces, "redis", r.redis, "findings", r.findings, "waived", r.waived,
		"undecided", r.undecided, "faulty", r.faulty, "unread", unreadNames(r.unread), "took", took.Round(time.Millisecond).String())
}

// tally is what a round came to.
type tally struct {
	unread                                                 []admission.Unread
	namespaces, faulty, redis, findings, waived, undecided int
}

// walk tells every teller what a survey finds. A panic ends the round and nothing else.
func (p *Patrol) walk(ctx context.Context) (r tally, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v\n%s", panicked, debug.Stack())
		}
	}()
	if r.unread, err = p.Cluster.Unread(); err != nil {
		return r, err
	}
	tellers := p.tellers()
	for _, t := range tellers {
		t.Begin(ctx, r.unread)
	}
	err = p.Cluster.Survey(ctx, r.unread, func(s admission.Standing) {
		if s.Namespace != "" {
			r.namespaces++
		}
		if s.Err != nil {
			if r.faulty++; r.faulty <= maxFaults {
				p.Log.Error("audit", "namespace", s.Namespace, "error", s.Err)
			}
		}
		r.redis += s.Redis
		r.undecided += len(s.Undecided)
		for _, f := range s.Findings {
			if f.Suppressed != nil {
				r.waived++
			} else {
				r.findings++
			}
		}
		for _, t := range tellers {
			t.Tell(ctx, s)
		}
	})
	if err = errors.Join(err, ctx.Err()); err != nil {
		return r, err
	}
	for _, t := range tellers {
		t.End(ctx)
	}
	return r, ctx.Err()
}

func unreadNames(unread []admission.Unread) []string {
	names := make([]string, len(unread))
	for i, u := range unread {
		names[i] = kindName(u)
	}
	return names
}

func kindName(u admission.Unread) string {
	if u.Kind[0] == '/' {
		return u.Kind[1:]
	}
	return u.Kind
}

// blind reports whether something was never read, so that what is not found may well stand.
func blind(unread []admission.Unread) bool {
	for _, u := range unread {
		if !u.Stale {
			return true
		}
	}
	return false
}
