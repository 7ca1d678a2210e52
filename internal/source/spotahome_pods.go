package source

import (
	"strconv"

	"github.com/redislint/redislint/internal/topology"
)

// spotahomeSpread is an affinity of one's own, or the operator's: a soft
// anti-affinity among the Pods. Spread constraints are taken as they are.
func spotahomeSpread(p part, labels map[string]string) *topology.Spread {
	affinity := p.at("affinity")
	s := spreadOf(affinity, p.at("topologySpreadConstraints"), labels, p.origin.Object.Namespace)
	onHost, _ := p.root.Get("hostNetwork").Bool()
	if !affinity.present() || onHost {
		s.Present, s.Effective = true, topology.Known(true, affinity.origin)
	}
	return s
}

// spotahomeBudget adds the budget that the operator makes for the servers, or
// for the Sentinels: for both it keeps 2 Pods, or 1 where there are at most two
// servers, however many Sentinels there are.
func (m *member) spotahomeBudget(p part, own pods, servers topology.Field[int64]) {
	if disabled, _ := p.root.Get("disablePodDisruptionBudget").Bool(); disabled {
		return
	}
	b := budget{selects: []pods{own}}
	b.Origin = p.at("disablePodDisruptionBudget").origin
	b.Object = topology.Object{Kind: "PodDisruptionBudget", Namespace: m.object.Namespace, Name: own.workload}
	b.Nodes, b.Pods = []int64{}, own.replicas
	if n, known := servers.Get(); known {
		keeps := int64(2)
		if n <= 2 {
			keeps = 1
		}
		b.MinAvailable = topology.Known(strconv.FormatInt(keeps, 10), b.Origin)
	}
	b.Allowed = allowed(b.DisruptionBudget)
	m.budgets = append(m.budgets, b)
}
