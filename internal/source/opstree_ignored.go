package source

import (
	"fmt"
	"slices"

	"github.com/redislint/redislint/internal/topology"
)

// opstreeSentinelKey is the only key of a ConfigMap that the Sentinels include.
const opstreeSentinelKey = "redis-sentinel-additional.conf"

const (
	noSuchField   = "the operator has no such field"
	notForCluster = "a RedisCluster does not read it there"
)

// opstreeUnread are the fields that change nothing where they stand, by kind.
// Only those are listed whose absence elsewhere is felt.
var opstreeUnread = map[string][]unread{
	"Redis":            append(ofAllKinds(), ofOneWorkload...),
	"RedisReplication": append(ofAllKinds(), append(ofOneWorkload, ofEmbeddedSentinels)...),
	"RedisSentinel":    append(ofAllKinds(), append(ofOneWorkload, ofSentinels()...)...),
	"RedisCluster":     append(ofAllKinds(), ofCluster()...),
}

func ofAllKinds() []unread {
	return []unread{
		moved("redisSecret", "kubernetesConfig.redisSecret"),
		moved("service", "kubernetesConfig.service"),
		startupProbeOf(""),
	}
}

// moved is a field that is read at another path only.
func moved(from, to string) unread {
	return unread{field: from, reason: noSuchField, instead: "spec." + to, counts: []string{to}}
}

// startupProbeOf is the probe that the API lacks, in a part of the spec or, for
// "", in the spec itself.
func startupProbeOf(part string) unread {
	return unread{
		field: part + "startupProbe", reason: noSuchField,
		instead: "initialDelaySeconds of the livenessProbe to the time that loading takes",
	}
}

var ofOneWorkload = []unread{moved("resources", "kubernetesConfig.resources")}

var ofEmbeddedSentinels = unread{
	field: "sentinel.additionalSentinelConfig", reason: "the Sentinels of a RedisReplication do not read it",
	instead: "redisSentinelConfig.additionalSentinelConfig of a RedisSentinel",
}

func ofSentinels() []unread {
	var fields []unread
	for _, name := range []string{"redisReplicationName", "masterGroupName", "quorum", "downAfterMilliseconds", "failoverTimeout"} {
		fields = append(fields, moved(name, "redisSentinelConfig."+name))
	}
	return fields
}

// ofCluster are the fields that a RedisCluster reads for each role only, or for
// all roles only.
func ofCluster() []unread {
	const external = "redisConfig.additionalRedisConfig"
	fields := []unread{
		{
			field: external, reason: notForCluster, instead: "it in redisConfig of redisLeader and of redisFollower",
			counts: []string{"redisLeader." + external, "redisFollower." + external},
		},
		{
			field: "resources", reason: "the operator reads it nowhere", instead: "spec.kubernetesConfig.resources",
			counts: []string{"kubernetesConfig.resources"},
		},
	}
	for _, role := range []string{"redisLeader.", "redisFollower."} {
		fields = append(fields, startupProbeOf(role), unread{
			field: role + "redisConfig.dynamicConfig", reason: notForCluster,
			instead: "spec.redisConfig.dynamicConfig", counts: []string{"redisConfig.dynamicConfig"},
		}, unread{
			field: role + "redisConfig.maxMemoryPercentOfLimit", reason: notForCluster,
			instead: "maxmemory in spec.redisConfig.dynamicConfig", counts: []string{"redisConfig.maxMemoryPercentOfLimit"},
		})
	}
	for _, name := range []string{
		"livenessProbe", "readinessProbe", "terminationGracePeriodSeconds", "affinity", "topologySpreadConstraints", "pdb", "nodeSelector", "tolerations",
	} {
		fields = append(fields, unread{
			field: name, reason: noSuchField, instead: "it in redisLeader and in redisFollower",
			counts: []string{"redisLeader." + name, "redisFollower." + name},
		})
	}
	return fields
}

// noteIgnored finds what changes nothing in a resource whose servers and
// Sentinels have been read.
func (r opstree) noteIgnored() {
	r.ignoreUnread(r.spec, opstreeUnread[r.object.Kind])
	switch r.object.Kind {
	case "RedisCluster":
		r.noteStorageAlone()
		r.noteMissingKey(r.spec.at("redisLeader", "redisConfig", "additionalRedisConfig"), opstreeKey)
		r.noteMissingKey(r.spec.at("redisFollower", "redisConfig", "additionalRedisConfig"), opstreeKey)
	case "RedisSentinel":
		r.noteMissingKey(r.spec.at("redisSentinelConfig", "additionalSentinelConfig"), opstreeSentinelKey)
	default:
		r.noteSwitchAlone()
		r.noteQuorum()
		r.noteMissingKey(r.spec.at("redisConfig", "additionalRedisConfig"), opstreeKey)
	}
	if n, _ := r.spec.at("clusterSize").root.Int(); n > 1 && r.object.Kind == "Redis" {
		r.ignore(r.spec.at("clusterSize"), "a Redis is one server", "kind to RedisReplication or RedisCluster")
	}
}

// noteStorageAlone finds storage of a RedisCluster that makes no claims.
func (r opstree) noteStorageAlone() {
	if r.spec.at("storage", "volumeClaimTemplate", "spec").saysSomething() && topology.Is(r.persistent(), false) {
		r.ignore(r.spec.at("storage"), "a RedisCluster without persistenceEnabled: true gets no volumes", "spec.persistenceEnabled to true")
	}
}

// noteSwitchAlone finds a persistenceEnabled that promises what only storage
// makes true.
func (r opstree) noteSwitchAlone() {
	if on, _ := r.spec.root.Get("persistenceEnabled").Bool(); on && topology.Is(r.persistent(), false) {
		r.ignore(r.spec.at("persistenceEnabled"), "only a RedisCluster has the field", "spec.storage.volumeClaimTemplate")
	}
}

// noteQuorum finds another quorum than the one that the operator computes for
// the Sentinels of a RedisReplication.
func (r opstree) noteQuorum() {
	quorum := r.spec.at("sentinel", "quorum")
	if len(r.sentinels) == 0 || !quorum.saysSomething() {
		return
	}
	if n, known := r.sentinels[0].quorum.Get(); known && quorum.root.Text() != fmt.Sprint(n) {
		r.ignore(quorum, fmt.Sprintf("the operator makes it %d, the majority of size", n), "")
	}
}

// noteMissingKey finds a ConfigMap without the only key that is included.
// Settings under another key are found by themselves, line by line.
func (r opstree) noteMissingKey(field part, key string) {
	o := r.spec.x.find("ConfigMap", field.root.Text(), r.object)
	if o == nil {
		return
	}
	r.related = append(r.related, o)
	if o.Root.Get("data").Len() == 0 { // and may be filled later
		return
	}
	for _, n := range r.nodes {
		if slices.ContainsFunc(n.unloaded, func(d unloadedDirective) bool { return d.object == o }) {
			return
		}
	}
	if _, ok := keyText(o, key); !ok {
		r.ignore(field, fmt.Sprintf("the ConfigMap has no key %s, and no other is read", key), fmt.Sprintf("%s in ConfigMap %s", key, o.Name))
	}
}
