package rules

import (
	"maps"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Memo remembers what rules answered about a Redis, for who judges nearly the same again and again: an editor. What a rule answers
// depends on the encoded Redis and on parameters alone, and says by pointers into the Redis where it is meant. So the answers
// hold for any Redis that encodes to the same, wherever its lines are by now. It is safe for concurrent use.
type Memo struct {
	mu      sync.Mutex
	turn    int
	known   map[string][]*remembered // by the name of the Redis
	entries int
}

// remembered is what rules answered about one Redis.
type remembered struct {
	document map[string]any // without its parameters
	params   ast.Value
	answers  map[*Rule]ast.Set // of rules that failed there is none
	used     int               // the turn that used it last
}

// maxRemembered bounds the Redis in a Memo. One takes some 100 KB.
const maxRemembered = 512

// NewMemo returns a Memo that knows nothing yet. A Selection takes it.
func NewMemo() *Memo { return &Memo{known: map[string][]*remembered{}} }

// begin begins a judgement, in whose course no answer is forgotten that it has used. A nil Memo remembers nothing.
func (m *Memo) begin() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn++
	if m.entries <= maxRemembered {
		return
	}
	for name, list := range m.known {
		var kept []*remembered
		for _, r := range list {
			if r.used >= m.turn-2 {
				kept = append(kept, r)
			}
		}
		m.entries -= len(list) - len(kept)
		if m.known[name] = kept; len(kept) == 0 {
			delete(m.known, name)
		}
	}
}

// recall returns the answers about a Redis, which nobody may change.
func (m *Memo) recall(name string, document map[string]any, params ast.Value) map[*Rule]ast.Set {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	list := m.known[name]
	m.mu.Unlock()
	for _, r := range list {
		if same(r.document, document) && r.params.Compare(params) == 0 {
			m.mu.Lock()
			defer m.mu.Unlock()
			r.used = m.turn
			return r.answers
		}
	}
	return nil
}

// remember adds answers to those that recall has returned.
func (m *Memo) remember(name string, document map[string]any, params ast.Value, known, more map[*Rule]ast.Set) {
	if m == nil || len(more) == 0 {
		return
	}
	answers := maps.Clone(more)
	maps.Copy(answers, known)
	m.mu.Lock()
	defer m.mu.Unlock()
	list := m.known[name]
	for _, r := range list {
		if known != nil && same(r.document, document) && r.params.Compare(params) == 0 {
			r.answers = answers
			return
		}
	}
	if m.entries >= 2*maxRemembered {
		return
	}
	// The newest first: it is the one that will be asked for.
	m.known[name] = append([]*remembered{{document, params, answers, m.turn}}, list...)
	m.entries++
}

// same reports whether two encoded values are equal.
func same(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for key, value := range a {
			other, ok := b[key]
			if !ok || !same(value, other) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i, value := range a {
			if !same(value, b[i]) {
				return false
			}
		}
		return true
	default:
		return a == b
	}
}
