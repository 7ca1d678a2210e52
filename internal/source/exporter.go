package source

import (
	"slices"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// exporterPort is where redis_exporter serves its metrics (README,
// web.listen-address).
const exporterPort = 9121

// exporterSettings are where operators' resources ask for an exporter in the
// Pods, and where they name further containers.
var exporterSettings = map[string]struct{ enabled, containers manifest.Path }{
	"databases.spotahome.com":    {manifest.Path{"spec", "redis", "exporter"}, manifest.Path{"spec", "redis", "extraContainers"}},
	"redis.redis.opstreelabs.in": {manifest.Path{"spec", "redisExporter"}, manifest.Path{"spec", "sidecars"}},
}

// annotationPaths are where what a workload's Pods are annotated with is written: by the workload itself, or by a RedisFailover.
var annotationPaths = []manifest.Path{
	{"spec", "template", "metadata", "annotations"}, {"metadata", "annotations"}, {"spec", "redis", "podAnnotations"},
}

// monitorKinds are what tells Prometheus, or a program like it, what to read.
var monitorKinds = []string{"ServiceMonitor", "PodMonitor", "ScrapeConfig", "Probe", "VMServiceScrape", "VMPodScrape"}

// collector is a workload of its own that asks Redis for their metrics.
type collector struct {
	at    topology.Origin // the container
	hosts []string        // that it asks; none: it is told with each question
}

// describeExporters fills in the exporter of each Redis.
func (k *upkeep) describeExporters() {
	watched, unsure := map[int]bool{}, strays{}
	beside := map[int]collector{}
	for _, o := range k.x.objects {
		unit := k.x.units.unit(o.File)
		if slices.Contains(monitorKinds, o.Kind) {
			found := k.monitored(o)
			for _, i := range found {
				watched[i] = true
			}
			unsure[unit] = unsure[unit] || len(found) == 0
			continue
		}
		c, ok := k.collector(o)
		if !ok {
			continue
		}
		sure := false
		for _, host := range c.hosts {
			for _, i := range k.asked(host, o) {
				beside[i], sure = c, true
			}
		}
		unsure[unit] = unsure[unit] || !sure
	}
	for i, r := range k.redis {
		e := r.ownExporter()
		if c, ok := beside[i]; ok && e == nil {
			r.Objects = append(r.Objects, c.at.Object)
			e = &topology.Exporter{Origin: c.at, Present: true, Kind: "deployment"}
		}
		hidden := r.release != nil && len(r.release.unseen) > 0 // values that ask for one, perhaps
		if e == nil && r.told && !hidden && len(r.Nodes) > 0 && !watched[i] && !unsure.near(r) && !r.scraped() {
			e = &topology.Exporter{Origin: besideNode(r.Nodes[0])}
		}
		r.Exporter = e
		k.redis[i].watched = watched[i] || e != nil && e.Present
	}
}

// ownExporter is the one in the Pods of the Redis.
func (r attended) ownExporter() *topology.Exporter {
	for _, m := range r.members {
		if e := builtIn(m.object); e != nil {
			return e
		}
	}
	return nil
}

// scraped reports whether the metrics of a Redis are collected in a way that
// does not show here.
func (r attended) scraped() bool {
	return slices.ContainsFunc(r.members, func(m *member) bool { return scraped(m.object) })
}

// besideNode is where the exporter of a node would be written.
func besideNode(n topology.Node) topology.Origin {
	at := n.Origin
	if s, ok := exporterSettings[at.Object.Group()]; ok {
		return topology.Origin{Object: at.Object, Path: s.enabled}
	}
	at.Path = at.Path[:max(0, len(at.Path)-1)]
	return at
}

// builtIn returns the exporter in the Pods of a workload, or the one that an
// operator puts there.
func builtIn(o *manifest.Object) *topology.Exporter {
	root := topology.Origin{Object: o}
	lists := []manifest.Path{podPath(o, "containers"), podPath(o, "initContainers")}
	if s, ok := exporterSettings[o.Group()]; ok {
		if on, known := o.Root.At(s.enabled).Get("enabled").Bool(); on && known {
			return &topology.Exporter{Origin: root.At(s.enabled...), Present: true, Kind: "operator"}
		}
		lists = []manifest.Path{s.containers}
	}
	for _, list := range lists {
		for j, c := range o.Root.At(list).Items() {
			if isExporter(c) {
				return &topology.Exporter{Origin: root.At(list...).At(strconv.Itoa(j)), Present: true, Kind: "sidecar"}
			}
		}
	}
	return nil
}

// isExporter reports whether a container serves metrics: by its image, by its
// name where a placeholder stands for that, or by the port.
func isExporter(c *manifest.Node) bool {
	base := imageBase(c.Get("image").Text())
	if placeholder(c.Get("image").Text()) {
		base = c.Get("name").Text()
		if base == "metrics" {
			return true
		}
	}
	if strings.Contains(base, "exporter") {
		return !strings.Contains(base, "node")
	}
	for _, port := range c.Get("ports").Items() {
		if n, ok := port.Get("containerPort").Int(); ok && n == exporterPort {
			return true
		}
	}
	return false
}

// agents are words in the names of images that collect metrics in their own way.
var agents = []string{"telegraf", "datadog", "otel", "opentelemetry", "alloy", "newrelic", "dynatrace", "netdata", "agent"}

// scraped reports whether a workload has its metrics collected in a way that
// does not show here: by an agent beside it, one that reads annotations, or an
// exporter that a placeholder asks for.
func scraped(o *manifest.Object) bool {
	if s, ok := exporterSettings[o.Group()]; ok {
		enabled := o.Root.At(s.enabled).Get("enabled")
		if _, known := enabled.Bool(); isWritten(enabled) && !known {
			return true
		}
	}
	for _, path := range annotationPaths {
		for name, value := range o.Root.At(path).Fields() {
			if name == "prometheus.io/scrape" && value.Text() == "true" || strings.Contains(name, "datadoghq.com/") ||
				strings.Contains(name, "opentelemetry.io/") || strings.Contains(name, "newrelic") {
				return true
			}
		}
	}
	for _, c := range o.Root.At(podPath(o, "containers")).Items() {
		base := imageBase(c.Get("image").Text())
		if slices.ContainsFunc(agents, func(word string) bool { return strings.Contains(base, word) }) {
			return true
		}
	}
	return false
}

// collector reads a workload that is an exporter and no Redis itself.
func (k *upkeep) collector(o *manifest.Object) (collector, bool) {
	if k.reads[o] || !isKnownKind(o) || builtIn(o) == nil {
		return collector{}, false
	}
	p := podOf(k.x, o)
	if p == nil {
		return collector{}, false
	}
	for _, c := range p.containers {
		if isExporter(c.root) {
			return collector{c.origin, c.exporterHosts()}, true
		}
	}
	return collector{}, false
}

// exporterHosts are the hosts that an exporter is told to ask. One in another
// container of the Pod, or none, is left out.
func (c *container) exporterHosts() []string {
	addresses := []string{c.env["REDIS_ADDR"]}
	argv, _ := c.argv()
	for i, w := range argv {
		name, value, joined := strings.Cut(strings.TrimLeft(w.Value, "-"), "=")
		switch {
		case name != "redis.addr":
		case joined:
			addresses = append(addresses, value)
		case i+1 < len(argv):
			addresses = append(addresses, argv[i+1].Value)
		}
	}
	var hosts []string
	for _, address := range addresses {
		for one := range strings.SplitSeq(address, ",") {
			if host := hostOf(one); host != "" && !isLoopback(host) {
				hosts = append(hosts, host)
			}
		}
	}
	return hosts
}

// hostOf is the host of an address: rediss://user:password@host:port/0.
func hostOf(address string) string {
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	}
	address = address[strings.LastIndexByte(address, '@')+1:]
	address, _, _ = strings.Cut(address, "/")
	address, _, _ = strings.Cut(address, ":")
	return strings.TrimSpace(address)
}

// monitored returns the Redis whose Pods or Services a monitor selects.
func (k *upkeep) monitored(o *manifest.Object) []int {
	selector := o.Root.Get("spec", "selector")
	var found []int
	for label, value := range selector.Get("matchLabels").Fields() {
		for _, i := range k.label[[2]string{label, value.Text()}] {
			if k.sees(i, o) && k.redis[i].selectedBy(selector) {
				found = append(found, i)
			}
		}
		break
	}
	return found
}

// selectedBy reports whether a selector matches the labels of the Redis' Pods,
// or of a Service that leads to them.
func (r attended) selectedBy(selector *manifest.Node) bool {
	for _, m := range r.members {
		for _, p := range m.pods() {
			if matches(selector, p.labels) {
				return true
			}
		}
	}
	return slices.ContainsFunc(r.services, func(s *manifest.Object) bool {
		return matches(selector, labelsOf(s.Root.Get("metadata", "labels")))
	})
}
