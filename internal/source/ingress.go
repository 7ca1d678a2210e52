package source

import (
	"cmp"
	"strconv"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// routeKinds are the kinds that lead traffic from outside to a Service, as
// "group/Kind", and the protocol that they speak.
var routeKinds = map[string]string{
	"networking.k8s.io/Ingress":           "http",
	"extensions/Ingress":                  "http",
	"gateway.networking.k8s.io/HTTPRoute": "http",
	"gateway.networking.k8s.io/TCPRoute":  "tcp",
	"gateway.networking.k8s.io/TLSRoute":  "tcp",
	"route.openshift.io/Route":            "http",
	"traefik.io/IngressRoute":             "http",
	"traefik.io/IngressRouteTCP":          "tcp",
	"traefik.containo.us/IngressRoute":    "http",
	"traefik.containo.us/IngressRouteTCP": "tcp",
}

// backend is one Service that a route leads to.
type backend struct {
	object   *manifest.Object
	origin   topology.Origin // of the Service's name
	name     string
	port     *manifest.Node // number or name of the Service's port; nil for its only one
	protocol string
}

// routesTo returns the backends that are the Service, in input order.
func (x *index) routesTo(service *manifest.Object) []backend {
	if x.backends == nil {
		x.backends = map[string][]backend{}
		for _, o := range x.objects {
			for _, b := range backendsOf(o) {
				x.backends[b.name] = append(x.backends[b.name], b)
			}
		}
	}
	var found []backend
	for _, b := range x.backends[service.Name] {
		if x.find("Service", b.name, b.object) == service {
			found = append(found, b)
		}
	}
	return found
}

// backendsOf returns what a route leads to; none for other objects.
func backendsOf(o *manifest.Object) []backend {
	protocol := routeKinds[o.Group()+"/"+o.Kind]
	if protocol == "" {
		return nil
	}
	var found []backend
	spec := topology.Origin{Object: o, Path: manifest.Path{"spec"}}
	add := func(at topology.Origin, name, port string) {
		n := o.Root.At(at.Path)
		if text := n.Get(name).Text(); text != "" {
			b := backend{object: o, origin: at.At(name), name: text, protocol: protocol}
			if p := n.Get(port); isWritten(p) {
				b.port = p
			}
			found = append(found, b)
		}
	}
	ingress := func(at topology.Origin) {
		add(at, "serviceName", "servicePort") // networking.k8s.io/v1beta1, extensions/v1beta1
		add(at.At("service"), "name", "port")
	}
	switch o.Kind {
	case "Ingress":
		ingress(spec.At("defaultBackend"))
		ingress(spec.At("backend"))
		for _, path := range paths(spec.At("rules"), "http", "paths") {
			ingress(path.At("backend"))
		}
	case "Route":
		if o.Root.Get("spec", "tls", "termination").Text() == "passthrough" {
			protocol = "tcp"
		}
		add(spec.At("to"), "name", "")
		for i := range found {
			found[i].port = o.Root.Get("spec", "port", "targetPort")
		}
	case "IngressRoute", "IngressRouteTCP":
		for _, service := range paths(spec.At("routes"), "services") {
			add(service, "name", "port")
		}
	default:
		for _, ref := range paths(spec.At("rules"), "backendRefs") {
			if kind := o.Root.At(ref.Path).Get("kind").Text(); cmp.Or(kind, "Service") == "Service" {
				add(ref, "name", "port")
			}
		}
	}
	return found
}

// paths are the items of the lists that lie below each item of a list.
func paths(list topology.Origin, below ...string) []topology.Origin {
	var found []topology.Origin
	for i := range list.Object.Root.At(list.Path).Len() {
		inner := list.At(strconv.Itoa(i)).At(below...)
		for j := range list.Object.Root.At(inner.Path).Len() {
			found = append(found, inner.At(strconv.Itoa(j)))
		}
	}
	return found
}

// describeRoutes adds the routes that lead to a Service, which selects the Pods.
func (x *index) describeRoutes(r *topology.Redis, s *manifest.Object, selected []pods) {
	for _, b := range x.routesTo(s) {
		r.Objects = append(r.Objects, b.object)
		r.Routes = append(r.Routes, topology.Route{
			Origin: b.origin, Object: objectOf(b.object), Service: s.Name,
			Protocol:  topology.Known(b.protocol, b.origin),
			RedisPort: b.leadsToServer(s, selected),
		})
	}
}

// leadsToServer tells whether the backend is the port of the Service that
// leads to a server's data port.
func (b backend) leadsToServer(s *manifest.Object, selected []pods) topology.Field[bool] {
	ports := s.Root.Get("spec", "ports")
	want := b.port
	if want.Kind() == manifest.Map { // networking.k8s.io/v1: {number} or {name}
		if want = want.Get("number"); want == nil {
			want = b.port.Get("name")
		}
	}
	for _, port := range ports.Items() {
		number, name := port.Get("port").Text(), port.Get("name").Text()
		if want != nil && want.Text() != number && want.Text() != name && want.Text() != port.Get("targetPort").Text() {
			continue
		}
		if want == nil && ports.Len() > 1 {
			break
		}
		for _, p := range selected {
			if leadsTo(port, p.dataPort(), selected) {
				return topology.Known(true, b.origin)
			}
		}
		return topology.Known(false, b.origin)
	}
	return topology.Unknown[bool](b.origin)
}
