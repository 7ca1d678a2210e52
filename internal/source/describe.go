package source

import (
	"cmp"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// describe makes one Redis of its members.
func describe(x *index, members []*member) *topology.Redis {
	lead := leader(members)
	r := &topology.Redis{
		Origin:    topology.Origin{Object: lead.object},
		Name:      lead.name,
		Namespace: lead.object.Namespace,
		Source:    lead.source,
		Flavor:    lead.flavor,
		Mode:      modeOf(members, x.lacksMembers(lead.object)),

		Nodes:     []topology.Node{},
		Sentinels: []topology.SentinelNode{},
		Passwords: []topology.WrittenPassword{},
		Settings:  lead.settings,
	}
	var all []pods
	var sentinels []sentinel
	var made []topology.Service
	var budgets []budget
	var begins []topology.Field[string]
	for _, m := range members {
		if m != lead {
			r.Settings = r.Settings.Join(m.settings)
		}
		r.Objects = append(r.Objects, m.object)
		r.Objects = append(r.Objects, m.related...)
		for _, u := range m.unseen {
			r.Unseen = addUnseen(r.Unseen, u)
		}
		for _, s := range m.made {
			s.Nodes = slices.Clone(s.Nodes)
			for i := range s.Nodes {
				s.Nodes[i] += int64(len(r.Nodes))
			}
			made = append(made, s)
		}
		for _, n := range m.nodes {
			if n.Config != nil {
				n.Config.NotLoaded = append(n.Config.NotLoaded, neverLoaded(n, members)...)
			}
			if topology.Is(r.Mode, topology.Cluster) && n.Bus == nil {
				n.Bus = x.bus(n.pods, n.pods.dataPort()+busOffset)
			}
			if n.Isolated = x.isolated(n.pods); saidOfObject(r.Nodes, n.Node) {
				n.Isolated = topology.Unknown[bool](n.Isolated.Origin())
			}
			begins = append(begins, n.begins)
			r.Nodes = append(r.Nodes, n.Node)
			all = append(all, n.pods)
		}
		sentinels = append(sentinels, m.sentinels...)
		budgets = append(budgets, m.budgets...)
		r.Passwords = append(r.Passwords, m.passwords...)
	}
	assignRoles(r, begins)
	openRoles(x, r, members)
	for _, s := range sentinels {
		if s.port != 0 {
			s.Bus = x.bus(s.pods, s.port)
		}
		r.Sentinels = append(r.Sentinels, s.SentinelNode)
		all = append(all, s.pods)
	}
	noteMutual(r, all)
	r.MasterGroups = masterGroups(sentinels, x.lacksMembers(lead.object))
	r.Shape = shape(x, r, members)
	profile(x, r, members)
	x.noteAddresses(r, members, x.describeSelecting(r, all, budgets))
	for _, s := range made {
		if !slices.ContainsFunc(r.Services, func(seen topology.Service) bool { return seen.Object == s.Object }) {
			r.Services = append(r.Services, s)
		}
	}
	x.noteServices(r)
	r.Objects = x.inOrder(x.asWritten(r.Objects))
	return r
}

// leader is the member that names the Redis: one with data nodes, a master
// before others, the shortest name before longer ones.
func leader(members []*member) *member {
	return slices.MinFunc(members, func(a, b *member) int {
		return cmp.Or(
			cmp.Compare(min(1, len(b.nodes)), min(1, len(a.nodes))),
			cmp.Compare(replicating(a), replicating(b)),
			cmp.Compare(len(a.name), len(b.name)),
			compareObjects(a.object, b.object),
		)
	})
}

func replicating(m *member) int {
	if slices.ContainsFunc(m.nodes, func(n node) bool { return n.replicates }) {
		return 1
	}
	return 0
}

// modeOf is how the members work together; unknown when a configuration that
// cannot be seen may put a node into cluster mode, or when there may be more
// members than can be seen.
func modeOf(members []*member, more bool) topology.Field[topology.Mode] {
	at := topology.Origin{Object: leader(members).object}
	watched, replicates, hidden := false, false, false
	for _, m := range members {
		if m.mode != "" && m.mode != topology.Standalone {
			at = topology.Origin{Object: m.object}
			if m.mode != topology.Replication {
				return topology.Known(m.mode, at)
			}
			replicates = true
		}
		if m.isCluster() {
			return topology.Known(topology.Cluster, topology.Origin{Object: m.object})
		}
		watched = watched || len(m.sentinels) > 0
		for _, n := range m.nodes {
			replicates = replicates || n.replicates
			if _, known := n.cluster.Get(); !known && m.mode == "" {
				hidden = true
			}
		}
	}
	switch {
	case watched:
		return topology.Known(topology.Sentinel, at)
	case more:
		return topology.Unknown[topology.Mode](at)
	case replicates:
		return topology.Known(topology.Replication, at)
	case hidden:
		return topology.Unknown[topology.Mode](at)
	default:
		return topology.Known(topology.Standalone, at)
	}
}

// neverLoaded are the directives of files that a node mounts and no server of
// its Redis loads.
func neverLoaded(n node, members []*member) []topology.NotLoadedDirective {
	var never []topology.NotLoadedDirective
	for _, d := range n.unloaded {
		if !slices.ContainsFunc(members, func(m *member) bool { return m.loaded[d.loadedKey] }) {
			never = append(never, d.NotLoadedDirective)
		}
	}
	return never
}

// masterGroups adds up the Sentinels of each master name. Sentinels whose
// master name cannot be seen count for the only one that can. With more that
// workloads run which cannot be seen, their number is unknown.
func masterGroups(sentinels []sentinel, more bool) []topology.MasterGroup {
	names := map[string]bool{}
	for _, s := range sentinels {
		if name, known := s.MasterGroup.Get(); known {
			names[name] = true
		}
	}
	only := ""
	if len(names) == 1 {
		for name := range names {
			only = name
		}
	}
	byName := map[string][]sentinel{}
	for _, s := range sentinels {
		name, known := s.MasterGroup.Get()
		if !known {
			name = only
		}
		byName[name] = append(byName[name], s)
	}
	groups := []topology.MasterGroup{}
	for name, members := range byName {
		groups = append(groups, masterGroup(name, members, more))
	}
	slices.SortFunc(groups, func(a, b topology.MasterGroup) int { return strings.Compare(a.Name, b.Name) })
	return groups
}

func masterGroup(name string, members []sentinel, more bool) topology.MasterGroup {
	g := topology.MasterGroup{Origin: members[0].Origin, Name: name, Workloads: int64(len(members))}
	sum, largest, known, sidecar := int64(0), int64(-1), !more, true
	var at topology.Origin
	for _, s := range members {
		replicas, ok := s.Replicas.Get()
		known = known && ok
		sum += replicas
		if replicas > largest {
			largest, at = replicas, s.Replicas.Origin()
		}
		sidecar = sidecar && s.sidecar
		if _, set := g.Quorum.Get(); !set {
			g.Quorum = s.quorum
		}
	}
	if known {
		g.Sentinels = topology.Known(sum, at)
	} else {
		g.Sentinels = topology.Unknown[int64](at)
	}
	g.Sidecar = topology.Known(sidecar, members[0].Origin)
	return g
}

// describeSelecting adds the Services, budgets and policies that select Pods
// of the Redis: those of its nodes come first in all. It returns what each of
// the Services selects.
func (x *index) describeSelecting(r *topology.Redis, all []pods, made []budget) (services map[*manifest.Object]*selection) {
	services = map[*manifest.Object]*selection{}
	budgets, policies := map[*manifest.Object]*selection{}, map[*manifest.Object]*selection{}
	note := func(to map[*manifest.Object]*selection, o *manifest.Object, i int) {
		s := to[o]
		if s == nil {
			s = &selection{nodes: []int64{}}
			to[o] = s
		}
		if i < len(r.Nodes) {
			s.nodes = append(s.nodes, int64(i))
		}
		s.pods = append(s.pods, all[i])
	}
	for i, p := range all {
		for _, o := range x.services(p) {
			note(services, o, i)
		}
		for _, o := range x.selecting("PodDisruptionBudget", p.labels, p.object) {
			if matches(o.Root.Get("spec", "selector"), p.labels) {
				note(budgets, o, i)
			}
		}
		for _, o := range x.policies(p) {
			note(policies, o, i)
		}
	}
	sorted := func(from map[*manifest.Object]*selection) []*manifest.Object {
		objects := make([]*manifest.Object, 0, len(from))
		for o := range from {
			objects = append(objects, o)
		}
		slices.SortFunc(objects, compareObjects)
		r.Objects = append(r.Objects, objects...)
		return objects
	}
	r.Services, r.Routes = []topology.Service{}, []topology.Route{}
	for _, o := range sorted(services) {
		s := describeService(o, services[o].nodes, services[o].pods)
		s.Reaches = reaches(r, o, services[o].nodes, services[o].pods)
		r.Services = append(r.Services, s)
		x.describeRoutes(r, o, services[o].pods)
	}
	x.describeBudgets(r, sorted(budgets), budgets, made, all)
	r.NetworkPolicies = []topology.NetworkPolicy{}
	for _, o := range sorted(policies) {
		r.NetworkPolicies = append(r.NetworkPolicies, topology.NetworkPolicy{
			Origin: topology.Origin{Object: o}, Object: objectOf(o), Nodes: policies[o].nodes,
		})
	}
	return services
}

// noteServices records governing Services that are not in the input where
// something depends on them.
func (x *index) noteServices(r *topology.Redis) {
	if !topology.Is(r.Mode, topology.Cluster) {
		return
	}
	for _, n := range r.Nodes {
		if g := n.GoverningService; g != nil {
			if _, known := g.Headless.Get(); !known && g.Headless.Origin().IsZero() {
				r.Unseen = addUnseen(r.Unseen, topology.Unseen{
					Kind: "Service", Name: g.Name, Unknown: []string{"whether it is headless"}, Origin: g.Origin,
				})
			}
		}
	}
}
