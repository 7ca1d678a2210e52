package source

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// assemble joins members that belong together and describes each Redis, beside
// those that are described already. The result does not depend on the order of
// objects in the input.
func assemble(x *index, members []*member, described []*topology.Redis) []*topology.Redis {
	slices.SortFunc(members, func(a, b *member) int { return compareObjects(a.object, b.object) })
	found := append([]*topology.Redis{}, described...)
	groups := group(x, members)
	for _, g := range groups {
		found = append(found, describe(x, g))
	}
	x.describeUpkeep(found[len(described):], groups)
	slices.SortStableFunc(found, func(a, b *topology.Redis) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return found
}

// compareObjects orders objects by what they are, then by where they are.
func compareObjects(a, b *manifest.Object) int {
	if a == b {
		return 0
	}
	if c := cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.APIVersion, b.APIVersion), cmp.Compare(a.File, b.File)); c != 0 {
		return c
	}
	p, q := a.Locate(nil), b.Locate(nil)
	return cmp.Or(cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
}

// groups is a union-find over members that never joins two with an object of
// one name: they are copies, for different clusters.
type groups struct {
	parent []int
	holds  []map[identity]bool // by root
}

func newGroups(members []*member) groups {
	g := groups{parent: make([]int, len(members)), holds: make([]map[identity]bool, len(members))}
	for i, m := range members {
		g.parent[i] = i
		g.holds[i] = map[identity]bool{identityOf(m.object): true}
	}
	return g
}

func (g groups) root(i int) int {
	for g.parent[i] != i {
		g.parent[i] = g.parent[g.parent[i]]
		i = g.parent[i]
	}
	return i
}

func (g groups) join(i, j int) {
	a, b := g.root(i), g.root(j)
	if a == b {
		return
	}
	a, b = min(a, b), max(a, b)
	for id := range g.holds[b] {
		if g.holds[a][id] {
			return
		}
	}
	maps.Copy(g.holds[a], g.holds[b])
	g.parent[b] = a
}

// group splits members into those of one Redis each, in the order of their
// first members. Members are one Redis when they share a key, or when one
// connects to a Service or Pod of the other.
func group(x *index, members []*member) [][]*member {
	joined := newGroups(members)
	within := func(i int, key string) string {
		o := members[i].object
		return strings.Join([]string{x.units.unit(o.File), aliases(o.Namespace)[0], key}, "\x00")
	}
	sharing, answering := map[string][]int{}, map[string][]int{}
	for i, m := range members {
		for _, key := range m.keys {
			sharing[within(i, key)] = append(sharing[within(i, key)], i)
		}
		for _, name := range m.answers(x) {
			answering[within(i, name)] = append(answering[within(i, name)], i)
		}
	}
	join := func(i int, others []int) {
		o := members[i].object
		for _, j := range others {
			if !x.units.apart(o, members[j].object) {
				joined.join(i, j)
			}
		}
	}
	for i, m := range members {
		for _, key := range m.keys {
			join(i, sharing[within(i, key)])
		}
		for _, host := range m.hosts {
			for _, name := range asked(host) {
				join(i, answering[within(i, name)])
			}
		}
	}
	joinStraySentinels(x, members, joined)
	return joined.split(members)
}

func (g groups) split(members []*member) [][]*member {
	var split [][]*member
	at := map[int]int{}
	for i, m := range members {
		r := g.root(i)
		if _, seen := at[r]; !seen {
			at[r] = len(split)
			split = append(split, nil)
		}
		split[at[r]] = append(split[at[r]], m)
	}
	return split
}

// answers are the names of the Services and workloads of a member's Pods.
func (m *member) answers(x *index) []string {
	var names []string
	for _, p := range m.pods() {
		names = append(names, p.workload)
		for _, s := range x.services(p) {
			names = append(names, s.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (m *member) pods() []pods {
	var all []pods
	for _, n := range m.nodes {
		all = append(all, n.pods)
	}
	for _, s := range m.sentinels {
		all = append(all, s.pods)
	}
	return all
}

// asked are the names that a host may stand for: a Service, or the workload of
// a Pod, whose name ends in a number.
func asked(host string) []string {
	name, _, _ := strings.Cut(host, ".")
	names := []string{name}
	if i := strings.LastIndexByte(name, '-'); i > 0 {
		if _, err := strconv.Atoi(name[i+1:]); err == nil {
			names = append(names, name[:i])
		}
	}
	return names
}

// joinStraySentinels joins Sentinels whose master cannot be told from their
// configuration to the only data nodes of their namespace.
func joinStraySentinels(x *index, members []*member, joined groups) {
	type place struct{ unit, namespace string }
	stray, data := map[place][]int{}, map[place]map[int]bool{}
	watched := map[int]bool{}
	for i, m := range members {
		if len(m.sentinels) > 0 && len(m.nodes) > 0 {
			watched[joined.root(i)] = true
		}
	}
	for i, m := range members {
		p := place{x.units.scope(m.object), aliases(m.object.Namespace)[0]}
		if len(m.nodes) > 0 {
			if data[p] == nil {
				data[p] = map[int]bool{}
			}
			data[p][joined.root(i)] = true
		} else {
			stray[p] = append(stray[p], i)
		}
	}
	for p, sentinels := range stray {
		if len(data[p]) != 1 {
			continue
		}
		for only := range data[p] {
			for _, i := range sentinels {
				if !watched[only] && !members[i].named && !members[i].isCluster() && !members[joined.root(only)].isCluster() {
					joined.join(i, only)
				}
			}
		}
	}
}

func (m *member) isCluster() bool {
	return m.mode == topology.Cluster || slices.ContainsFunc(m.nodes, func(n node) bool { return topology.Is(n.cluster, true) })
}
