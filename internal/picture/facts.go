package picture

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/redislint/redislint/internal/topology"
)

func (d *drawing) node(n topology.Node) Part {
	role, _ := n.Role.Get()
	pods, _ := n.Replicas.Get()
	pods = max(pods, 0)
	label, masters := role, int64(0)
	mode, _ := d.redis.Mode.Get()
	switch {
	case mode == topology.Cluster:
		label = map[string]string{"master": "cluster masters", "replica": "cluster replicas"}[role]
		if label == "" {
			label = "cluster nodes"
		}
		if role == "master" {
			masters = pods
		} else if d.redis.Shape != nil && len(d.redis.Nodes) == 1 {
			masters, _ = d.redis.Shape.Masters.Get()
		}
	case role == "master":
		masters = pods
	case role == "any" || role == "":
		label = "server"
		if pods > 1 {
			label = "master and replicas"
		}
		masters = min(pods, 1)
	}
	return Part{
		Kind: Node, Label: label + " · " + n.Object.Kind, Name: n.Object.Name, Pods: pods, Masters: min(masters, pods), Facts: nodeFacts(n),
	}
}

func nodeFacts(n topology.Node) []string {
	limit := ""
	if n.Memory != nil && n.Memory.Limit != nil {
		limit = "no limit"
		if n.Memory.Limit.Present {
			limit = n.Memory.Limit.Text
		}
	}
	memory := ""
	if n.Config != nil && n.Config.MaxMemory != nil {
		memory = "no maxmemory"
		if n.Config.MaxMemory.Set {
			memory = "maxmemory " + cmp.Or(n.Config.MaxMemory.Text, "set")
		}
		if limit != "" {
			memory += " of " + limit
		}
	} else if limit != "" {
		memory = "memory " + limit
	}
	var facts []string
	if memory != "" {
		facts = append(facts, memory)
	}
	if kept := persistence(n.Config); kept != "" {
		facts = append(facts, kept)
	}
	return facts
}

// persistence is "" when it cannot be seen.
func persistence(c *topology.Config) string {
	if c == nil || c.AppendOnly == nil || c.Save == nil {
		return ""
	}
	log, known := c.AppendOnly.On.Get()
	dumps, also := c.Save.On.Get()
	switch {
	case !known || !also:
		return ""
	case log && dumps:
		return "append-only file and dumps"
	case log:
		return "append-only file"
	case dumps:
		return "dumps"
	}
	return "nothing saved"
}

func (d *drawing) sentinelFacts(s topology.SentinelNode) []string {
	name, known := s.MasterGroup.Get()
	for _, g := range d.redis.MasterGroups {
		if !known || g.Name != name {
			continue
		}
		facts := []string{"watches " + name}
		quorum, ok := g.Quorum.Get()
		if all, also := g.Sentinels.Get(); ok && also {
			facts = append(facts, fmt.Sprintf("quorum %d of %d", quorum, all))
		} else if ok {
			facts = append(facts, fmt.Sprintf("quorum %d", quorum))
		}
		return facts
	}
	return nil
}

func serviceFacts(s topology.Service) []string {
	kind, _ := s.Type.Get()
	if topology.Is(s.Headless, true) {
		kind = "headless"
	}
	if topology.Is(s.PerPod, true) {
		kind += ", one Pod"
	}
	var facts []string
	if kind != "" {
		facts = append(facts, kind)
	}
	switch {
	case topology.Is(s.Exposed, true):
		facts = append(facts, "open to the outside")
	case topology.Is(s.Reaches, "master"), topology.Is(s.Reaches, "replica"), topology.Is(s.Reaches, "sentinel"):
		to, _ := s.Reaches.Get()
		facts = append(facts, "leads to "+map[string]string{"master": "the master", "replica": "replicas", "sentinel": "Sentinels"}[to])
	}
	return facts
}

// volume is what a node keeps its data on, as far as that can be seen.
func volume(data *topology.Data) (Part, bool) {
	if data == nil {
		return Part{}, false
	}
	kind, known := data.Kind.Get()
	if !known {
		return Part{}, false
	}
	part := Part{Kind: Volume, Label: "volume", Name: kind}
	if data.Size != nil && data.Size.Present {
		part.Label, part.Name = "volume · "+kind, data.Size.Text
	}
	if kind == "none" {
		part.Name = "no volume"
	}
	if data.Class != nil {
		part.Facts = append(part.Facts, class(data.Class))
	}
	if data.Mount != "" {
		part.Facts = append(part.Facts, "at "+data.Mount)
	}
	part.Facts = slices.DeleteFunc(part.Facts, func(fact string) bool { return fact == "" })
	return part, true
}

func class(c *topology.Class) string {
	if !c.Present {
		return "default storage class"
	}
	name, _ := c.Name.Get()
	if medium, ok := c.Medium.Get(); ok && medium != name {
		return name + " (" + medium + ")"
	}
	return name
}
