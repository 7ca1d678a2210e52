package chart

import (
	"fmt"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

var redisClusterChart = chart{
	name:     "redis-cluster",
	versions: []string{"4.4.1", "5.0.2", "6.3.9", "7.6.4", "8.8.2", "9.8.1", "10.3.0", "11.5.4", "12.0.16", "13.0.5"},
	derive:   deriveCluster,
}

var valkeyClusterChart = chart{
	name:     "valkey-cluster",
	versions: []string{"0.1.11", "1.0.3", "2.2.1", "3.0.25"},
	derive:   deriveCluster,
}

// cluster is a release of the charts redis-cluster and valkey-cluster: one workload, whose Pods share the slots.
type cluster struct {
	component
	nodes    value
	external value // access from outside, by a load balancer for each Pod
}

func deriveCluster(r *release) {
	r.notePasswords("password", "global."+r.words.server+".password")
	x := cluster{
		component: component{
			release: r, v: r.v.at(r.words.server), store: r.v.at("persistence"), shared: r.v,
			replicas: r.v.at("cluster.nodes"),
			liveness: "ping_liveness_local.sh", readiness: "ping_readiness_local.sh",
		},
		nodes:    r.v.at("cluster.nodes"),
		external: r.v.at("cluster.externalAccess"),
	}
	x.grace = x.v.at("terminationGracePeriodSeconds")
	// Whether Pods announce themselves outside decides what a Service that leads there means.
	outside := x.external.at("enabled")
	if kind := r.v.at("service.type").known("ClusterIP"); kind != "ClusterIP" && r.unknown(outside) {
		return
	}
	x.configMaps()
	// The chart waits for the addresses of the load balancers before it makes the Pods.
	if !outside.on() || !x.external.at("service.loadBalancerIP").off() {
		x.workload(x.component, []manifest.Tree{x.server()}, []manifest.Tree{
			configVolume("scripts", set("name", x.fullname+"-scripts")),
			configVolume("default-config", set("name", x.fullname+"-default")),
			fields(set("name", "empty-dir"), field("emptyDir", fields())),
		})
	}
	x.services()
	x.budget()
	x.networkPolicy()
	x.monitoring()
	x.extraDeploy()
}

// configFile is the file that the image starts from.
func (x cluster) configFile() string { return x.words.server + "-default.conf" }

func (x cluster) configMaps() {
	port := x.words.prefix + "PORT_NUMBER"
	if x.release.v.at("tls.enabled").on() {
		port = x.words.prefix + "TLS_PORT_NUMBER"
	}
	x.add(
		x.configMap(x.fullname+"-default", fields(field(x.configFile(), x.config()))),
		x.configMap(x.fullname+"-scripts", fields(
			set("ping_liveness_local.sh", x.ping("localhost", port, "", x.alive()...)),
			set("ping_readiness_local.sh", x.ping("localhost", port, "", "PONG")),
		)),
	)
}

// defaultConfig is what the file that comes with the chart says of persistence, of clients and of the cluster, the data
// folder aside, and what it says by names that Redis has replaced.
const defaultConfig = `bind 127.0.0.1 -::1
protected-mode yes
port 6379
save 900 1 300 10 60 10000
stop-writes-on-bgsave-error yes
dir %[1]s
appendonly no
lua-time-limit 5000
cluster-enabled yes
cluster-config-file %[1]s/nodes.conf
client-output-buffer-limit normal 0 0 0
client-output-buffer-limit replica 256mb 64mb 60
client-output-buffer-limit pubsub 32mb 8mb 60
`

// oldConfig is what it said besides.
const oldConfig = `hash-max-ziplist-entries 512
hash-max-ziplist-value 64
list-max-ziplist-size -2
zset-max-ziplist-entries 128
zset-max-ziplist-value 64
`

// config is the file that comes with the chart, and what the values add to it or have instead of it.
func (x cluster) config() manifest.Tree {
	var t text
	own := x.v.at("configmap")
	if instead := x.v.at("defaultConfigOverride"); !instead.off() {
		t.value(instead)
	} else {
		t.write(defaultConfig, "/bitnami/"+x.words.server+"/data")
		if x.writesOldNames() {
			t.write(oldConfig)
		}
	}
	t.write("\n")
	t.value(own)
	return from(own, t.tree())
}

func (x cluster) server() manifest.Tree {
	liveness, readiness := x.v.at("livenessProbe.timeoutSeconds"), x.v.at("readinessProbe.timeoutSeconds")
	list := append(x.environment(), x.v.at("extraEnvVars").items()...)
	if x.v.at("extraEnvVars").truth() == maybe {
		list = append(list, variable(x.words.prefix+"EXTRA_FLAGS", unseen))
	}
	t := fields(
		set("name", x.fullname),
		field("image", x.image(x.release.v.at("image"))),
		security(x.shared.at("containerSecurityContext")),
		field("env", items(list...)),
		environmentFrom(x.v),
		field("ports", items(
			fields(set("name", x.portName()), field("containerPort", x.port().tree())),
			fields(set("name", x.portName()+"-bus"), field("containerPort", x.busPort().tree())),
		)),
		x.probe(x.v, "startup", 0, tcpSocket(x.portName())),
		x.probe(x.v, "liveness", 1, runs("/scripts/"+x.liveness, liveness)),
		x.probe(x.v, "readiness", 1, runs("/scripts/"+x.readiness, readiness)),
		x.resources(x.v, x.words.server),
		hooks(x.v),
		field("volumeMounts", items(append([]manifest.Tree{
			mount("scripts", "/scripts"),
			x.dataMount(),
			fields(set("name", "default-config"), set("mountPath", x.words.folder()+"/etc/"+x.configFile()), set("subPath", x.configFile())),
			mount("empty-dir", x.words.folder()+"/etc/"),
		}, x.v.at("extraVolumeMounts").items()...)...)),
	)
	t.Fields = append(t.Fields, x.command()...)
	return open(x.v, t)
}

func (x cluster) portName() string { return "tcp-" + x.words.server }

func (x cluster) port() value { return x.v.named("containerPorts."+x.words.server, "port") }

func (x cluster) busPort() value { return x.v.named("containerPorts.bus", "busPort") }

// command starts the server by the script of the image, which reads its variables.
func (x cluster) command() []manifest.FieldTree {
	command := x.release.command(x.v, "")
	if args := x.v.at("args"); x.release.v.at("diagnosticMode.enabled").on() || args.isSet() && !args.off() {
		return command
	}
	var t text
	folder := x.words.folder() + "/etc/"
	t.write("[[ -f %s%s.conf ]] || cp %s%s %s%s.conf\n", folder, x.words.server, folder, x.configFile(), folder, x.words.server)
	if x.external.at("enabled").on() {
		announce := "IP"
		if x.external.at("hostMode").on() {
			announce = "HOSTNAME"
		}
		t.write("ips=(%s)\nexport %sCLUSTER_ANNOUNCE_%s=\"${ips[${POD_NAME##*-}]}\"\n",
			strings.Join(scalars(x.external.at("service.loadBalancerIP")), " "), x.words.prefix, announce)
	}
	if x.release.v.at("cluster.init").on() && !x.createsByJob() {
		t.write("export %sCLUSTER_REPLICAS=\"", x.words.prefix)
		t.value(x.release.v.at("cluster.replicas"))
		t.write("\"\n")
	}
	image := "/opt/bitnami/scripts/" + x.words.server + "-cluster/"
	t.write("%sentrypoint.sh %srun.sh\n", image, image)
	script := field("args", items(literal("-c"), t.tree()))
	if own := x.v.at("command"); own.isSet() && !own.off() {
		script = field("args", items(t.tree()))
	}
	return []manifest.FieldTree{command[0], script}
}

// scalars are the items of a list as text.
func scalars(x value) []string {
	var list []string
	for _, n := range x.node().Items() {
		list = append(list, n.Text())
	}
	return list
}

func (x cluster) environment() []manifest.Tree {
	prefix := x.words.prefix
	aof := x.v.at("useAOFPersistence")
	enabled := aof.tree()
	if b, ok := enabled.Value.(bool); ok {
		enabled.Value = map[bool]string{true: "yes", false: "no"}[b]
	}
	list := []manifest.Tree{
		fields(set("name", "POD_NAME"), field("valueFrom", fields(field("fieldRef", fields(set("fieldPath", "metadata.name")))))),
		fields(set("name", prefix+"AOF_ENABLED"), when(aof.truth() != maybe, field("value", enabled))),
		variable(prefix+"PORT_NUMBER", x.port().text()),
		x.tlsEnabled(),
	}
	if count, ok := x.nodes.int(); ok && !x.external.at("enabled").on() {
		var hosts strings.Builder
		for i := range min(count, maxPods) {
			fmt.Fprintf(&hosts, "%s-%d.%s-headless ", x.fullname, i, x.fullname)
		}
		list = append(list, variable(prefix+"NODES", hosts.String()))
	}
	if !x.authEnabled() {
		return append(list, x.withoutPassword())
	}
	return append(list, x.password(prefix+"PASSWORD"))
}

// services derives the Service that names the Pods, the one for clients, and those of each Pod.
func (x cluster) services() {
	server := port(x.portName(), x.port(), x.portName())
	bus := port(x.portName()+"-bus", x.busPort(), x.portName()+"-bus")
	x.add(x.object(header{apiVersion: "v1", kind: "Service", name: x.fullname + "-headless"}, field("spec", fields(
		set("type", "ClusterIP"), set("clusterIP", "None"), set("publishNotReadyAddresses", true),
		field("ports", items(server, bus)), field("selector", x.selector("")),
	))))
	s := x.release.v.at("service")
	x.service(header{name: x.fullname}, s, x.selector(""),
		port(x.portName(), s.named("ports."+x.words.server, "port"), x.portName()))
	x.metricsService()
	if !x.external.at("enabled").on() {
		return
	}
	count, _ := x.nodes.int()
	for i := range min(count, maxPods) {
		selector := x.selector("")
		selector.Fields = append(selector.Fields, set(podNameLabel, fmt.Sprintf("%s-%d", x.fullname, i)))
		s := x.external.at("service")
		x.service(header{name: fmt.Sprintf("%s-%d-svc", x.fullname, i)}, s, selector,
			port(x.portName(), s.at("port"), x.portName()), bus)
	}
}

// budget derives the PodDisruptionBudget: the user's own, or one Pod that may be missing.
func (x cluster) budget() {
	h := header{apiVersion: "policy/v1", kind: "PodDisruptionBudget", name: x.fullname}
	if own := x.release.v.at("podDisruptionBudget"); own.on() {
		spec := own.tree()
		if !hasField(spec, "selector") {
			spec.Fields = append(spec.Fields, field("selector", fields(field("matchLabels", x.selector("")))))
		}
		x.add(x.object(h, field("spec", spec)))
		return
	}
	own := x.release.v.at("pdb")
	if !own.at("create").on() {
		return
	}
	least, most := own.at("minAvailable"), own.at("maxUnavailable")
	missing := when(!most.off(), field("maxUnavailable", most.tree()))
	if least.off() && most.off() {
		missing = field("maxUnavailable", from(most, literal(1)))
	}
	x.add(x.object(h, field("spec", from(own, fields(
		when(!least.off(), field("minAvailable", least.tree())), missing, field("selector", fields(field("matchLabels", x.selector("")))),
	)))))
}

// networkPolicy derives the NetworkPolicy of the Pods, which reach each other's bus in any case.
func (x cluster) networkPolicy() {
	own := x.release.v.at("networkPolicy")
	if !own.at("enabled").on() {
		return
	}
	open := []manifest.Tree{fields(field("port", x.port().tree())), fields(field("port", x.busPort().tree()))}
	ours := fields(field("podSelector", fields(field("matchLabels", x.selector("")))))
	inbound := open
	if x.release.v.at("metrics.enabled").on() {
		inbound = append(inbound, fields(field("port", x.exporterPort())))
	}
	ingress := fields(field("ports", items(inbound...)))
	if !own.at("allowExternal").on() {
		client := fields(field("podSelector", fields(field("matchLabels", fields(set(x.fullname+"-client", "true"))))))
		ingress.Fields = append(ingress.Fields, field("from", items(append([]manifest.Tree{ours, client}, namespaces(own)...)...)))
	}
	egress := []manifest.Tree{fields()}
	if !own.reads("allowExternalEgress") || own.at("allowExternalEgress").off() {
		egress = append([]manifest.Tree{
			fields(field("ports", items(fields(set("port", 53), set("protocol", "UDP"))))),
			fields(field("ports", items(open...)), field("to", items(ours))),
		}, own.at("extraEgress").items()...)
	}
	x.add(x.object(header{apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", name: x.fullname},
		field("spec", from(own, fields(
			field("podSelector", fields(field("matchLabels", x.selector("")))),
			field("policyTypes", texts("Ingress", "Egress")),
			field("egress", items(egress...)),
			field("ingress", items(append([]manifest.Tree{ingress}, own.at("extraIngress").items()...)...)),
		)))))
}
