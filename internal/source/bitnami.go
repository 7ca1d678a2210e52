package source

import (
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

var _ = register(source{
	name:  "bitnami",
	kinds: []string{"apps/StatefulSet", "apps/Deployment", "apps/DaemonSet", "extensions/Deployment", "extensions/DaemonSet"},
	read:  readBitnami,
})

// bitnamiCharts are the charts of bitnami/charts that deploy a Redis.
var bitnamiCharts = []string{"redis", "redis-cluster", "valkey", "valkey-cluster"}

// bitnamiOldNames are the old names that the charts write themselves, for
// nobody else to change.
var bitnamiOldNames = []string{"lua-time-limit", "slave-read-only", "slaveof"}

// readBitnami reads what one of Bitnami's charts rendered. The chart's shape
// says what the start scripts, read like those of any workload, leave open.
func readBitnami(x *index, o *manifest.Object) *member {
	chart, version := bitnamiChart(o)
	if chart == "" {
		return nil
	}
	m, p := readPods(x, o)
	if m == nil || !isBitnamiShaped(p) {
		return nil
	}
	m.flavor = strings.TrimSpace("Bitnami " + chart + " " + version)
	for i := range m.nodes {
		m.nodes[i].Config.Deprecated = slices.DeleteFunc(m.nodes[i].Config.Deprecated, func(d topology.DeprecatedDirective) bool {
			return slices.Contains(bitnamiOldNames, d.Directive)
		})
	}
	switch role := bitnamiRole(o); {
	case strings.HasSuffix(chart, "-cluster"):
		m.mode = topology.Cluster
	case role != "":
		m.name = strings.TrimSuffix(o.Name, "-"+role)
		bitnamiReplication(m, role)
	}
	return m
}

// bitnamiReplication sets what the role that the chart gave a workload decides.
func bitnamiReplication(m *member, role string) {
	for i := range m.nodes {
		n := &m.nodes[i]
		at := topology.Origin{Object: m.object, Path: manifest.Path{"metadata", "labels"}}
		switch role {
		case "master", "primary":
			n.Role = topology.Known("master", at)
		case "node":
			n.Role = topology.Known("any", at)
		default:
			n.Role = topology.Known("replica", at)
			m.mode = topology.Replication
		}
		n.cluster = topology.Known(false, at)
	}
	if len(m.sentinels) > 0 {
		m.mode = topology.Sentinel
	}
}

// bitnamiChart reads the chart's name and version from the label that every
// object of it carries: helm.sh/chart, chart in versions before 11.
func bitnamiChart(o *manifest.Object) (name, version string) {
	for _, label := range []string{"helm.sh/chart", "chart"} {
		value := o.Root.Get("metadata", "labels", label).Text()
		i := strings.LastIndexByte(value, '-')
		for i > 0 && (i+1 == len(value) || value[i+1] < '0' || value[i+1] > '9') {
			i = strings.LastIndexByte(value[:i], '-')
		}
		if i <= 0 {
			continue
		}
		for _, chart := range bitnamiCharts {
			if value[:i] == chart {
				return chart, value[i+1:]
			}
		}
	}
	return "", ""
}

// bitnamiRole is the component label of charts since 11, role before.
func bitnamiRole(o *manifest.Object) string {
	labels := o.Root.Get("spec", "template", "metadata", "labels")
	for _, label := range []string{"app.kubernetes.io/component", "role"} {
		switch role := labels.Get(label).Text(); role {
		case "master", "primary", "replica", "node", "slave":
			if strings.HasSuffix(o.Name, "-"+role+"s") {
				return role + "s"
			}
			return role
		}
	}
	return ""
}

// isBitnamiShaped tells the charts from others of the same name: only theirs
// run Bitnami's images or mount what Bitnami's images read.
func isBitnamiShaped(p *pod) bool {
	for _, c := range p.containers {
		if isBitnami(c.image) {
			return true
		}
		for _, m := range c.root.Get("volumeMounts").Items() {
			if strings.HasPrefix(m.Get("mountPath").Text(), "/opt/bitnami/") {
				return true
			}
		}
	}
	return false
}
