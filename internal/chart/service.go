package chart

import (
	"strconv"

	"github.com/redislint/redislint/internal/manifest"
)

// services derives the Services.
func (x *replication) services() {
	x.headless()
	s := x.v.at("sentinel")
	if s.at("enabled").on() {
		x.nodeService(s.at("service"))
		x.masterService(s)
		x.podServices(s)
	} else {
		x.roleService(x.masterComponent())
		if x.replicas {
			x.roleService(x.replicaComponent())
		}
	}
	x.metricsService()
}

// service derives a Service with the type and the annotations of its values.
func (r *release) service(h header, s value, selector manifest.Tree, ports ...manifest.Tree) {
	h.apiVersion, h.kind, h.annotations, h.labels = "v1", "Service", s.at("annotations"), s.at("labels")
	r.add(r.object(h, field("spec", from(s, fields(
		field("type", s.at("type").tree()),
		given("clusterIP", s.at("clusterIP")),
		given("loadBalancerIP", s.at("loadBalancerIP")),
		given("loadBalancerSourceRanges", s.at("loadBalancerSourceRanges")),
		field("ports", items(append(ports, s.at("extraPorts").items()...)...)),
		field("selector", selector),
	)))))
}

func port(name string, number value, target any) manifest.Tree {
	return fields(set("name", name), field("port", number.tree()), set("targetPort", target))
}

// headless is the Service that gives the Pods their names.
func (x *replication) headless() {
	sentinel := x.v.at("sentinel.enabled").on()
	number := x.master.named("service.ports."+x.words.server, "service.port")
	switch {
	case x.old():
		number = x.v.at("redisPort")
	case sentinel:
		number = x.serverPort()
	}
	ports := []manifest.Tree{port("tcp-"+x.words.server, number, portName)}
	if sentinel {
		ports = append(ports, port("tcp-sentinel", x.sentinelServicePort(), x.words.server+"-sentinel"))
	}
	x.add(x.object(header{apiVersion: "v1", kind: "Service", name: x.fullname + "-headless"}, field("spec", fields(
		set("type", "ClusterIP"),
		set("clusterIP", "None"),
		when(sentinel && x.publishesNodes(), set("publishNotReadyAddresses", true)),
		field("ports", items(ports...)),
		field("selector", x.selector("")),
	))))
}

// serverPort and sentinelServicePort are the ports of the Service in front of the nodes.
func (x *replication) serverPort() value {
	return x.v.named("sentinel.service.ports."+x.words.server, "sentinel.service.port", "sentinel.service.redisPort")
}

func (x *replication) sentinelServicePort() value {
	return x.v.named("sentinel.service.ports.sentinel", "sentinel.service.sentinelPort")
}

// roleService is the Service of the master or of the replicas.
func (x *replication) roleService(c component) {
	if c.isNone() {
		return
	}
	s := c.v.at("service")
	number := s.named("ports."+x.words.server, "port")
	x.service(header{name: c.name(), component: c.role}, s, x.selector(c.role), port("tcp-"+x.words.server, number, portName))
}

// nodeService is the Service of all nodes and their Sentinels.
func (x *replication) nodeService(s value) {
	component := "node"
	if x.old() {
		component = ""
	}
	x.service(header{name: x.fullname}, s, x.selector(component),
		port("tcp-"+x.words.server, x.serverPort(), x.portOfNodes()),
		port("tcp-sentinel", x.sentinelServicePort(), x.words.server+"-sentinel"))
}

// masterService is the Service of whichever node is the master.
func (x *replication) masterService(sentinel value) {
	own := sentinel.named("masterService", "primaryService")
	if !own.at("enabled").on() {
		own = sentinel.at("service")
		if !own.named("createMaster", "createPrimary").on() {
			return
		}
	}
	selector := x.selector("")
	word := "isMaster"
	if x.words.master == "primary" {
		word = "isPrimary"
	}
	selector.Fields = append(selector.Fields, set(word, "true"))
	number := own.named("ports."+x.words.server, "port")
	x.service(header{name: x.fullname + "-" + x.words.master, component: "node"}, own, selector,
		port("tcp-"+x.words.server, number, portName))
}

// podNameLabel is put on each Pod of a StatefulSet by Kubernetes.
const podNameLabel = "statefulset.kubernetes.io/pod-name"

// maxPods bounds the objects that are made for each Pod.
const maxPods = 100

// podServices are Services of one node each, for clients outside.
func (x *replication) podServices(sentinel value) {
	count, _ := x.replica.at("replicaCount").int()
	external := sentinel.at("externalAccess")
	for i := range min(count, maxPods) {
		pod := x.fullname + "-node-" + strconv.FormatInt(i, 10)
		selector := x.selector("")
		selector.Fields = append(selector.Fields, set(podNameLabel, pod))
		if external.at("enabled").on() {
			s := external.at("service")
			x.service(header{name: x.fullname + "-" + strconv.FormatInt(i, 10) + "-svc"}, s, selector,
				port("tcp-"+x.words.server, s.at("redisPort"), int64(6379)),
				port("tcp-sentinel", s.at("sentinelPort"), int64(26379)))
		}
		if s := sentinel.at("service"); s.at("type").text() == "NodePort" && s.reads("nodePorts") {
			x.service(header{name: pod}, s, fields(set(podNameLabel, pod)),
				port("sentinel", x.sentinelServicePort(), x.words.server+"-sentinel"),
				port(x.words.server, x.serverPort(), x.portOfNodes()))
		}
	}
}

// metricsService is the Service of the exporters.
func (r *release) metricsService() {
	x := r.v.at("metrics")
	s := x.at("service")
	if !x.at("enabled").on() || s.reads("enabled") && s.at("enabled").off() {
		return
	}
	r.service(header{name: r.fullname + "-metrics", component: "metrics"}, s, r.selector(""),
		port("http-metrics", s.named("ports.http", "port"), "metrics"))
}
