package source

import (
	"slices"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// addresses are the names under which each Redis of the input answers.
type addresses struct {
	services map[*manifest.Object]address
	// named holds Services that operators make, under kind Service, and the
	// names that those of Pods begin with, under kind Pod.
	named map[objectName]address
}

// address is what answers under a name.
type address struct {
	redis   *topology.Redis
	pod     bool // one Pod
	reaches topology.Field[string]
	// data and sentinel are the ports of servers and of Sentinels behind it.
	data, sentinel []int64
}

// noteAddresses adds those of one Redis.
func (x *index) noteAddresses(r *topology.Redis, members []*member, services map[*manifest.Object]*selection) {
	if x.addresses.services == nil {
		x.addresses = addresses{services: map[*manifest.Object]address{}, named: map[objectName]address{}}
	}
	for o, s := range services {
		a := address{redis: r, reaches: reaches(r, o, s.nodes, s.pods), pod: isOnePod(o, s.pods)}
		for _, port := range o.Root.Get("spec", "ports").Items() {
			number, _ := port.Get("port").Int()
			switch {
			case len(s.nodes) > 0 && slices.ContainsFunc(s.pods, func(p pods) bool { return leadsTo(port, p.dataPort(), s.pods) }):
				a.data = append(a.data, number)
			case leadsTo(port, sentinelPort, s.pods):
				a.sentinel = append(a.sentinel, number)
			}
		}
		x.addresses.services[o] = a
	}
	i := 0
	for _, m := range members {
		name := func(kind, name string) objectName {
			return objectName{x.units.unit(m.object.File), kind, aliases(m.object.Namespace)[0], name}
		}
		for _, service := range m.services {
			behind := m.behind(service)
			a := address{redis: r, reaches: topology.Known(behind, topology.Origin{Object: m.object})}
			if behind == "sentinel" {
				a.sentinel = []int64{sentinelPort}
			} else if len(m.nodes) > 0 {
				a.data = []int64{m.nodes[0].pods.dataPort()}
			}
			x.addresses.named[name("Service", service)] = a
		}
		for _, n := range m.nodes {
			role := r.Nodes[i].Role
			i++
			if n.pods.workload != "" {
				x.addresses.named[name("Pod", n.pods.workload)] = address{
					redis: r, pod: true, reaches: role, data: []int64{n.pods.dataPort()}, sentinel: []int64{sentinelPort},
				}
			}
		}
	}
}

// behind tells what a Service leads to that an operator makes: its name does.
func (m *member) behind(service string) string {
	of := func(p pods) bool { return service == p.workload || strings.HasPrefix(service, p.workload+"-") }
	switch {
	case slices.ContainsFunc(m.sentinels, func(s sentinel) bool { return of(s.pods) }):
		return "sentinel"
	case slices.ContainsFunc(m.nodes, func(n node) bool { return service == n.pods.workload }):
		return "any"
	case strings.HasPrefix(service, "rfrm-"), strings.HasSuffix(service, "-master"):
		return "master"
	case strings.HasPrefix(service, "rfrs-"), strings.HasSuffix(service, "-replica"):
		return "replica"
	default:
		return "any"
	}
}

// isOnePod reports whether a Service leads to one Pod, whatever its role.
func isOnePod(service *manifest.Object, selected []pods) bool {
	return service.Root.Get("spec", "selector", podNameLabel) != nil || onePodEach(selected)
}

// lookUp finds what answers under a host name for an object: a Service
// (redis, redis.shop, redis.shop.svc.cluster.local) or a Pod (redis-0.redis,
// redis-0.redis.shop.svc).
func (x *index) lookUp(host string, from *manifest.Object) (address, bool) {
	host = strings.TrimSuffix(host, ".")
	host, _, full := strings.Cut(host, ".svc")
	labels := strings.Split(host, ".")
	namespace := from.Namespace
	switch {
	case len(labels) == 1:
		return x.service(labels[0], namespace, from)
	case len(labels) == 2:
		if a, ok := x.service(labels[0], labels[1], from); ok || full {
			return a, ok
		}
		return x.podNamed(labels[0], namespace, from)
	case len(labels) == 3:
		return x.podNamed(labels[0], labels[2], from)
	default:
		return address{}, false
	}
}

func (x *index) service(name, namespace string, from *manifest.Object) (address, bool) {
	var found []*manifest.Object
	for _, unit := range x.units.visible(from) {
		for _, ns := range namespaces(namespace) {
			found = append(found, x.named[objectName{unit, "Service", ns, name}]...)
		}
	}
	if s := x.nearest(found, from); s != nil {
		a, ok := x.addresses.services[s]
		return a, ok
	}
	return x.madeName("Service", name, namespace, from)
}

// podNamed finds the workload of a Pod, whose name ends in a number.
func (x *index) podNamed(name, namespace string, from *manifest.Object) (address, bool) {
	i := strings.LastIndexByte(name, '-')
	if i <= 0 {
		return address{}, false
	}
	if _, err := strconv.Atoi(name[i+1:]); err != nil {
		return address{}, false
	}
	return x.madeName("Pod", name[:i], namespace, from)
}

func (x *index) madeName(kind, name, namespace string, from *manifest.Object) (address, bool) {
	for _, unit := range x.units.visible(from) {
		for _, ns := range namespaces(namespace) {
			if a, ok := x.addresses.named[objectName{unit, kind, aliases(ns)[0], name}]; ok {
				return a, true
			}
		}
	}
	return address{}, false
}

// namespaces are those that an object may be in whose host name spells one: it
// may leave its own to kubectl.
func namespaces(namespace string) []string {
	all := aliases(namespace)
	if !slices.Contains(all, "") {
		all = append(all, "")
	}
	return all
}
