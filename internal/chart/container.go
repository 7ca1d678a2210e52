package chart

import "github.com/redislint/redislint/internal/manifest"

const (
	healthFolder  = "/health"
	scriptsFolder = "/opt/bitnami/scripts/start-scripts"
)

// server derives the container that runs the server.
func (c component) server() manifest.Tree {
	name := c.words.server
	if c.old() {
		name = c.chartName()
	}
	// The charts let a script time out before its probe does, except beside a Sentinel.
	margin := int64(1)
	liveness, readiness := c.v.at("livenessProbe.timeoutSeconds"), c.v.at("readinessProbe.timeoutSeconds")
	if c.role == "node" {
		margin = 0
		if c.old() {
			readiness = liveness
		}
	}
	startup := tcpSocket(portName)
	if c.startup != "" {
		startup = runs(healthFolder+"/"+c.startup, liveness)
	}
	t := fields(
		set("name", name),
		field("image", c.image(c.release.v.at("image"))),
		security(c.shared.at("containerSecurityContext")),
		field("env", items(append(c.environment(), c.v.at("extraEnvVars").items()...)...)),
		environmentFrom(c.v),
		field("ports", items(fields(set("name", c.portName()), field("containerPort", c.port().tree())))),
		c.probe(c.v, "startup", 0, startup),
		c.probe(c.v, "liveness", margin, runs(healthFolder+"/"+c.liveness, liveness)),
		c.probe(c.v, "readiness", margin, runs(healthFolder+"/"+c.readiness, readiness)),
		c.resources(c.v, c.v.keys[len(c.v.keys)-1]),
		hooks(c.v),
		field("volumeMounts", items(c.mounts()...)),
	)
	t.Fields = append(t.Fields, c.command(c.v, c.script)...)
	return open(c.v, t)
}

// command is what a container runs: a script of the chart, unless its values say otherwise.
func (r *release) command(x value, script string) []manifest.FieldTree {
	if mode := r.v.at("diagnosticMode"); mode.at("enabled").on() {
		return []manifest.FieldTree{field("command", mode.at("command").tree()), field("args", mode.at("args").tree())}
	}
	command := field("command", texts("/bin/bash"))
	args := field("args", texts("-ec", scriptsFolder+"/"+script))
	if r.old() {
		return []manifest.FieldTree{command, args}
	}
	if own := x.at("command"); own.isSet() && !own.off() {
		command = field("command", own.tree())
	}
	if own := x.at("args"); own.isSet() && !own.off() {
		args = field("args", own.tree())
	}
	return []manifest.FieldTree{command, args}
}

// hooks are those of the user's. A Sentinel's server has others of the chart's, which do more than sleep.
func hooks(x value) manifest.FieldTree {
	own := x.at("lifecycleHooks")
	return when(x.reads("lifecycleHooks") && !own.isEmpty(), field("lifecycle", own.tree()))
}

// portName is what the charts call the port of the server, in valkey too.
const portName = "redis"

// portName is the name of the container port.
func (c component) portName() string {
	if c.role == "node" {
		return c.portOfNodes()
	}
	return portName
}

// port is where the server takes clients.
func (c component) port() value {
	if c.old() {
		return c.release.v.at("redisPort")
	}
	return c.v.named("containerPorts."+c.words.server, "containerPort")
}

// environment are the variables that the start scripts read.
func (c component) environment() []manifest.Tree {
	prefix := c.words.prefix
	port := "PORT"
	if c.release.v.at("tls.enabled").on() {
		port = "TLS_PORT"
	}
	list := []manifest.Tree{variable(prefix+port, c.port().text()), c.tlsEnabled()}
	switch c.role {
	case "node":
		list = append(list, variable(prefix+"DATA_DIR", c.v.at("persistence.path").text()))
	case c.words.master:
		list = append(list, variable(prefix+"REPLICATION_MODE", "master"))
	default:
		host, port := c.masterHost()
		list = append(list, variable(prefix+"REPLICATION_MODE", "replica"),
			variable(prefix+c.masterWord()+"_HOST", host), variable(prefix+c.masterWord()+"_PORT_NUMBER", port))
	}
	if !c.authEnabled() {
		return append(list, c.withoutPassword())
	}
	list = append(list, c.password(prefix+"PASSWORD"))
	if c.role != c.words.master {
		list = append(list, c.password(prefix+c.masterWord()+"_PASSWORD"))
	}
	return list
}

// tlsEnabled is the variable that says whether the server speaks TLS.
func (r *release) tlsEnabled() manifest.Tree {
	name, enabled := r.words.prefix+"TLS_ENABLED", r.v.at("tls.enabled")
	switch enabled.truth() {
	case yes:
		return fields(set("name", name), field("value", from(enabled, literal("yes"))))
	case no:
		return fields(set("name", name), field("value", from(enabled, literal("no"))))
	default:
		return variable(name, unseen)
	}
}

// password is a variable with the password, or the file that holds it.
func (r *release) password(name string) manifest.Tree {
	if files := r.v.named("auth.usePasswordFiles", "usePasswordFiles", "usePasswordFile"); files.on() {
		return variable(name+"_FILE", r.words.folder()+"/secrets/"+r.words.server+"-password")
	}
	return secretVariable(name, r.secret())
}

// variable is a variable of the environment, without a value where that is put in by something else.
func variable(name, value string) manifest.Tree {
	if isTemplated(value) {
		return fields(set("name", name), field("valueFrom", fields()))
	}
	return fields(set("name", name), set("value", value))
}

func secretVariable(name string, ref manifest.Tree) manifest.Tree {
	return fields(set("name", name), field("valueFrom", fields(field("secretKeyRef", ref))))
}

// environmentFrom are variables from a ConfigMap and a Secret of the user's.
func environmentFrom(x value) manifest.FieldTree {
	var list []manifest.Tree
	for key, source := range map[string]string{"extraEnvVarsCM": "configMapRef", "extraEnvVarsSecret": "secretRef"} {
		if name := x.at(key); !name.off() {
			list = append(list, fields(field(source, fields(field("name", name.tree())))))
		}
	}
	return when(len(list) > 0, field("envFrom", items(list...)))
}

// authEnabled reports whether the server asks for a password. Nothing is known to be open that cannot be seen.
func (r *release) authEnabled() bool { return !r.auth().off() }

func (r *release) auth() value { return r.v.named("auth.enabled", "usePassword") }

// withoutPassword is the variable that lets the server start without one.
func (r *release) withoutPassword() manifest.Tree {
	return fields(set("name", "ALLOW_EMPTY_PASSWORD"), field("value", from(r.auth(), literal("yes"))))
}

// secret names the key of the Secret that holds the password.
func (r *release) secret() manifest.Tree {
	return fields(
		set("name", r.v.named("auth.existingSecret", "existingSecret").known(r.fullname)),
		set("key", r.v.named("auth.existingSecretPasswordKey", "existingSecretPasswordKey").known(r.words.server+"-password")),
	)
}

// masterWord is the master in the names of variables.
func (r *release) masterWord() string {
	if r.words.master == "primary" {
		return "PRIMARY"
	}
	return "MASTER"
}

// masterHost is where a replica finds its master.
func (c component) masterHost() (host, port string) {
	master := c.release.v.at(c.words.master)
	if external := c.v.at("externalMaster"); external.at("enabled").on() {
		return external.at("host").text(), external.at("port").text()
	}
	if external := c.v.at("externalPrimary"); external.at("enabled").on() {
		return external.at("host").text(), external.at("port").text()
	}
	name := c.fullname + "-" + c.words.master
	count, counted := master.named("replicaCount", "count").int()
	if master.at("kind").known("StatefulSet") == "StatefulSet" && (count == 1 || !counted) {
		name += "-0." + c.fullname + "-headless"
	}
	port = c.port().text()
	if !c.old() {
		port = master.named("containerPorts."+c.words.server, "containerPort").text()
	}
	return name + c.domain(), port
}

// domain is what comes after the name of a Service.
func (r *release) domain() string {
	namespace := r.namespace
	if namespace == "" {
		namespace = "default"
	}
	return "." + namespace + ".svc." + r.v.at("clusterDomain").known("cluster.local")
}

// sentinelContainer derives the Sentinel beside a server.
func (c component) sentinelContainer() manifest.Tree {
	x := c.release.v.at("sentinel")
	port, owner := c.sentinelPort(), x
	if c.old() {
		owner = c.shared
	}
	liveness, readiness := x.at("livenessProbe.timeoutSeconds"), x.at("readinessProbe.timeoutSeconds")
	if c.old() {
		readiness = liveness
	}
	startup := runs(healthFolder+"/ping_sentinel.sh", liveness)
	if c.startsBySocket() {
		startup = tcpSocket("redis-sentinel")
	}
	t := fields(
		set("name", "sentinel"),
		field("image", c.image(x.at("image"))),
		security(owner.at("containerSecurityContext")),
		field("env", items(append([]manifest.Tree{variable(c.words.prefix+"SENTINEL_PORT", port.text())}, x.at("extraEnvVars").items()...)...)),
		environmentFrom(x),
		field("ports", items(fields(set("name", c.words.server+"-sentinel"), field("containerPort", port.tree())))),
		c.probe(x, "startup", 0, startup),
		c.probe(x, "liveness", 0, runs(healthFolder+"/ping_sentinel.sh", liveness)),
		c.probe(x, "readiness", 0, runs(healthFolder+"/ping_sentinel.sh", readiness)),
		c.resources(x, "sentinel"),
		field("volumeMounts", items(append([]manifest.Tree{
			mount("start-scripts", scriptsFolder),
			mount("health", healthFolder),
			mount(c.sentinelVolume(), c.words.folder()+"-sentinel/etc"),
			c.dataMount(),
			mount("config", c.words.folder()+"-sentinel/mounted-etc"),
		}, x.at("extraVolumeMounts").items()...)...)),
	)
	t.Fields = append(t.Fields, c.command(x, "start-sentinel.sh")...)
	return open(x, t)
}

func (r *release) sentinelPort() value {
	return r.v.named("sentinel.containerPorts.sentinel", "sentinel.containerPort", "sentinel.port")
}

// exporter derives the container that exports metrics.
func (r *release) exporter() manifest.Tree {
	x := r.v.at("metrics")
	return from(x, fields(
		set("name", "metrics"),
		field("image", r.image(x.at("image"))),
		field("ports", items(fields(set("name", "metrics"), field("containerPort", r.exporterPort())))),
		field("resources", x.at("resources").tree()),
	))
}

func (r *release) exporterPort() manifest.Tree {
	if own := r.v.at("metrics.containerPorts.http"); own.fact != nil {
		return own.tree()
	}
	return literal(9121)
}
