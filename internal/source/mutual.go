package source

import (
	"reflect"

	"github.com/redislint/redislint/internal/topology"
)

// mostCompared bounds how many terms are held against how many workloads of one
// Redis. What keeps those of a larger one apart stays unknown.
const mostCompared = 100_000

// noteMutual tells of each workload whether anything keeps its Pods apart from
// those of the others. all are the Pods of the nodes, then of the Sentinels.
func noteMutual(r *topology.Redis, all []pods) {
	var nodes, sentinels []*topology.Spread
	for i := range r.Nodes {
		nodes = append(nodes, r.Nodes[i].Spread)
	}
	for i := range r.Sentinels {
		sentinels = append(sentinels, r.Sentinels[i].Spread)
	}
	compareSpreads(nodes, all[:len(nodes)])
	compareSpreads(sentinels, all[len(nodes):])
}

func compareSpreads(spreads []*topology.Spread, all []pods) {
	if len(all) < 2 {
		return
	}
	work := len(all) * len(all)
	for _, p := range all {
		for range p.terms() {
			work += len(all)
		}
	}
	if work > mostCompared {
		return
	}
	told := map[podsKey]bool{}
	for i, s := range spreads {
		if s == nil || all[i].spec.root == nil || told[all[i].key()] {
			continue
		}
		told[all[i].key()] = true
		if mutual, known := keptApart(all[i], all); known {
			s.Mutual = topology.Known(mutual, s.Origin)
		}
	}
}

// keptApart reports whether the Pods are kept apart from any others of all. It
// is not known where there are no others.
func keptApart(p pods, all []pods) (apart, known bool) {
	others := 0
	known = true
	for _, q := range all {
		if q.key() == p.key() {
			continue
		}
		others++
		own, ownKnown := p.keepsFrom(q)
		theirs, theirsKnown := q.keepsFrom(p)
		if own || theirs {
			return true, true
		}
		known = known && ownKnown && theirsKnown && sentAlike(p, q)
	}
	return false, known && others > 0
}

// terms are those that the spec of the Pods has.
func (p pods) terms() []part {
	var list []part
	for _, term := range terms(p.spec.at("affinity"), p.spec.at("topologySpreadConstraints")) {
		list = append(list, term)
	}
	return list
}

// keepsFrom reports whether a term of p selects the Pods of q; it is not known
// where that is decided elsewhere.
func (p pods) keepsFrom(q pods) (kept, known bool) {
	if q.spec.root == nil || placeholder(p.spec.root.Get("affinity").Text()) || placeholder(p.spec.root.Get("topologySpreadConstraints").Text()) {
		return false, false
	}
	known = true
	for _, term := range p.terms() {
		selector := term.root.Get("labelSelector")
		switch {
		case placeholders(selector):
			known = false
		case matches(selector, q.labels) && inNamespace(term.root, p.object.Namespace):
			return true, true
		}
	}
	return false, known
}

// sentAlike reports whether Pods are sent to the same machines, so that terms
// alone can keep them apart.
func sentAlike(p, q pods) bool {
	for _, path := range [][]string{{"nodeName"}, {"nodeSelector"}, {"affinity", "nodeAffinity"}} {
		if !reflect.DeepEqual(p.spec.root.Get(path...).Value(), q.spec.root.Get(path...).Value()) {
			return false
		}
	}
	return true
}
