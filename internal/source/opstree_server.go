package source

import (
	"strconv"

	"github.com/redislint/redislint/internal/topology"
)

// opstreeServer is one StatefulSet of servers that the operator makes.
type opstreeServer struct {
	setup     string // of the label redis_setup_type
	role      string // of the node
	container string
	workload  string // name of the StatefulSet
	// own is where the probes and the grace period of this StatefulSet are
	// written: the spec, or a part of it.
	own       part
	replicas  topology.Field[int64]
	resources part
}

func (r opstree) addServer(s opstreeServer) {
	n := node{cluster: topology.Known(s.setup == "cluster", r.spec.origin)}
	n.Origin = s.own.origin
	n.Object = objectOf(r.object)
	n.Container = s.container
	n.Image = r.spec.at("kubernetesConfig", "image").text("")
	n.Replicas = s.replicas
	n.Role = topology.Known(s.role, s.own.origin)
	n.Memory, n.CPU = s.resources.resources()
	if n.Data = r.data(); n.Data != nil {
		n.Data.Unused = &topology.UnusedClaim{Origin: n.Data.Origin}
	}
	n.Probes = opstreeProbes(s.own)
	n.GracePeriod = gracePeriod(s.own.root, s.own.origin)
	n.HostNetwork = topology.Known(false, r.spec.at("hostNetwork").origin)
	labelRole := s.setup
	if s.setup == "cluster" {
		labelRole = s.container
		n.HostNetwork = truthAt(r.spec.root, r.spec.origin, "hostNetwork")
	}
	n.pods = pods{
		object: r.object, labels: r.labels(s.workload, s.setup, labelRole), workload: s.workload,
		service: s.workload + "-headless", replicas: s.replicas, single: topology.Is(s.replicas, 1),
	}
	if s.setup == "cluster" {
		n.pods.labels["cluster"] = r.name
		n.pods.port = r.spec.port()
	}
	if s.setup != "standalone" {
		n.pods.labels["redis-role"] = anyValue // the operator moves it with the role
	}
	n.Spread = r.spread(s.own, n.pods.labels)
	r.configure(&n, s)
	r.nodes = append(r.nodes, n)
	r.services = append(r.services, servicesOf(s.workload)...)
	r.expose(s.workload, int64(len(r.nodes)-1))
	switch s.setup {
	case "replication":
		r.addBudget(s.own.at("pdb"), r.name+"-replication", n.pods, s.replicas)
	case "cluster":
		r.addBudget(s.own.at("pdb"), s.workload, n.pods, r.spec.at("clusterSize").required())
	}
}

// opstreeProbes are the probes as written, with the operator's command where
// they have none: it takes every answer but PONG for a failure. A probe that is
// not written has that command and Kubernetes' defaults, a timeout of 1 second
// among them. A startup probe cannot be written.
func opstreeProbes(own part) *topology.Probes {
	return &topology.Probes{
		Origin:    own.origin,
		Liveness:  opstreeProbe(own, "livenessProbe"),
		Readiness: opstreeProbe(own, "readinessProbe"),
		Startup:   &topology.Probe{Origin: own.origin},
	}
}

func opstreeProbe(own part, name string) *topology.Probe {
	p := own.probe(name)
	switch {
	case p == nil:
		return nil
	case !p.Present:
		p = madeProbe(p.Origin, 0, 10, 1, 3)
	default:
		if _, handled := p.Kind.Get(); handled {
			return p
		}
		p.Kind = topology.Known("exec", p.Origin)
		p.OtherHost = topology.Known(false, p.Origin)
	}
	requirePong(p)
	return p
}

// persistent tells whether the servers write to a claim, and where that is
// said. Of a volumeClaimTemplate without any content no claim is made; in a
// RedisCluster nothing of storage counts without persistenceEnabled.
func (r opstree) persistent() topology.Field[bool] {
	storage := r.spec.at("storage")
	if r.object.Kind == "RedisCluster" {
		if !storage.present() {
			return topology.Known(false, storage.origin)
		}
		return truthAt(r.spec.root, r.spec.origin, "persistenceEnabled")
	}
	claim := storage.root.Get("volumeClaimTemplate", "spec")
	made := claim.Get("accessModes").Len() > 0 || claim.Get("resources", "requests").Len() > 0 ||
		claim.Get("storageClassName") != nil || claim.Get("volumeName").Text() != ""
	return topology.Known(made, storage.origin)
}

// data is the claim that a server writes to, or else a volume that storage
// mounts where it writes.
func (r opstree) data() *topology.Data {
	const folder = "/data"
	storage := r.spec.at("storage")
	switch on, known := r.persistent().Get(); {
	case !known:
		return nil
	case on:
		claim := storage.at("volumeClaimTemplate").origin
		return r.spec.x.claim(claim, folder, claim)
	}
	for _, mount := range storage.root.Get("volumeMount", "mountPath").Items() {
		if mount.Get("mountPath").Text() == folder {
			return r.volume(storage.at("volumeMount", "volume"), mount.Get("name").Text(), folder)
		}
	}
	return &topology.Data{Origin: storage.origin, Kind: topology.Known("none", storage.origin), Mount: folder}
}

func (r opstree) volume(volumes part, name, folder string) *topology.Data {
	for i, v := range volumes.root.Items() {
		if v.Get("name").Text() != name {
			continue
		}
		p := newPod(r.spec.x, volumes.at(strconv.Itoa(i)).origin, v)
		d := p.volume(v, p.spec, folder)
		for _, u := range p.unseen {
			r.member.unseen = addUnseen(r.member.unseen, u)
		}
		r.related = append(r.related, p.related...)
		return d
	}
	return nil
}

// expose adds the Service that the operator makes for clients outside, of the
// type asked for: one for all Pods of a StatefulSet.
func (r opstree) expose(workload string, node int64) {
	service := r.spec.at("kubernetesConfig", "service")
	kind := service.at("serviceType")
	switch kind.root.Text() {
	case "LoadBalancer", "NodePort":
	default:
		return
	}
	enabled, written := service.root.Get("additional", "enabled").Bool()
	if written && !enabled && r.object.Kind != "RedisReplication" {
		return
	}
	r.made = append(r.made, topology.Service{
		Origin:          kind.origin,
		Object:          topology.Object{Kind: "Service", Namespace: r.object.Namespace, Name: workload + "-additional"},
		Type:            topology.Known(kind.root.Text(), kind.origin),
		Headless:        topology.Known(false, kind.origin),
		PerPod:          topology.Known(topology.Is(r.nodes[node].Replicas, 1), kind.origin),
		RedisPort:       topology.Known(true, kind.origin),
		SentinelPort:    topology.Known(false, kind.origin),
		Internal:        topology.Known(keepsInside(service.root.Get("annotations")), service.at("annotations").origin),
		PublishNotReady: topology.Known(false, kind.origin),
		Exposed:         topology.Known(true, kind.origin),
		Restricted:      topology.Known(false, kind.origin),
		Reaches:         topology.Known("any", kind.origin),
		Nodes:           []int64{node},
	})
}

// readCluster reads a Redis Cluster, which is two StatefulSets: masters at
// first, and their replicas unless there are to be none.
func (r opstree) readCluster() {
	r.mode = topology.Cluster
	for _, name := range []string{"leader", "follower"} {
		own := r.spec.at(map[string]string{"leader": "redisLeader", "follower": "redisFollower"}[name])
		s := opstreeServer{
			setup: "cluster", role: "any", container: name, workload: r.name + "-" + name,
			own: own, replicas: own.at("replicas").required(), resources: own.at("resources"),
		}
		if !own.at("replicas").present() {
			s.replicas = r.spec.at("clusterSize").required()
		}
		if !s.resources.present() {
			s.resources = r.spec.at("kubernetesConfig", "resources")
		}
		if name == "leader" {
			r.masters = &s.replicas
		} else {
			r.followers = s.replicas.Origin()
		}
		if name == "leader" || !topology.Is(s.replicas, 0) {
			r.addServer(s)
		}
	}
}
