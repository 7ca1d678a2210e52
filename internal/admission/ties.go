package admission

import (
	"context"
	"fmt"
	"sync"

	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/source"
)

// ties are the objects by which a change can reach a Redis: the one that it
// changes, and the workloads of every Redis that this one belongs to, before
// or after. A namespace may hold hundreds of Redis that it does not reach.
type ties map[objectKey]bool

func tie(c change, worlds ...source.Discovery) ties {
	subject := c.subject()
	t := ties{objectKey{subject.Kind, subject.Name}: true}
	for _, found := range worlds {
		for _, r := range found.Redis {
			if !holds(r.Objects, subject) {
				continue
			}
			for _, n := range r.Nodes {
				t[objectKey{n.Object.Kind, n.Object.Name}] = true
			}
			for _, s := range r.Sentinels {
				t[objectKey{s.Object.Kind, s.Object.Name}] = true
			}
		}
	}
	return t
}

func holds(objects []*manifest.Object, one *manifest.Object) bool {
	for _, o := range objects {
		if o.Kind == one.Kind && o.Name == one.Name {
			return true
		}
	}
	return false
}

// reach reports whether the change can reach what was read from the objects.
func (t ties) reach(objects []*manifest.Object) bool {
	for _, o := range objects {
		if t[objectKey{o.Kind, o.Name}] {
			return true
		}
	}
	return false
}

// snapshotMemo remembers the verdict of one policy on each Redis of a snapshot.
type snapshotMemo struct {
	mu       sync.Mutex
	policy   *Policy
	verdicts map[int]*lint.Result // by index in the Discovery
}

// judge returns the policy's verdict on the Redis that the change can reach. A
// nil memo remembers nothing.
func (m *snapshotMemo) judge(ctx context.Context, policy *Policy, found source.Discovery, t ties) (*lint.Result, error) {
	all := &lint.Result{}
	for i, r := range found.Redis {
		if !t.reach(r.Objects) {
			continue
		}
		verdict := m.known(policy, i)
		if verdict == nil {
			var err error
			if verdict, err = lint.Judge(ctx, found.Redis[i:i+1], policy.evaluator); err != nil {
				return nil, fmt.Errorf("evaluate: %w", err)
			}
			m.remember(policy, i, verdict)
		}
		all.Redis = append(all.Redis, verdict.Redis...)
		all.Findings = append(all.Findings, verdict.Findings...)
		all.Undecided = append(all.Undecided, verdict.Undecided...)
		all.Met = append(all.Met, verdict.Met...)
	}
	// Waivers of the configuration concern nobody who changes an object.
	if err := lint.Conclude(ctx, all, policy.evaluator, false); err != nil {
		return nil, fmt.Errorf("evaluate: %w", err)
	}
	return all, nil
}

func (m *snapshotMemo) known(policy *Policy, i int) *lint.Result {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.policy != policy {
		return nil
	}
	return m.verdicts[i]
}

func (m *snapshotMemo) remember(policy *Policy, i int, verdict *lint.Result) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.policy != policy {
		m.policy, m.verdicts = policy, map[int]*lint.Result{}
	}
	m.verdicts[i] = verdict
}
