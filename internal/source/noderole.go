package source

import (
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// begins is the role that the container's server starts with: master, replica,
// or any where its Pod decides.
func (c *container) begins(starts []redisconf.Server, config *redisconf.Config) topology.Field[string] {
	configs := []*redisconf.Config{config}
	if len(starts) > 1 {
		configs = nil
		for _, s := range starts {
			configs = append(configs, c.merge(s))
		}
	}
	role := ""
	for _, config := range configs {
		own := "master"
		switch d := config.Last("replicaof"); {
		case d == nil && !config.Complete():
			return topology.Unknown[string](c.origin)
		case d == nil, len(d.Args) > 0 && strings.EqualFold(d.Args[0].Value, "no"):
		case d.Conditional:
			own = "any"
		default:
			own = "replica"
		}
		if role != "" && role != own {
			own = "any"
		}
		role = own
	}
	return topology.Known(role, c.origin)
}

// assignRoles tells the role of each node whose source leaves it open: what it
// begins with, unless a failover changes that.
func assignRoles(r *topology.Redis, begins []topology.Field[string]) {
	mode, known := r.Mode.Get()
	for i := range r.Nodes {
		n := &r.Nodes[i]
		if _, set := n.Role.Get(); set || !known {
			continue
		}
		switch mode {
		case topology.Sentinel, topology.Cluster:
			n.Role = topology.Known("any", n.Origin)
		case topology.Standalone:
			n.Role = topology.Known("master", n.Origin)
		case topology.Replication:
			n.Role = begins[i]
		}
	}
}

// roleLabels are the values of labels that say which role a Pod has.
var roleLabels = map[string]string{
	"master": "master", "primary": "master", "leader": "master",
	"slave": "replica", "replica": "replica", "follower": "replica",
}

// reaches tells which servers are behind a Service that selects Pods of the
// nodes: master, replica, or any; sentinel where there is no server.
func reaches(r *topology.Redis, s *manifest.Object, nodes []int64, selected []pods) topology.Field[string] {
	at := topology.Origin{Object: s, Path: manifest.Path{"spec", "selector"}}
	if len(nodes) == 0 {
		return topology.Known("sentinel", at)
	}
	selector := s.Root.Get("spec", "selector")
	for label, value := range selector.Fields() {
		for _, p := range selected {
			if role := roleLabels[value.Text()]; role != "" && p.labels[label] == anyValue {
				return topology.Known(role, at)
			}
		}
	}
	if topology.Is(r.Mode, topology.Sentinel) {
		return topology.Known("any", at) // whoever it is now
	}
	role := ""
	for _, i := range nodes {
		own, known := r.Nodes[i].Role.Get()
		if !known {
			return topology.Unknown[string](at)
		}
		if role != "" && role != own {
			own = "any"
		}
		role = own
	}
	return topology.Known(role, at)
}
