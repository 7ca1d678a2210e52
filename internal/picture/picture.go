// Package picture draws a Redis: its parts, what leads to what, and which part its findings are about. It judges nothing,
// and knows nothing of files.
package picture

import (
	"fmt"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/topology"
)

// Picture is a Redis as it is drawn. What was read from manifests is in it as it was written: each format escapes it.
type Picture struct {
	Name   string // "<namespace>/<name>", or "<name>"
	Nature string // "sentinel store, Bitnami redis 23.1"
	Parts  []Part
	Links  []Link
	Mark   // what is about no part alone
}

// Kind says what a part is, and in which layer it is drawn.
type Kind string

// The kinds of parts.
const (
	Route    Kind = "route"
	Client   Kind = "client"
	Service  Kind = "service"
	Node     Kind = "node"
	Sentinel Kind = "sentinel"
	Exporter Kind = "exporter"
	Volume   Kind = "volume"
)

// Part is one object, or what several have in common.
type Part struct {
	Kind  Kind
	Label string   // what it is: "master · StatefulSet"
	Name  string   // "redis-node"
	Facts []string // at most two
	Pods  int64    // 0 for what has none, or an unknown number
	// Masters is how many of the Pods are known to be masters, or to begin as such.
	Masters int64
	Mark
}

// Mark is what was found about a part. Waived findings leave none.
type Mark struct {
	Severity rules.Severity // of the worst finding; "" without any
	Anchor   string         // fingerprint of the worst finding
	Found    []string       // "error maxmemory-too-high: maxmemory 1gb is …", the worst first
	Worst    int            // how many are as bad as the worst
}

// Link leads from one part to another: an index into Parts each.
type Link struct {
	From, To int
	Watches  bool // it carries no data of clients: Sentinels and exporters
}

// Of makes the picture of a Redis. Findings about others are passed over.
func Of(redis *topology.Redis, findings []rules.Finding) Picture {
	d := drawing{redis: redis, clients: map[topology.Object]int{}, routes: map[topology.Object]int{}}
	d.Name = redis.Name
	if redis.Namespace != "" {
		d.Name = redis.Namespace + "/" + redis.Name
	}
	d.Nature = nature(redis)
	d.parts()
	d.links()
	d.mark(findings)
	return d.collapse()
}

func nature(redis *topology.Redis) string {
	var words []string
	if mode, ok := redis.Mode.Get(); ok {
		words = append(words, string(mode))
	}
	if redis.Profile != topology.UnknownProfile && redis.Profile != "" {
		words = append(words, string(redis.Profile))
	}
	kind := redis.Flavor
	if kind == "" {
		kind = redis.Source
	}
	return strings.Join(slices.DeleteFunc([]string{strings.Join(words, " "), kind}, func(s string) bool { return s == "" }), ", ")
}

// drawing is a picture in the making, with the index of each part of the model among the parts.
type drawing struct {
	Picture
	redis *topology.Redis

	nodes, volumes, sentinels, services []int // by index in the model; -1 for none
	clients, routes                     map[topology.Object]int
	exporter                            int
}

func (d *drawing) add(part Part) int {
	d.Parts = append(d.Parts, part)
	return len(d.Parts) - 1
}

func (d *drawing) parts() {
	for _, r := range d.redis.Routes {
		if _, met := d.routes[r.Object]; !met {
			d.routes[r.Object] = d.add(Part{Kind: Route, Label: "from outside · " + r.Object.Kind, Name: r.Object.Name})
		}
	}
	for _, c := range d.redis.Clients {
		i, met := d.clients[c.Object]
		if !met {
			i = d.add(Part{Kind: Client, Label: "client · " + c.Object.Kind, Name: c.Object.Name})
			d.clients[c.Object] = i
		}
		if fact := strings.TrimSpace(c.Variable + " " + c.Host); len(d.Parts[i].Facts) < 2 && !slices.Contains(d.Parts[i].Facts, fact) {
			d.Parts[i].Facts = append(d.Parts[i].Facts, fact)
		}
	}
	for _, s := range d.redis.Services {
		d.services = append(d.services, d.add(Part{Kind: Service, Label: "Service", Name: s.Object.Name, Facts: serviceFacts(s)}))
	}
	for _, n := range d.redis.Nodes {
		d.nodes = append(d.nodes, d.add(d.node(n)))
	}
	for _, s := range d.redis.Sentinels {
		pods, _ := s.Replicas.Get()
		d.sentinels = append(d.sentinels, d.add(Part{
			Kind: Sentinel, Label: "Sentinel · " + s.Object.Kind, Name: s.Object.Name, Pods: max(pods, 0), Facts: d.sentinelFacts(s),
		}))
	}
	d.exporter = -1
	if e := d.redis.Exporter; e != nil && e.Present {
		d.exporter = d.add(Part{Kind: Exporter, Label: "exporter", Name: exporterName(e), Facts: []string{"metrics for Prometheus"}})
	}
	for _, n := range d.redis.Nodes {
		i := -1
		if part, ok := volume(n.Data); ok {
			i = d.add(part)
		}
		d.volumes = append(d.volumes, i)
	}
}

func exporterName(e *topology.Exporter) string {
	if name := e.Origin.Object; name != nil && e.Kind == "deployment" {
		return name.Name
	}
	return e.Kind
}

func (d *drawing) links() {
	for _, r := range d.redis.Routes {
		d.lead(d.routes[r.Object], d.byHost(r.Service))
	}
	for _, c := range d.redis.Clients {
		to := -1
		if !c.Pod {
			to = d.byHost(c.Host)
		}
		reaches, _ := c.Reaches.Get()
		if to < 0 {
			to = d.reached(reaches)
		}
		d.lead(d.clients[c.Object], to)
	}
	for i, s := range d.redis.Services {
		for _, n := range s.Nodes {
			if n >= 0 && n < int64(len(d.nodes)) {
				d.lead(d.services[i], d.nodes[n])
			}
		}
		if topology.Is(s.Reaches, "sentinel") {
			for _, sentinel := range d.sentinels {
				d.lead(d.services[i], sentinel)
			}
		}
	}
	for i := range d.nodes {
		d.lead(d.nodes[i], d.volumes[i])
		for _, sentinel := range d.sentinels {
			d.Links = append(d.Links, Link{From: sentinel, To: d.nodes[i], Watches: true})
		}
		if d.exporter >= 0 {
			d.Links = append(d.Links, Link{From: d.exporter, To: d.nodes[i], Watches: true})
		}
	}
}

func (d *drawing) lead(from, to int) {
	if link := (Link{From: from, To: to}); from >= 0 && to >= 0 && !slices.Contains(d.Links, link) {
		d.Links = append(d.Links, link)
	}
}

// byHost is the Service that a host names: "redis", "redis.shop", "redis.shop.svc.cluster.local".
func (d *drawing) byHost(host string) int {
	name, _, _ := strings.Cut(host, ".")
	for i, s := range d.redis.Services {
		if s.Object.Name == name {
			return d.services[i]
		}
	}
	return -1
}

// reached is the first node or Sentinel that takes a role.
func (d *drawing) reached(role string) int {
	if role == "sentinel" && len(d.sentinels) > 0 {
		return d.sentinels[0]
	}
	for i, n := range d.redis.Nodes {
		if topology.Is(n.Role, role) {
			return d.nodes[i]
		}
	}
	if len(d.nodes) > 0 {
		return d.nodes[0]
	}
	return -1
}

// most is how many parts of a kind are drawn before the rest becomes one.
const most = 6

// collapse draws as many parts of a kind as a reader can take in, the worst before others, and the rest as one.
func (d *drawing) collapse() Picture {
	byKind := map[Kind][]int{}
	for i, part := range d.Parts {
		byKind[part.Kind] = append(byKind[part.Kind], i)
	}
	rest := map[int]Kind{} // parts that are drawn in one
	for kind, list := range byKind {
		if len(list) <= most {
			continue
		}
		list = slices.Clone(list)
		slices.SortStableFunc(list, func(a, b int) int { return rank(d.Parts[b].Severity) - rank(d.Parts[a].Severity) })
		for _, i := range list[most-1:] {
			rest[i] = kind
		}
	}
	p := d.Picture
	p.Parts, p.Links = nil, nil
	moved, whole := make([]int, len(d.Parts)), map[Kind]int{}
	for i, part := range d.Parts {
		kind, crowded := rest[i]
		at, begun := whole[kind]
		switch {
		case !crowded:
			p.Parts = append(p.Parts, part)
			at = len(p.Parts) - 1
		case !begun:
			part.Facts = []string{part.Name}
			p.Parts = append(p.Parts, part)
			at = len(p.Parts) - 1
			whole[kind] = at
		default:
			p.Parts[at].join(part)
		}
		moved[i] = at
	}
	for kind, at := range whole {
		count := len(byKind[kind]) - most + 1
		p.Parts[at].Label, p.Parts[at].Name = string(kind)+"s", fmt.Sprintf("%d more", count)
	}
	seen := map[Link]bool{}
	for _, link := range d.Links {
		link.From, link.To = moved[link.From], moved[link.To]
		if !seen[link] {
			seen[link] = true
			p.Links = append(p.Links, link)
		}
	}
	return p
}

func (p *Part) join(other Part) {
	p.Facts = []string{p.Facts[0] + ", " + other.Name}
	p.Pods += other.Pods
	p.Masters += other.Masters
	if rank(other.Severity) > rank(p.Severity) {
		p.Severity, p.Anchor, p.Worst = other.Severity, other.Anchor, 0
	}
	if other.Severity == p.Severity {
		p.Worst += other.Worst
	}
	p.Found = append(slices.Clip(p.Found), other.Found...)
}
