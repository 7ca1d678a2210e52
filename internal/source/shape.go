package source

import (
	"regexp"
	"slices"
	"strconv"

	"github.com/redislint/redislint/internal/topology"
)

// smallestCluster is how many masters redis-cli --cluster create insists on.
const smallestCluster = 3

// shape tells how many nodes the members have together, and how they divide
// the work; nil for Sentinels alone.
func shape(x *index, r *topology.Redis, members []*member) *topology.Shape {
	if len(r.Nodes) == 0 {
		return nil
	}
	s := &topology.Shape{Origin: r.Nodes[0].Replicas.Origin(), Whole: true}
	sum, largest, known := int64(0), int64(-1), true
	for _, n := range r.Nodes {
		replicas, ok := n.Replicas.Get()
		known = known && ok
		sum += replicas
		if replicas > largest {
			largest, s.Origin = replicas, n.Replicas.Origin()
		}
	}
	for _, m := range members {
		s.Whole = s.Whole && (len(m.nodes) == 0 || m.source != "workload")
		if _, ok := m.each.Get(); ok {
			s.Each = m.each
		}
	}
	if !known || sum == 0 {
		return s
	}
	s.Nodes = topology.Known(sum, s.Origin)
	mode, _ := r.Mode.Get()
	switch mode {
	case topology.Cluster:
		clusterShape(s, members)
	case topology.Replication, topology.Sentinel:
		s.Masters = topology.Known(int64(1), s.Origin)
		if mode == topology.Sentinel || !x.lacksSentinels(members[0].object) {
			s.Watched = topology.Known(mode == topology.Sentinel, s.Origin)
		}
		// What nobody could list may be a replica.
		if hasMaster(x, members) && !x.lacksMembers(members[0].object) {
			s.Replicas = topology.Known(sum-1, s.Origin)
		}
	case topology.Standalone:
		if s.Whole && sum == 1 {
			s.Masters, s.Replicas = topology.Known(int64(1), s.Origin), topology.Known(int64(0), s.Origin)
		}
	}
	return s
}

// clusterShape divides the nodes of a cluster: as the operator does, as those
// who create it are told, or as far as their number alone decides it.
func clusterShape(s *topology.Shape, members []*member) {
	for _, m := range members {
		if m.masters == nil {
			continue
		}
		s.Masters = *m.masters
		nodes, _ := s.Nodes.Get()
		if masters, known := s.Masters.Get(); known && masters > 0 {
			s.Replicas = topology.Known((nodes-masters)/masters, m.followers)
		}
		return
	}
	nodes, _ := s.Nodes.Get()
	each, told := s.Each.Get()
	switch {
	case told:
		s.Masters = topology.Known(nodes/(each+1), s.Origin)
		s.Replicas = topology.Known(each, s.Origin)
	case nodes < smallestCluster:
		s.Masters = topology.Known(nodes, s.Origin)
	case nodes < 2*smallestCluster:
		s.Replicas = topology.Known(int64(0), s.Origin)
	}
}

// openRoles leaves it to the Pods which of them is the master, where all of
// them are told to follow one of their own.
func openRoles(x *index, r *topology.Redis, members []*member) {
	if !topology.Is(r.Mode, topology.Replication) || !hasMaster(x, members) {
		return
	}
	if slices.ContainsFunc(r.Nodes, func(n topology.Node) bool { return !topology.Is(n.Role, "replica") }) {
		return
	}
	for i := range r.Nodes {
		r.Nodes[i].Role = topology.Known("any", r.Nodes[i].Origin)
	}
}

// hasMaster reports whether the master is surely one of the members' nodes,
// not of another manifest.
func hasMaster(x *index, members []*member) bool {
	var answers []string
	for _, m := range members {
		for _, n := range m.nodes {
			if !n.replicates || topology.Is(n.Role, "any") || topology.Is(n.Role, "master") {
				return true
			}
		}
		if len(m.nodes) > 0 {
			answers = append(answers, m.answers(x)...)
		}
	}
	return slices.ContainsFunc(members, func(m *member) bool {
		return slices.ContainsFunc(m.hosts, func(host string) bool {
			return slices.ContainsFunc(asked(host), func(name string) bool { return slices.Contains(answers, name) })
		})
	})
}

// replicasOfEach is how Bitnami's script, or redis-cli itself, is told how many
// replicas to give to each master.
var replicasOfEach = regexp.MustCompile(`(?:\bREDIS_CLUSTER_REPLICAS=|--cluster-replicas[ =])["']?([0-9]{1,4})\b`)

// createdWith is how many replicas each master of a cluster gets that the
// Pods themselves create.
func (p *pod) createdWith() topology.Field[int64] {
	for _, c := range slices.Concat(p.containers, p.initContainers) {
		if n, err := strconv.ParseInt(c.env["REDIS_CLUSTER_REPLICAS"], 10, 16); err == nil && n >= 0 {
			return topology.Known(n, c.origin.At("env"))
		}
		for _, list := range []string{"command", "args"} {
			for i, word := range c.root.Get(list).Items() {
				found := replicasOfEach.FindStringSubmatchIndex(word.Text())
				if found == nil {
					continue
				}
				n, _ := strconv.ParseInt(word.Text()[found[2]:found[3]], 10, 16)
				return topology.Known(n, c.origin.At(list, strconv.Itoa(i)).Within(found[2], found[3]-found[2]))
			}
		}
	}
	return topology.Field[int64]{}
}
