package chart

import (
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

var redisChart = chart{
	name: "redis",
	versions: []string{
		"10.9.0", "11.3.4", "12.10.1", "13.0.2", "14.8.11", "15.7.6", "16.13.2", "17.17.1", "18.19.4", "19.6.4", "20.13.4",
		"21.2.19", "22.0.7", "23.1.1",
	},
	derive: deriveRedis,
}

var valkeyChart = chart{
	name:     "valkey",
	versions: []string{"0.3.18", "1.0.3", "2.4.7", "3.0.31", "4.0.2"},
	derive:   deriveRedis,
}

// replication is a release of the charts redis and valkey: one server, or a master with its replicas, with or without
// Sentinels.
type replication struct {
	*release
	master, replica value
	replicas        bool // there are any
	sentinel        bool
}

func deriveRedis(r *release) {
	x := &replication{release: r, master: r.v.at(r.words.master), replica: r.v.named("replica", "slave")}
	r.notePasswords("auth.password", "global."+r.words.server+".password", "password")
	r.noteUserPasswords(r.v.at("auth.acl.users"))
	if !x.shape() {
		return
	}
	x.ignoreMaster()
	x.configMaps()
	for _, c := range x.components() {
		if !c.isNone() {
			x.run(c)
		}
	}
	x.services()
	x.policies()
	x.monitoring()
	x.extraDeploy()
}

// ignoreMaster notes values of a master where Sentinels choose one of nodes that are all made alike.
func (x *replication) ignoreMaster() {
	if !x.sentinel || x.splitsSentinels() {
		return
	}
	master, replica := x.words.master, x.replica.keys[0]
	read := []string{"containerPorts", "containerPort", "service.ports", "service.port"}
	if x.loadsByRole() {
		read = append(read, "configuration", "configmap", "disableCommands", "spreadConstraints", "persistence.path")
	}
	for i, key := range read {
		read[i] = master + "." + key
	}
	x.ignoreUnused(x.master, "with sentinel.enabled there is no "+master+" of its own: all nodes are made of "+replica,
		func(key string) string {
			if to := replica + strings.TrimPrefix(key, master); x.v.reads(to) {
				return to
			}
			return ""
		}, read...)
}

// components are what there are workloads of.
func (x *replication) components() []component {
	switch {
	case x.sentinel && !x.splitsSentinels():
		return []component{x.nodeComponent()}
	case x.replicas:
		return []component{x.masterComponent(), x.replicaComponent()}
	default:
		return []component{x.masterComponent()}
	}
}

// run derives the workload of a component.
func (x *replication) run(c component) {
	containers := []manifest.Tree{c.server()}
	if c.sentinel {
		containers = append(containers, c.sentinelContainer())
	}
	x.workload(c, containers, c.volumes())
}

// shape decides which workloads there are. It reports false when there are none, for a reason that it has noted.
func (x *replication) shape() bool {
	enabled := x.v.at("sentinel.enabled")
	if x.old() {
		cluster := x.v.at("cluster.enabled")
		x.replicas, x.sentinel = cluster.on(), cluster.on() && enabled.on()
		return !x.unknown(cluster) && (!x.replicas || !x.unknown(enabled))
	}
	architecture := x.v.at("architecture")
	if architecture.truth() == maybe {
		return !x.unknown(architecture)
	}
	text := architecture.text()
	switch {
	case text != "standalone" && text != "replication":
		invalid := Invalid{Ref: architecture.ref(), Value: text, Allowed: []string{"standalone", "replication"}}
		if text == "cluster" {
			invalid.Instead = "bitnami/" + x.asked.Chart + "-cluster"
		}
		x.out.Invalid = append(x.out.Invalid, invalid)
		return false
	case text == "standalone" && enabled.on():
		x.out.Invalid = append(x.out.Invalid, Invalid{Ref: architecture.ref(), Value: text, Allowed: []string{"replication"}})
		return false
	}
	x.replicas = text == "replication"
	x.sentinel = x.replicas && enabled.on()
	return !x.replicas || !x.unknown(enabled)
}

// unknown notes a value that decides which objects there are and cannot be known.
func (r *release) unknown(x value) bool {
	if x.truth() != maybe {
		return false
	}
	r.out.Unknown = append(r.out.Unknown, x.ref())
	return true
}

// masterCount is how many masters there are.
func (x *replication) masterCount() value { return x.master.named("replicaCount", "count") }

func (x *replication) masterComponent() component {
	return component{
		release: x.release, role: x.words.master, suffix: x.words.master, v: x.master, sentinel: x.sentinel,
		store: x.master.at("persistence"), shared: x.master,
		script: "start-" + x.words.master + ".sh", replicas: x.masterCount(),
		liveness: "ping_liveness_local.sh", readiness: "ping_readiness_local.sh",
		grace: x.master.at("terminationGracePeriodSeconds"),
	}
}

func (x *replication) replicaComponent() component {
	c := component{
		release: x.release, role: "replica", suffix: "replicas", v: x.replica, sentinel: x.sentinel, replicates: true,
		store: x.replica.at("persistence"), shared: x.replica,
		script: "start-replica.sh", replicas: x.replica.at("replicaCount"),
		liveness: "ping_liveness_local_and_" + x.words.master + ".sh", readiness: "ping_readiness_local_and_" + x.words.master + ".sh",
		grace: x.replica.at("terminationGracePeriodSeconds"),
	}
	if x.old() {
		c.shared = x.v
		c.role, c.suffix, c.script, c.replicas = "slave", "slave", "start-slave.sh", x.v.at("cluster.slaveCount")
	}
	if x.sentinel {
		c.liveness, c.readiness = "ping_liveness_local.sh", "ping_readiness_local.sh"
	}
	return c
}

func (x *replication) nodeComponent() component {
	c := x.replicaComponent()
	c.role, c.suffix, c.script = "node", "node", "start-node.sh"
	if !x.startsBySocket() {
		c.startup = "ping_liveness_local.sh"
	}
	if x.v.reads("sentinel.terminationGracePeriodSeconds") {
		c.grace = x.v.at("sentinel.terminationGracePeriodSeconds")
	}
	return c
}

// extraDeploy adds the objects that the values hold, as they are.
func (r *release) extraDeploy() {
	list := r.v.at("extraDeploy")
	trees := list.items()
	for i, item := range list.node().Items() {
		kind, apiVersion := item.Get("kind").Text(), item.Get("apiVersion").Text()
		if item.Kind() != manifest.Map || kind == "" {
			continue
		}
		metadata := item.Get("metadata")
		namespace := r.namespaceOf(metadata.Get("namespace").Text())
		r.add(manifest.Derive(r.asked.Owner, apiVersion, kind, namespace, metadata.Get("name").Text(), trees[i]))
	}
}

// namespaceOf is the namespace that a text means, which may be a template for that of the release.
func (r *release) namespaceOf(text string) string {
	inner, opens := strings.CutPrefix(text, "{{")
	inner, closes := strings.CutSuffix(inner, "}}")
	inner = strings.TrimSuffix(strings.Join(strings.Fields(strings.Trim(inner, "-")), " "), " | quote")
	if opens && closes && (inner == ".Release.Namespace" || inner == `include "common.names.namespace" .`) {
		return r.namespace
	}
	return text
}
