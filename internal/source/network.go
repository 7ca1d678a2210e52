package source

import (
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// busOffset is how far above its data port a cluster node opens its bus.
const busOffset = 10000

// policies returns the NetworkPolicies that select the Pods.
func (x *index) policies(p pods) []*manifest.Object {
	var found []*manifest.Object
	for _, o := range x.selecting("NetworkPolicy", p.labels, p.object) {
		if selector := o.Root.Get("spec", "podSelector"); matches(selector, p.labels) {
			found = append(found, o)
		}
	}
	return found
}

// bus tells whether the policies that select Pods let the Pods reach each
// other's port. Policies add up: what one allows is allowed (networking.k8s.io/v1
// NetworkPolicy).
func (x *index) bus(p pods, port int64) *topology.Bus {
	policies := x.policies(p)
	if len(policies) == 0 || x.lacksPolicies(p.object) {
		return nil // what one allows is allowed, also by one that cannot be seen
	}
	b := &topology.Bus{Port: topology.Known(port, topology.Origin{Object: p.object})}
	b.Ingress = direction(b, policies, p, "Ingress", "ingress", "from")
	b.Egress = direction(b, policies, p, "Egress", "egress", "to")
	return b
}

// isolated tells whether a policy selects the Pods for ingress: then they take
// only what policies allow. Unknown where policies of other kinds than
// Kubernetes' own may select them.
func (x *index) isolated(p pods) topology.Field[bool] {
	for _, o := range x.policies(p) {
		if restricts(o, "Ingress") {
			return topology.Known(true, topology.Origin{Object: o})
		}
	}
	at := topology.Origin{Object: p.object}
	if x.hasForeignPolicies() || x.lacksPolicies(p.object) {
		return topology.Unknown[bool](at)
	}
	return topology.Known(false, at)
}

// saidOfObject reports whether an earlier node of the same object is known not
// to be isolated, so that saying it of the object again says nothing.
func saidOfObject(earlier []topology.Node, n topology.Node) bool {
	return slices.ContainsFunc(earlier, func(e topology.Node) bool {
		return e.Object == n.Object && topology.Is(e.Isolated, false) && topology.Is(n.Isolated, false)
	})
}

// foreignPolicies are kinds that isolate Pods in network plugins' own terms.
var foreignPolicies = map[string]bool{
	"CiliumNetworkPolicy": true, "CiliumClusterwideNetworkPolicy": true, "GlobalNetworkPolicy": true, "AdminNetworkPolicy": true,
}

func (x *index) hasForeignPolicies() bool {
	if x.foreign == nil {
		x.foreign = new(slices.ContainsFunc(x.objects, func(o *manifest.Object) bool {
			return foreignPolicies[o.Kind] || o.Kind == "NetworkPolicy" && strings.HasSuffix(o.Group(), "projectcalico.org")
		}))
	}
	return *x.foreign
}

// lacksPolicies reports whether policies of any kind that select Pods of the
// object may be missing from the input.
func (x *index) lacksPolicies(o *manifest.Object) bool {
	for kind, s := range supporting {
		if (kind == "NetworkPolicy" || foreignPolicies[kind]) && x.set.Lacks(s.group+"/"+kind, o.Namespace) {
			return true
		}
	}
	return false
}

func direction(b *topology.Bus, policies []*manifest.Object, p pods, kind, rules, peers string) topology.Field[bool] {
	port, _ := b.Port.Get()
	var blocking *manifest.Object
	for _, o := range policies {
		if !restricts(o, kind) {
			continue
		}
		for _, rule := range o.Root.Get("spec", rules).Items() {
			if allowsPeer(rule.Get(peers), p) && allowsPort(rule.Get("ports"), port, p.ports) {
				return topology.Known(true, topology.Origin{Object: o, Path: manifest.Path{"spec", rules}})
			}
		}
		if blocking == nil {
			blocking = o
		}
	}
	if blocking == nil {
		return topology.Field[bool]{}
	}
	at := topology.Origin{Object: blocking, Path: manifest.Path{"spec", rules}}
	b.Policy, b.Origin = blocking.Name, at
	return topology.Known(false, at)
}

// restricts reports whether a policy concerns a direction. Without policyTypes
// it always concerns ingress, and egress when it has egress rules.
func restricts(o *manifest.Object, kind string) bool {
	types := o.Root.Get("spec", "policyTypes")
	if types.Len() == 0 {
		return kind == "Ingress" || o.Root.Get("spec", "egress").Len() > 0
	}
	for _, t := range types.Items() {
		if t.Text() == kind {
			return true
		}
	}
	return false
}

// allowsPeer reports whether the peers may include the Pods themselves. Peers
// by namespace or address cannot be decided here and count as included.
func allowsPeer(peers *manifest.Node, p pods) bool {
	if peers.Len() == 0 {
		return true
	}
	for _, peer := range peers.Items() {
		selector := peer.Get("podSelector")
		if peer.Get("ipBlock") != nil || selector == nil || matches(selector, p.labels) {
			return true
		}
	}
	return false
}

// allowsPort reports whether the ports of a rule include a TCP port. A name
// that no container of the Pods has cannot be decided and counts as included.
func allowsPort(ports *manifest.Node, want int64, named map[string]int64) bool {
	if ports.Len() == 0 {
		return true
	}
	for _, port := range ports.Items() {
		if protocol := port.Get("protocol").Text(); protocol != "" && protocol != "TCP" {
			continue
		}
		n := port.Get("port")
		first, ok := n.Int()
		if !ok {
			first, ok = named[n.Text()]
		}
		last, ranged := port.Get("endPort").Int()
		switch {
		case n == nil, !ok:
			return true
		case first == want, ranged && first <= want && want <= last:
			return true
		}
	}
	return false
}
