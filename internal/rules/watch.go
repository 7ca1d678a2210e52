package rules

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// What a team's own rule may take of the process that it runs in, beside the time that every rule may take.
const (
	// lookEvery is how often it is looked at. Rules that hold no surprise are long done by then.
	lookEvery = 5 * time.Millisecond
	// mostMemory is how much the process may grow meanwhile, in bytes. A single builtin may double what there is before
	// somebody looks again.
	mostMemory = 128 << 20
	// grace is how long it may go on when it is told to stop. Few builtins do not hear, and those only where they are fed
	// with megabytes.
	grace = time.Second
	// restFactor is for how many times as long as it wasted a rule is not asked again, and leastRest the shortest of that.
	restFactor, leastRest = 100, time.Minute
	// mostAnswers and mostRelated are what it may find in one Redis.
	mostAnswers, mostRelated, longestMessage = 1000, 100, 4096
)

var errMemory = fmt.Errorf("stopped, as a rule may take %d MB", mostMemory>>20)

// watch keeps a team's own rules from taking what is needed for others. A rule that was stopped rests, or ten thousand
// Redis would each wait for it in turn.
type watch struct {
	mu   sync.Mutex
	rest map[*Rule]rest
}

// rest is why and until when a rule is not asked; the zero time is for ever.
type rest struct {
	why   error
	until time.Time
}

func (w *watch) resting(rule *Rule) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	r, rests := w.rest[rule]
	if !rests || !r.until.IsZero() && time.Now().After(r.until) {
		return nil
	}
	return r.why
}

// rests has a rule rest for what it wasted, and with an endless waste for ever.
func (w *watch) rests(rule *Rule, why error, wasted time.Duration) {
	r := rest{why: why}
	if wasted < math.MaxInt64 {
		r.until = time.Now().Add(max(leastRest, restFactor*wasted))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.rest == nil {
		w.rest = map[*Rule]rest{}
	}
	w.rest[rule] = r
}

// watched is query for a team's own rule. The evaluation runs beside it, and is left to itself when it does not stop.
func (e *evaluation) watched(ctx context.Context, rule *Rule, limit time.Duration) (ast.Set, error) {
	watch := &e.evaluator.library.watch
	if err := watch.resting(rule); err != nil {
		return nil, err
	}
	type outcome struct {
		answers ast.Set
		err     error
	}
	done := make(chan outcome, 1)
	cancel := topdown.NewCancel()
	query, cache := e.evaluator.library.queries[rule], e.cache
	started := time.Now()
	go func() {
		var o outcome
		defer func() {
			if fault := recover(); fault != nil {
				o = outcome{err: fmt.Errorf("panic: %v", fault)}
			}
			done <- o
		}()
		o.answers, o.err = e.ask(ctx, query, cache, cancel)
	}()

	var stopped error
	var stoppedAt time.Time
	var before, most uint64
	look := time.NewTimer(lookEvery)
	defer look.Stop()
	for {
		select {
		case o := <-done:
			switch {
			case errors.Is(o.err, errSlow) && errors.Is(stopped, errMemory):
				runtime.GC() // what it took is free now, and the next rule must not be taken for the one that has it
				watch.rests(rule, errMemory, time.Since(started))
				return nil, errMemory
			case errors.Is(o.err, errSlow):
				e.wasted[rule] += time.Since(started)
				return nil, errSlow
			case o.err != nil:
				return nil, o.err
			}
			return o.answers, tooMuch(o.answers)
		case now := <-look.C:
			if before == 0 {
				before, most = memory()
			}
			after, _ := memory()
			switch spent := now.Sub(started); {
			case stopped == nil && (spent >= limit || ctx.Err() != nil):
				stopped, stoppedAt = errSlow, now
				cancel.Cancel()
			case stopped == nil && after > before+most:
				stopped, stoppedAt = errMemory, now
				cancel.Cancel()
			case stopped != nil && now.Sub(stoppedAt) > grace:
				why := fmt.Errorf("does not end, %v after it was told to: it is not asked again", grace)
				watch.rests(rule, why, math.MaxInt64)
				return nil, why
			}
			look.Reset(lookEvery)
		}
	}
}

// memory returns how many bytes objects take and by how many more that may grow: what the garbage collector lets gather
// anyway counts for nobody, and what GOMEMLIMIT leaves is at most half a rule's.
func memory() (now, most uint64) {
	samples := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(samples)
	now, most = samples[0].Value.Uint64(), mostMemory+samples[1].Value.Uint64()
	if limit := uint64(debug.SetMemoryLimit(-1)); limit < math.MaxInt64 {
		most = min(most, (limit-min(limit, now))/2)
	}
	return now, most
}

// tooMuch says what is too much about a rule's answers.
func tooMuch(answers ast.Set) error {
	if n := answers.Len(); n > mostAnswers {
		return fmt.Errorf("%d findings in one Redis, more than %d", n, mostAnswers)
	}
	for _, term := range answers.Slice() {
		a, err := decode(term)
		if err != nil {
			return nil //nolint:nilerr // findingsOf says it better
		}
		if len(a.related) > mostRelated {
			return fmt.Errorf("a finding has %d related places, more than %d", len(a.related), mostRelated)
		}
		for _, place := range append(a.related, a) {
			if len(place.message) > longestMessage {
				return fmt.Errorf("a finding has a message of %d bytes, more than %d", len(place.message), longestMessage)
			}
		}
	}
	return nil
}
