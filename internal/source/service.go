package source

import (
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// governing describes the Service that spec.serviceName of a StatefulSet
// names; nil for other workloads and when none is named.
func (p *pod) governing() *topology.GoverningService {
	if p.object.Kind != "StatefulSet" {
		return nil
	}
	at := topology.Origin{Object: p.object, Path: manifest.Path{"spec", "serviceName"}}
	name := p.object.Root.At(at.Path).Text()
	if name == "" {
		return nil
	}
	g := &topology.GoverningService{Origin: at, Name: name}
	service := p.x.find("Service", name, p.object)
	if service == nil {
		return g
	}
	g.Headless = headless(service)
	other := false
	for _, s := range p.x.services(p.pods()) {
		if s != service && topology.Is(headless(s), true) {
			other = true
		}
	}
	if other || !p.x.set.Lacks("/Service", p.object.Namespace) {
		g.OtherHeadless = topology.Known(other, at)
	}
	return g
}

// headless reads spec.clusterIP.
func headless(service *manifest.Object) topology.Field[bool] {
	at := topology.Origin{Object: service, Path: manifest.Path{"spec", "clusterIP"}}
	n := service.Root.At(at.Path)
	switch n.Kind() {
	case manifest.Absent, manifest.Null:
		return topology.Known(false, at)
	case manifest.String:
		if strings.ContainsAny(n.Text(), "{$") {
			return topology.Unknown[bool](at)
		}
		return topology.Known(n.Text() == "None", at)
	default:
		return topology.Unknown[bool](at)
	}
}

// services returns the Services that select the Pods.
func (x *index) services(p pods) []*manifest.Object {
	var found []*manifest.Object
	for _, s := range x.selecting("Service", p.labels, p.object) {
		selector := s.Root.Get("spec", "selector")
		if selector.Len() > 0 && contains(selector, p.labels) || selectsOnePod(selector, p) {
			found = append(found, s)
		}
	}
	return found
}

// podNameLabel is put on each Pod of a StatefulSet by its controller.
const podNameLabel = "statefulset.kubernetes.io/pod-name"

// selectsOnePod reports whether a selector names one Pod of the StatefulSet.
func selectsOnePod(selector *manifest.Node, p pods) bool {
	name := selector.Get(podNameLabel).Text()
	if name == "" || !strings.HasPrefix(name, p.workload+"-") {
		return false
	}
	for label, value := range selector.Fields() {
		if label != podNameLabel && p.labels[label] != value.Text() {
			return false
		}
	}
	return true
}

// internalBalancer are the annotations that keep a load balancer inside.
var internalBalancer = map[string]string{
	"service.beta.kubernetes.io/aws-load-balancer-internal":              "true",
	"service.beta.kubernetes.io/aws-load-balancer-scheme":                "internal",
	"service.beta.kubernetes.io/azure-load-balancer-internal":            "true",
	"networking.gke.io/load-balancer-type":                               "Internal",
	"cloud.google.com/load-balancer-type":                                "Internal",
	"service.beta.kubernetes.io/oci-load-balancer-internal":              "true",
	"service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type": "intranet",
	"service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type":     "private",
	"service.beta.kubernetes.io/openstack-internal-load-balancer":        "true",
	"service.kubernetes.io/qcloud-loadbalancer-internal-subnetid":        "*",
	"service.beta.kubernetes.io/cce-load-balancer-internal-vpc":          "true",
	"service.beta.kubernetes.io/linode-loadbalancer-backend-ipv4-range":  "*",
	"load-balancer.hetzner.cloud/disable-public-network":                 "true",
}

// describeService puts a Service into the model's terms. nodes are the indices
// of the nodes whose Pods it selects.
func describeService(s *manifest.Object, nodes []int64, selected []pods) topology.Service {
	root := topology.Origin{Object: s}
	at := root.At("spec", "type")
	kind := s.Root.At(at.Path)
	d := topology.Service{
		Origin: root, Object: objectOf(s), Headless: headless(s), Nodes: nodes,
		PerPod: topology.Known(s.Root.Get("spec", "selector", podNameLabel) != nil || onePodEach(selected), root.At("spec", "selector")),
	}
	switch {
	case kind == nil || kind.Kind() == manifest.Null:
		d.Type = topology.Known("ClusterIP", at)
	case strings.ContainsAny(kind.Text(), "{$"):
		d.Type = topology.Unknown[string](at)
	default:
		d.Type = topology.Known(kind.Text(), at)
	}
	ports := root.At("spec", "ports")
	data := slices.ContainsFunc(selected, func(p pods) bool { return opens(s, p.dataPort(), selected) })
	d.RedisPort = topology.Known(data, ports)
	d.SentinelPort = topology.Known(opens(s, sentinelPort, selected), ports)
	d.Exposed, d.Restricted = exposed(s, d.Type)
	d.Internal = topology.Known(keepsInside(s.Root.Get("metadata", "annotations")), root.At("metadata", "annotations"))
	d.PublishNotReady = truthAt(s.Root.Get("spec"), root.At("spec"), "publishNotReadyAddresses")
	return d
}

// exposed tells whether a Service takes connections from outside the cluster,
// and whether from some addresses only.
func exposed(s *manifest.Object, kind topology.Field[string]) (outside, restricted topology.Field[bool]) {
	spec := topology.Origin{Object: s, Path: manifest.Path{"spec"}}
	ranges := s.Root.Get("spec", "loadBalancerSourceRanges")
	some := ranges.Len() > 0
	for _, n := range ranges.Items() {
		some = some && !strings.HasSuffix(n.Text(), "/0")
	}
	restricted = topology.Known(some, spec.At("loadBalancerSourceRanges"))
	switch t, known := kind.Get(); {
	case s.Root.Get("spec", "externalIPs").Len() > 0:
		return topology.Known(true, spec.At("externalIPs")), topology.Known(false, spec)
	case !known:
		return topology.Unknown[bool](spec), restricted
	default:
		return topology.Known(t == "LoadBalancer" || t == "NodePort", kind.Origin()), restricted
	}
}

// keepsInside reports whether annotations keep a load balancer inside.
func keepsInside(annotations *manifest.Node) bool {
	for name, value := range internalBalancer {
		if n := annotations.Get(name); n != nil && (value == "*" || strings.EqualFold(n.Text(), value)) {
			return true
		}
	}
	return false
}

// onePodEach reports whether the Service can reach one Pod only: it selects a
// single workload of one replica.
func onePodEach(selected []pods) bool {
	return len(selected) == 1 && selected[0].single
}

// opens reports whether a port of the Service leads to the container port.
func opens(s *manifest.Object, want int64, selected []pods) bool {
	for _, port := range s.Root.Get("spec", "ports").Items() {
		if leadsTo(port, want, selected) {
			return true
		}
	}
	return false
}

// leadsTo reports whether a Service's port leads to the container port.
func leadsTo(port *manifest.Node, want int64, selected []pods) bool {
	target := port.Get("targetPort")
	if target == nil || target.Kind() == manifest.Null {
		n, _ := port.Get("port").Int()
		return n == want
	}
	if n, ok := target.Int(); ok {
		return n == want
	}
	name := target.Text()
	for _, p := range selected {
		if n, known := p.ports[name]; known {
			return n == want
		}
	}
	return false
}
