package source

import (
	"strconv"

	"github.com/redislint/redislint/internal/topology"
)

// servicesOf are the Services that the operator makes for the Pods of a
// StatefulSet.
func servicesOf(workload string) []string {
	var names []string
	for _, suffix := range []string{"", "-headless", "-additional", "-master", "-replica"} {
		names = append(names, workload+suffix)
	}
	return names
}

// spread is what a part of the resource says of where its Pods go.
func (r opstree) spread(own part, labels map[string]string) *topology.Spread {
	s := spreadOf(own.at("affinity"), own.at("topologySpreadConstraints"), labels, r.object.Namespace)
	if on, _ := r.spec.root.Get("hostNetwork").Bool(); on && r.object.Kind == "RedisCluster" {
		s.Effective = topology.Known(true, r.spec.at("hostNetwork").origin)
	}
	return s
}

// addBudget adds the PodDisruptionBudget that the operator makes where pdb
// says enabled. What may be unavailable goes before what must be available;
// without either a majority of size stays.
func (r opstree) addBudget(pdb part, name string, own pods, size topology.Field[int64]) {
	if enabled, _ := pdb.root.Get("enabled").Bool(); !enabled {
		return
	}
	b := budget{selects: []pods{own}}
	b.Origin = pdb.origin
	b.Object = topology.Object{Kind: "PodDisruptionBudget", Namespace: r.object.Namespace, Name: name}
	b.Nodes, b.Pods = []int64{}, own.replicas
	most, least := pdb.at("maxUnavailable"), pdb.at("minAvailable")
	n, known := size.Get()
	switch {
	case most.present():
		b.MaxUnavailable = most.text("")
	case least.present():
		b.MinAvailable = least.text("")
	case known:
		b.MinAvailable = topology.Known(strconv.FormatInt(n/2+1, 10), pdb.at("minAvailable").origin)
	}
	b.Allowed = allowed(b.DisruptionBudget)
	r.budgets = append(r.budgets, b)
}
