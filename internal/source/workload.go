package source

import (
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

var _ = register(source{
	name:    "workload",
	general: true,
	kinds: []string{
		"apps/StatefulSet", "apps/Deployment", "apps/DaemonSet", "apps/ReplicaSet", "extensions/Deployment",
		"extensions/DaemonSet", "extensions/ReplicaSet", "/ReplicationController", "/Pod",
	},
	// OpenShift's, deprecated; the second as written before it had API groups.
	fileKinds: []string{"apps.openshift.io/DeploymentConfig", "/DeploymentConfig"},
	read:      readWorkload,
})

// readWorkload reads a plain workload: whatever its Pods run.
func readWorkload(x *index, o *manifest.Object) *member {
	m, _ := readPods(x, o)
	return m
}

// readPods reads the containers of a workload. It returns nil when none of
// them serves Redis.
func readPods(x *index, o *manifest.Object) (*member, *pod) {
	p := podOf(x, o)
	if p == nil {
		return nil, nil
	}
	m := &member{object: o, name: o.Name, flavor: o.Kind}
	for _, c := range p.containers {
		switch r, starts := c.classify(); r {
		case dataRole:
			c.addNode(m, starts)
		case sentinelRole:
			c.addSentinel(m, starts)
		case noRole:
		}
	}
	if len(m.nodes)+len(m.sentinels) == 0 {
		return nil, nil
	}
	for i := range m.sentinels {
		m.sentinels[i].sidecar = len(m.nodes) > 0
	}
	m.keys = append(m.keys, p.releaseKeys()...)
	m.each = p.createdWith()
	m.loaded, m.unseen, m.related = p.loaded, p.unseen, p.related
	return m, p
}

func (c *container) addNode(m *member, starts []redisconf.Server) {
	p := c.pod
	config := c.configOf(starts)
	n := node{pods: p.pods()}
	n.Origin = c.origin
	n.Object = objectOf(p.object)
	n.Container = c.name
	n.Image = topology.Known(c.image, c.origin.At("image"))
	n.Replicas = p.x.replicas(p.object)
	podLevel := p.root.Get("resources") != nil
	n.Memory = p.x.resources(c.origin.At("resources"), "memory", podLevel)
	n.CPU = p.x.resources(c.origin.At("resources"), "cpu", podLevel)
	n.Config = settings(config, c.origin)
	n.Config.Home = c.settingsHome(starts)
	n.Data = c.data(config)
	n.Probes = c.probes()
	n.GracePeriod = gracePeriod(p.root, p.spec)
	n.Shutdown = c.shutdown()
	n.HostNetwork = truthAt(p.root, p.spec, "hostNetwork")
	n.Access = c.access(config, starts)
	n.Overlaps = overlaps(p.object)
	n.Config.Deprecated = deprecated(config, c.image)
	n.begins = c.begins(starts, config)
	m.passwords = append(m.passwords, slices.Concat(passwords(config), c.writtenVariables())...)
	n.GoverningService = p.governing()
	n.Spread = p.spread()
	n.Autoscaler = p.autoscaler()
	n.unloaded = c.unloaded(config)
	n.cluster = c.clusterMode(config)
	if topology.Is(n.cluster, true) {
		for _, s := range p.x.services(n.pods) {
			m.keys = append(m.keys, "cluster\x00"+s.Name)
		}
	}
	masters := c.masters(starts, config)
	n.replicates = len(masters) > 0
	m.hosts = append(m.hosts, slices.DeleteFunc(masters, func(host string) bool { return host == "" })...)
	m.nodes = append(m.nodes, n)
}

// masters are the hosts that the server follows in any of the ways to start
// it: which of them is taken, its Pod decides. A host that is known only at
// run time is "".
func (c *container) masters(starts []redisconf.Server, config *redisconf.Config) []string {
	configs := []*redisconf.Config{config}
	if len(starts) > 1 {
		configs = nil
		for _, s := range starts {
			configs = append(configs, c.merge(s))
		}
	}
	var hosts []string
	for _, config := range configs {
		switch d := config.Last("replicaof"); {
		case d == nil:
		case len(d.Args) == 0:
			hosts = append(hosts, "")
		case !strings.EqualFold(d.Args[0].Value, "no"):
			hosts = append(hosts, d.Args[0].Value)
		}
	}
	return hosts
}

// clusterMode tells whether the server runs as a node of a Redis Cluster. A
// container that opens the bus port does, whatever cannot be seen of its
// configuration.
func (c *container) clusterMode(config *redisconf.Config) topology.Field[bool] {
	on, known, d := config.Bool("cluster-enabled")
	switch {
	case known:
		return topology.Known(on, at(d, c.origin))
	case c.usesPort(redisPort + busOffset):
		return topology.Known(true, c.origin.At("ports"))
	default:
		return topology.Unknown[bool](c.origin)
	}
}

func (c *container) addSentinel(m *member, starts []redisconf.Server) {
	p := c.pod
	s := sentinel{pods: p.pods()}
	s.Origin = c.origin
	s.Object = objectOf(p.object)
	s.Container = c.name
	s.Replicas = p.x.replicas(p.object)
	podLevel := p.root.Get("resources") != nil
	s.Memory = p.x.resources(c.origin.At("resources"), "memory", podLevel)
	s.CPU = p.x.resources(c.origin.At("resources"), "cpu", podLevel)
	s.Spread = p.spread()
	s.Autoscaler = p.autoscaler()
	s.ConfigFile = c.sentinelFile(starts)
	s.port = c.sentinelPort(starts)
	for _, start := range starts {
		m.passwords = append(m.passwords, passwords(c.merge(start))...)
	}
	m.passwords = append(m.passwords, c.writtenVariables()...)
	if d, monitor, ok := c.monitor(starts); ok {
		s.Monitored = c.monitored(starts, d, monitor)
		origin := stretch(d.Origin, d.Offset, d.End)
		if monitor.Name != "" && !strings.ContainsAny(monitor.Name, "$`{") {
			s.MasterGroup = topology.Known(monitor.Name, origin)
		}
		if monitor.Quorum >= 0 {
			last := d.Args[len(d.Args)-1]
			s.quorum = topology.Known(int64(monitor.Quorum), stretch(last.Origin, last.Offset, last.End))
		}
		if !strings.ContainsAny(monitor.Host, "$`{") {
			s.monitor = monitor.Host
			m.hosts = append(m.hosts, monitor.Host)
			if !isLoopback(monitor.Host) {
				m.keys = append(m.keys, "monitor\x00"+monitor.Name+"\x00"+monitor.Host)
			}
		}
	}
	for _, value := range c.env {
		if isHostName(value) {
			m.hosts = append(m.hosts, value)
		}
	}
	// Clients ask a Service for its Sentinels as one set.
	for _, o := range p.x.services(s.pods) {
		if opens(o, sentinelPort, []pods{s.pods}) {
			m.keys = append(m.keys, "sentinels\x00"+o.Name)
		}
	}
	m.sentinels = append(m.sentinels, s)
}

func isLoopback(host string) bool {
	return host == "localhost" || strings.HasPrefix(host, "127.") || host == "::1"
}

// isHostName reports whether a variable's value can name a Service or a Pod.
func isHostName(value string) bool {
	if value == "" || len(value) > 253 || strings.Trim(value, "0123456789.") == "" {
		return false
	}
	return strings.Trim(strings.ToLower(value), "abcdefghijklmnopqrstuvwxyz0123456789-.") == ""
}

// objectOf names an object in the model.
func objectOf(o *manifest.Object) topology.Object {
	return topology.Object{Kind: o.Kind, Namespace: o.Namespace, Name: o.Name}
}

// replicas is how many Pods a workload keeps. Kubernetes makes 1 of an absent
// spec.replicas; an autoscaler keeps at least its minimum. A DaemonSet has one
// on each node, which nobody knows here.
func (x *index) replicas(o *manifest.Object) topology.Field[int64] {
	at := topology.Origin{Object: o, Path: manifest.Path{"spec", "replicas"}}
	switch o.Kind {
	case "Pod":
		return topology.Known(int64(1), topology.Origin{Object: o})
	case "DaemonSet":
		return topology.Unknown[int64](topology.Origin{Object: o})
	}
	if scaler := x.scaler(o); scaler != nil {
		name, fallback := "minReplicas", int64(1)
		if scaler.Kind == "ScaledObject" {
			name, fallback = "minReplicaCount", 0
		}
		return count(scaler.Root.Get("spec", name), topology.Origin{Object: scaler, Path: manifest.Path{"spec", name}}, fallback)
	}
	if x.set.Lacks("autoscaling/HorizontalPodAutoscaler", o.Namespace) {
		return topology.Unknown[int64](at)
	}
	return count(o.Root.At(at.Path), at, 1)
}

// isWritten reports whether a field has a value: null is as good as nothing.
func isWritten(n *manifest.Node) bool { return n.Kind() > manifest.Null }

// count reads a whole number that is not negative; absent and null mean the
// default.
func count(n *manifest.Node, at topology.Origin, fallback int64) topology.Field[int64] {
	if !isWritten(n) {
		return topology.Known(fallback, at)
	}
	if i, ok := n.Int(); ok && i >= 0 {
		return topology.Known(i, at)
	}
	return topology.Unknown[int64](at)
}

// truthAt reads a boolean field that is false when absent.
func truthAt(n *manifest.Node, origin topology.Origin, name string) topology.Field[bool] {
	value := n.Get(name)
	if !isWritten(value) {
		return topology.Known(false, origin.At(name))
	}
	if b, ok := value.Bool(); ok {
		return topology.Known(b, origin.At(name))
	}
	return topology.Unknown[bool](origin.At(name))
}
