package source

import (
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// upkeep relates what watches and saves Redis to each Redis of a set. Nothing
// in a workload refers to its exporter, its alerts or its backups, and they may
// be anywhere: that there are none is told only of what was read from files,
// and unsaid as soon as an object may be what is missed.
type upkeep struct {
	x      *index
	redis  []attended
	named  map[string][]int    // Redis by the names that its Services and Pods answer to
	claims map[string][]int    // Redis by their claims
	label  map[[2]string][]int // Redis by the labels of its Services and Pods
	reads  map[*manifest.Object]bool
}

// attended is a Redis and what upkeep knows of it.
type attended struct {
	*topology.Redis
	members  []*member
	services []*manifest.Object // that select its Pods
	units    []string           // that it sees
	// told is true where the absence of an object can be seen: files were read,
	// which hold what people keep together, and not some objects of a cluster.
	told bool
	// release is what a chart makes the Redis of, nil for others. What the chart
	// would make besides is not derived: monitors and alerts.
	release *release
	// watched is true where something in the input collects its metrics.
	watched bool
}

// describeUpkeep fills in the exporters, alerts and backups of all Redis of a
// set, which groups of members made.
func (x *index) describeUpkeep(redis []*topology.Redis, groups [][]*member) {
	k := &upkeep{x: x, named: map[string][]int{}, claims: map[string][]int{}, label: map[[2]string][]int{}, reads: map[*manifest.Object]bool{}}
	for i, members := range groups {
		k.add(redis[i], members)
	}
	k.describeExporters()
	k.describeAlerts()
	k.describeBackups()
	for _, r := range redis {
		r.Objects = x.inOrder(r.Objects)
	}
}

func (k *upkeep) add(r *topology.Redis, members []*member) {
	i := len(k.redis)
	a := attended{
		Redis: r, members: members, units: k.x.units.visible(r.Origin.Object),
		told: k.x.set.Stats.Files > 0, release: k.x.releaseOf[r.Origin.Object],
	}
	for _, m := range members {
		k.reads[m.object] = true
		for _, name := range claimsOf(m.object) {
			k.claims[name] = append(k.claims[name], i)
		}
		for _, p := range m.pods() {
			k.named[p.workload] = append(k.named[p.workload], i)
			k.labelled(i, p.labels)
			a.services = append(a.services, k.x.services(p)...)
		}
		for _, s := range m.made {
			k.named[s.Object.Name] = append(k.named[s.Object.Name], i)
		}
	}
	a.services = k.x.inOrder(a.services)
	for _, s := range a.services {
		k.named[s.Name] = append(k.named[s.Name], i)
		k.labelled(i, labelsOf(s.Root.Get("metadata", "labels")))
	}
	k.redis = append(k.redis, a)
}

// claimsOf are the names of the claims that a workload mounts, without the
// number of a Pod.
func claimsOf(o *manifest.Object) []string {
	var names []string
	for _, t := range o.Root.Get("spec", "volumeClaimTemplates").Items() {
		names = append(names, t.Get("metadata", "name").Text()+"-"+o.Name)
	}
	for _, v := range o.Root.At(podPath(o, "volumes")).Items() {
		if name := v.Get("persistentVolumeClaim", "claimName").Text(); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func (k *upkeep) labelled(i int, labels map[string]string) {
	for label, value := range labels {
		pair := [2]string{label, value}
		k.label[pair] = append(k.label[pair], i)
	}
}

// sees reports whether an object is in the same part of the input as a Redis.
func (k *upkeep) sees(i int, o *manifest.Object) bool {
	return slices.Contains(k.redis[i].units, k.x.units.unit(o.File))
}

// asked returns the Redis that a host is one of, as an object means it.
func (k *upkeep) asked(host string, from *manifest.Object) []int {
	labels := strings.Split(host, ".")
	namespace := from.Namespace
	if len(labels) > 1 && labels[len(labels)-1] != "local" && !slices.Contains(labels, "svc") {
		namespace = labels[len(labels)-1] // redis.shop, redis-0.redis.shop
	}
	if at := slices.Index(labels, "svc"); at > 0 {
		namespace = labels[at-1]
	}
	var found []int
	for _, name := range asked(host) {
		for _, i := range k.named[name] {
			if own := k.redis[i].Namespace; k.sees(i, from) && (own == "" || aliases(own)[0] == aliases(namespace)[0]) {
				found = append(found, i)
			}
		}
	}
	return found
}

// strays are the parts of the input that hold an object which may concern any
// Redis that sees it.
type strays map[string]bool

func (s strays) near(r attended) bool {
	return slices.ContainsFunc(r.units, func(unit string) bool { return s[unit] })
}

// podPath is where a workload writes a field of its Pods' spec.
func podPath(o *manifest.Object, field string) manifest.Path {
	switch o.Kind {
	case "Pod":
		return manifest.Path{"spec", field}
	case "CronJob":
		return manifest.Path{"spec", "jobTemplate", "spec", "template", "spec", field}
	default:
		return manifest.Path{"spec", "template", "spec", field}
	}
}
