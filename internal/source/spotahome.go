package source

import (
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

var _ = register(source{
	name:  "spotahome",
	kinds: []string{"databases.spotahome.com/RedisFailover"},
	read:  readSpotahome,
})

// What the operator does with a RedisFailover is read from its last version,
// spotahome/redis-operator v1.3: api/redisfailover/v1/{defaults,validate}.go,
// operator/redisfailover/service/generator.go, service/redis/client.go.
const (
	spotahomeImage = "redis:6.2.6-alpine"
	// spotahomeConfig is what matters here of the operator's redis.conf.
	spotahomeConfig = "save 900 1\nsave 300 10\n"
	spotahomeFile   = "/redis/redis.conf"
	spotahomeMaster = "mymaster"
	// spotahomeNodes is how many servers, and how many Sentinels, there are
	// when nobody says: absent, zero or less.
	spotahomeNodes = 3
	// spotahomeSleep is how long shutdown.sh waits on the master, in seconds,
	// after it has asked the Sentinels for another one and before it saves.
	spotahomeSleep = 31
)

// spotahomeUnread are the fields that are named otherwise, or lie elsewhere,
// than one who knows Kubernetes expects.
var spotahomeUnread = []unread{
	moved("resources", "redis.resources"),
	moved("redis.livenessProbe", "redis.customLivenessProbe"),
	moved("redis.readinessProbe", "redis.customReadinessProbe"),
	moved("redis.startupProbe", "redis.customStartupProbe"),
	moved("redis.terminationGracePeriodSeconds", "redis.terminationGracePeriod"),
}

// readSpotahome reads a RedisFailover: a master and its replicas in one
// StatefulSet, the Sentinels that watch them in a Deployment.
func readSpotahome(x *index, o *manifest.Object) *member {
	spec := specOf(x, o)
	if spec.root.Kind() != manifest.Map {
		return nil
	}
	m := &member{object: o, name: o.Name, flavor: "Spotahome RedisFailover", mode: topology.Sentinel, settings: operatorSettings(o)}
	m.services = []string{"rfr-" + o.Name, "rfrm-" + o.Name, "rfrs-" + o.Name, "rfs-" + o.Name}
	m.ignoreUnread(spec, spotahomeUnread)
	spotahomeServers(m, spec.at("redis"))
	bootstrap := spec.at("bootstrapNode")
	if allowed, _ := bootstrap.root.Get("allowSentinels").Bool(); bootstrap.present() && !allowed {
		m.mode = topology.Replication // of a master elsewhere, until the field is gone
		m.nodes[0].Role, m.nodes[0].replicates = topology.Known("replica", bootstrap.origin), true
		return m
	}
	spotahomeSentinels(m, spec.at("sentinel"))
	m.nodes[0].Shutdown = spotahomeShutdown(spec.at("redis"))
	return m
}

func spotahomeServers(m *member, redis part) {
	o := m.object
	config, merged, c := spotahomeSettings(redis)
	n := node{cluster: topology.Known(false, redis.origin)}
	n.Origin = redis.origin
	n.Object = objectOf(o)
	n.Container = "redis"
	n.Image = redis.at("image").text(spotahomeImage)
	n.Replicas = spotahomeReplicas(redis)
	n.Role = topology.Known("any", redis.origin)
	n.Memory, n.CPU = redis.at("resources").resources()
	n.Config = config
	n.Data = spotahomeData(redis.at("storage"))
	n.Data.Unused = &topology.UnusedClaim{Origin: n.Data.Origin}
	n.Probes = spotahomeProbes(redis)
	n.GracePeriod = seconds(redis.root, redis.origin, "terminationGracePeriod", 30)
	n.HostNetwork = truthAt(redis.root, redis.origin, "hostNetwork")
	n.Access = spotahomeAccess(m, c, merged)
	n.Overlaps = topology.Known(false, redis.origin)
	m.passwords = passwords(merged)
	n.pods = pods{
		object: o, labels: spotahomeLabels(o, "redis"), workload: "rfr-" + o.Name, service: "rfr-" + o.Name,
		replicas: n.Replicas, single: topology.Is(n.Replicas, 1), port: redis.port(),
	}
	// The operator moves the label to the Pod that is master.
	n.pods.labels["redisfailovers-role"] = anyValue
	n.pods.ports = map[string]int64{"redis": n.pods.dataPort()}
	n.Spread = spotahomeSpread(redis, n.pods.labels)
	m.nodes = append(m.nodes, n)
	m.spotahomeBudget(redis, n.pods, n.Replicas)
	m.loaded, m.unseen, m.related = c.pod.loaded, c.pod.unseen, c.pod.related
}

// spotahomeReplicas reads a number of Pods.
func spotahomeReplicas(p part) topology.Field[int64] {
	replicas := p.at("replicas")
	if n, ok := replicas.root.Int(); ok && n <= 0 {
		return topology.Known(int64(spotahomeNodes), replicas.origin)
	}
	return replicas.count(spotahomeNodes)
}

// spotahomeSettings is the operator's file, what a command of one's own adds to
// it, and customConfig, which is set once the server runs.
func spotahomeSettings(redis part) (*topology.Config, *redisconf.Config, *container) {
	custom := redis.at("customConfig")
	c := redis.container()
	c.pod.copies = []copied{{
		to: place{path: spotahomeFile, image: c}, container: c,
		content: text{value: spotahomeConfig, tag: written{Origin: custom.origin, altered: true}},
	}}
	starts, _ := c.servers(c.run())
	if argv, _ := c.argv(); len(argv) == 0 {
		starts, _ = c.servers(redisconf.CommandsOf([]redisconf.Word{{Value: "redis-server"}, {Value: spotahomeFile}}))
	}
	taken, refused := configSet{
		list: custom, name: "spec.redis.customConfig", elsewhere: "spec.redis.command", empties: true,
	}.read()
	merged := redisconf.Merge(c.configOf(starts).Directives(), taken)
	config := settings(merged, custom.origin)
	config.Home = custom.origin
	config.NotLoaded = append(config.NotLoaded, refused...)
	config.Deprecated = deprecated(merged, c.image)
	return config, merged, c
}

// spotahomeData is the claim, or an emptyDir when there is none.
func spotahomeData(storage part) *topology.Data {
	const folder = "/data"
	if claim := storage.at("persistentVolumeClaim"); claim.present() {
		return storage.x.claim(claim.origin, folder, claim.origin)
	}
	kind := "emptyDir"
	if storage.root.Get("emptyDir", "medium").Text() == "Memory" {
		kind = "memory"
	}
	return &topology.Data{Origin: storage.origin, Kind: topology.Known(kind, storage.origin), Mount: folder}
}

// spotahomeProbes are the probes of one's own, or the operator's: its liveness
// probe is redis-cli ping | grep PONG.
func spotahomeProbes(redis part) *topology.Probes {
	p := &topology.Probes{
		Origin:    redis.origin,
		Liveness:  redis.probe("customLivenessProbe"),
		Readiness: redis.probe("customReadinessProbe"),
		Startup:   redis.probe("customStartupProbe"),
	}
	if p.Liveness != nil && !p.Liveness.Present {
		p.Liveness = madeProbe(p.Liveness.Origin, 30, 15, 5, 6)
		requirePong(p.Liveness)
	}
	if p.Readiness != nil && !p.Readiness.Present {
		p.Readiness = madeProbe(p.Readiness.Origin, 30, 10, 5, 3)
	}
	// The script of the ConfigMap decides what the startup probe asks.
	if script := redis.at("startupConfigMap"); p.Startup != nil && !p.Startup.Present && script.root.Text() != "" {
		p.Startup = madeProbe(script.origin, 30, 15, 5, 6)
		p.Startup.OtherHost = topology.Unknown[bool](script.origin)
	}
	return p
}

// spotahomeShutdown is the operator's script, unless there is one of one's own.
// Without Sentinels of its own nothing sleeps.
func spotahomeShutdown(redis part) *topology.Shutdown {
	if redis.root.Get("shutdownConfigMap").Text() != "" {
		return nil
	}
	return &topology.Shutdown{
		Origin: redis.origin, Delay: topology.Known(int64(spotahomeSleep), redis.origin), Hook: "on the master the operator's shutdown script",
	}
}

func spotahomeSentinels(m *member, p part) {
	o := m.object
	s := sentinel{monitor: "rfrm-" + o.Name, port: sentinelPort}
	s.Origin = p.origin
	s.Object = objectOf(o)
	s.Container = "sentinel"
	s.Replicas = spotahomeReplicas(p)
	s.MasterGroup = topology.Known(spotahomeMaster, p.origin)
	s.Memory, s.CPU = p.at("resources").resources()
	s.quorum = spotahomeQuorum(p, s.Replicas)
	s.pods = pods{
		object: o, labels: spotahomeLabels(o, "sentinel"), workload: "rfs-" + o.Name,
		replicas: s.Replicas, single: topology.Is(s.Replicas, 1), ports: map[string]int64{"sentinel": sentinelPort},
	}
	s.Spread = spotahomeSpread(p, s.pods.labels)
	m.sentinels = append(m.sentinels, s)
	m.spotahomeBudget(p, s.pods, m.nodes[0].Replicas)
}

// spotahomeQuorum is a majority, unless customConfig has SENTINEL SET change
// it.
func spotahomeQuorum(p part, replicas topology.Field[int64]) topology.Field[int64] {
	quorum := topology.Unknown[int64](replicas.Origin())
	if n, known := replicas.Get(); known {
		quorum = topology.Known(n/2+1, replicas.Origin())
	}
	for i, item := range p.root.Get("customConfig").Items() {
		name, value, _ := strings.Cut(item.Text(), " ")
		if !strings.EqualFold(name, "quorum") {
			continue
		}
		at := p.origin.At("customConfig", strconv.Itoa(i))
		quorum = topology.Unknown[int64](at)
		if n, err := strconv.ParseInt(value, 10, 32); err == nil && n > 0 {
			quorum = topology.Known(n, at)
		}
	}
	return quorum
}

// spotahomeLabels are the labels of the Pods. Those of the resource go in last;
// labelWhitelist, which may keep some out, is left aside.
func spotahomeLabels(o *manifest.Object, component string) map[string]string {
	labels := withLabels(map[string]string{
		"app.kubernetes.io/managed-by":                "redis-operator",
		"redisfailovers.databases.spotahome.com/name": o.Name,
	}, o)
	labels["app.kubernetes.io/name"] = o.Name
	labels["app.kubernetes.io/component"] = component
	labels["app.kubernetes.io/part-of"] = "redis-failover"
	return labels
}
