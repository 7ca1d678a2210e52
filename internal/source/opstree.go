package source

import (
	"strconv"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

var _ = register(source{
	name: "opstree",
	kinds: []string{
		"redis.redis.opstreelabs.in/Redis", "redis.redis.opstreelabs.in/RedisReplication",
		"redis.redis.opstreelabs.in/RedisSentinel", "redis.redis.opstreelabs.in/RedisCluster",
	},
	names: func(o *manifest.Object) []string {
		return []string{o.Name + "-leader", o.Name + "-follower", o.Name + "-sentinel", o.Name + "-s"}
	},
	read: readOpsTree,
})

// What the operator does with its resources is read from
// OT-CONTAINER-KIT/redis-operator v0.26 (api, internal/k8sutils,
// internal/controller), and what the servers do from the entrypoint.sh of its
// image, OT-CONTAINER-KIT/redis. v1beta1 and v1beta2 agree in all that is read.

// opstree is one resource of the operator.
type opstree struct {
	*member
	spec part
}

// readOpsTree reads one of the operator's resources. One without
// kubernetesConfig, which the API server refuses, is a patch for another.
func readOpsTree(x *index, o *manifest.Object) *member {
	r := opstree{
		member: &member{
			object: o, name: o.Name, flavor: "OpsTree " + o.Kind, named: true, loaded: map[loadedKey]bool{}, settings: operatorSettings(o),
		},
		spec: specOf(x, o),
	}
	if r.spec.at("kubernetesConfig").root.Kind() != manifest.Map {
		return nil
	}
	switch o.Kind {
	case "RedisCluster":
		r.readCluster()
	case "RedisReplication":
		r.readReplication()
	case "RedisSentinel":
		r.readSentinel()
	default:
		r.readStandalone()
	}
	r.noteIgnored()
	return r.member
}

func (r opstree) readStandalone() {
	r.mode = topology.Standalone
	r.addServer(opstreeServer{
		setup: "standalone", role: "master", container: "redis", workload: r.name,
		own:       r.spec,
		replicas:  topology.Known(int64(1), topology.Origin{Object: r.object}),
		resources: r.spec.at("kubernetesConfig", "resources"),
	})
}

// readReplication reads a master and its replicas, and the Sentinels that the
// resource itself may ask for.
func (r opstree) readReplication() {
	r.mode = topology.Replication
	r.addServer(opstreeServer{
		setup: "replication", role: "any", container: "redis", workload: r.name,
		own:       r.spec,
		replicas:  r.spec.at("clusterSize").required(),
		resources: r.spec.at("kubernetesConfig", "resources"),
	})
	embedded := r.spec.at("sentinel")
	size := embedded.at("size").count(0)
	if !embedded.present() || topology.Is(size, 0) {
		return
	}
	r.mode = topology.Sentinel
	s := r.sentinel(embedded, r.name+"-s")
	s.Replicas = size
	s.MasterGroup = topology.Known("mymaster", embedded.origin)
	s.Memory, s.CPU = embedded.at("resources").resources()
	s.quorum = topology.Unknown[int64](size.Origin())
	if n, known := size.Get(); known {
		s.quorum = topology.Known(n/2+1, size.Origin())
	}
	s.Spread = r.spread(embedded, s.pods.labels)
	s.pods.replicas = s.Replicas
	r.sentinels = append(r.sentinels, s)
}

// readSentinel reads Sentinels that watch the master of the RedisReplication
// they name.
func (r opstree) readSentinel() {
	r.mode = topology.Sentinel
	watch := r.spec.at("redisSentinelConfig")
	s := r.sentinel(r.spec, r.name+"-sentinel")
	s.Replicas = r.spec.at("clusterSize").count(3)
	s.MasterGroup = watch.at("masterGroupName").text("myMaster")
	s.Memory, s.CPU = r.spec.at("kubernetesConfig", "resources").resources()
	s.quorum = opstreeQuorum(watch.at("quorum"))
	s.monitor = watch.root.Get("redisReplicationName").Text()
	if s.monitor != "" {
		r.hosts = append(r.hosts, s.monitor)
		group, _ := s.MasterGroup.Get()
		r.keys = append(r.keys, "monitor\x00"+group+"\x00"+s.monitor)
	}
	s.Spread = r.spread(r.spec, s.pods.labels)
	s.pods.replicas = s.Replicas
	r.sentinels = append(r.sentinels, s)
	r.addBudget(r.spec.at("pdb"), s.pods.workload, s.pods, s.Replicas)
}

// opstreeQuorum reads the quorum, a string; absent it is "2", which follows from what is around it.
func opstreeQuorum(p part) topology.Field[int64] {
	if !p.present() {
		at := p.origin
		at.Path = at.Path[:len(at.Path)-1]
		return topology.Known(int64(2), at)
	}
	text, known := p.text("2").Get()
	n, err := strconv.ParseInt(text, 10, 32)
	if !known || err != nil || n < 0 {
		return topology.Unknown[int64](p.origin)
	}
	return topology.Known(n, p.origin)
}

// sentinel is what the operator makes of all Sentinels alike.
func (r opstree) sentinel(p part, workload string) sentinel {
	r.services = append(r.services, servicesOf(workload)...)
	s := sentinel{port: sentinelPort}
	s.Origin = p.origin
	s.Object = objectOf(r.object)
	s.Container = "sentinel"
	s.pods = pods{
		object: r.object, labels: r.labels(workload, "sentinel", "sentinel"), workload: workload,
		ports: map[string]int64{"sentinel": sentinelPort},
	}
	return s
}

// labels are the labels of Pods, and so the selectors of Services made for
// them.
func (r opstree) labels(workload, setup, role string) map[string]string {
	return withLabels(map[string]string{"app": workload, "redis_setup_type": setup, "role": role}, r.object)
}
