package picture

import (
	"slices"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/topology"
)

func rank(s rules.Severity) int {
	switch s {
	case rules.Error:
		return 3
	case rules.Warning:
		return 2
	case rules.Info:
		return 1
	}
	return 0
}

// mark gives each part the findings about it.
func (d *drawing) mark(findings []rules.Finding) {
	own := slices.DeleteFunc(slices.Clone(findings), func(f rules.Finding) bool {
		return f.Suppressed != nil || f.Redis != d.Name || !d.about(f)
	})
	slices.SortStableFunc(own, func(a, b rules.Finding) int { return rank(b.Severity) - rank(a.Severity) })
	for _, f := range own {
		parts := d.at(f.Pointer)
		for _, i := range parts {
			d.Parts[i].mark(f)
		}
		if len(parts) == 0 {
			d.Mark.mark(f)
		}
	}
}

// mark adds a finding that is no worse than those before it.
func (m *Mark) mark(f rules.Finding) {
	if m.Severity == "" {
		m.Severity, m.Anchor = f.Severity, f.Fingerprint
	}
	if f.Severity == m.Severity {
		m.Worst++
	}
	m.Found = append(m.Found, string(f.Severity)+" "+f.Rule.ID+": "+f.Message)
}

// about tells two Redis of one name apart: what the finding points to was written in one of its places.
func (d *drawing) about(f rules.Finding) bool {
	origin, err := d.redis.Place(f.Pointer)
	if err != nil {
		return false
	}
	return origin.Object == f.Object || slices.ContainsFunc(f.Related, func(r rules.Related) bool { return r.Object == origin.Object })
}

// at returns the parts that a pointer into the model leads to: none for what is about the Redis as a whole.
func (d *drawing) at(pointer string) []int {
	path := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	i := -1
	if len(path) > 1 {
		if n, err := strconv.Atoi(path[1]); err == nil {
			i = n
		}
	}
	switch path[0] {
	case "nodes":
		if len(path) > 2 && path[2] == "data" && among(d.volumes, i) != nil && d.volumes[i] >= 0 {
			return among(d.volumes, i)
		}
		return among(d.nodes, i)
	case "sentinels":
		return among(d.sentinels, i)
	case "services":
		return among(d.services, i)
	case "master_groups":
		return d.group(i)
	case "clients":
		if i >= 0 && i < len(d.redis.Clients) {
			return []int{d.clients[d.redis.Clients[i].Object]}
		}
	case "routes":
		if i >= 0 && i < len(d.redis.Routes) {
			return []int{d.routes[d.redis.Routes[i].Object]}
		}
	case "disruption_budgets":
		if i >= 0 && i < len(d.redis.DisruptionBudgets) {
			return d.selected(d.redis.DisruptionBudgets[i].Nodes)
		}
	case "network_policies":
		if i >= 0 && i < len(d.redis.NetworkPolicies) {
			return d.selected(d.redis.NetworkPolicies[i].Nodes)
		}
	case "shape":
		return d.nodes
	case "exporter":
		if d.exporter >= 0 {
			return []int{d.exporter}
		}
	}
	return nil
}

func among(list []int, i int) []int {
	if i < 0 || i >= len(list) {
		return nil
	}
	return list[i : i+1]
}

func (d *drawing) selected(nodes []int64) []int {
	var parts []int
	for _, n := range nodes {
		if n >= 0 && n < int64(len(d.nodes)) {
			parts = append(parts, d.nodes[n])
		}
	}
	return parts
}

// group returns the Sentinels of a master group.
func (d *drawing) group(i int) []int {
	if i < 0 || i >= len(d.redis.MasterGroups) {
		return nil
	}
	var parts []int
	for k, s := range d.redis.Sentinels {
		if topology.Is(s.MasterGroup, d.redis.MasterGroups[i].Name) {
			parts = append(parts, d.sentinels[k])
		}
	}
	if len(parts) == 0 {
		return d.sentinels
	}
	return parts
}
