package chart

import "github.com/redislint/redislint/internal/manifest"

// component is one workload of a release that runs a server in each of its Pods.
type component struct {
	*release
	role   string // as in its labels, "" where there is but one
	suffix string // of its name, "" where there is but one
	v      value  // its values
	store  value  // its persistence
	shared value  // where the security contexts are
	// replicas is the number of Pods.
	replicas value
	grace    value // terminationGracePeriodSeconds
	// script starts the server; liveness, readiness and startup answer the probes, the latter by TCP when "".
	script, liveness, readiness, startup string
	sentinel                             bool // runs a Sentinel beside the server
	replicates                           bool // follows a master that is not its own
}

// isNone reports whether the values say that there is not one Pod, so that no workload is made.
func (c component) isNone() bool {
	n, ok := c.replicas.int()
	return ok && n <= 0 && c.role == c.words.master && c.kind() != "DaemonSet" && !c.keepsNoMaster()
}

func (c component) name() string {
	if c.suffix == "" {
		return c.fullname
	}
	return c.fullname + "-" + c.suffix
}

// kind is what makes the Pods.
func (c component) kind() string {
	if kind := c.v.at("kind"); c.v.reads("kind") && c.role != "node" {
		return kind.known("StatefulSet")
	}
	return "StatefulSet"
}

// workload derives the workload of a component with the containers and volumes that are the chart's; those of the user
// come after them.
func (r *release) workload(c component, containers, volumes []manifest.Tree) {
	stateful := c.kind() == "StatefulSet"
	scaled := c.v.at("autoscaling.enabled").on() && c.role != "node"
	spec := fields(
		when(c.kind() != "DaemonSet" && !scaled, field("replicas", c.replicaCount())),
		when(stateful, set("serviceName", c.fullname+"-headless")),
		when(c.kind() == "Deployment", given("strategy", c.v.at("updateStrategy"))),
		field("selector", fields(field("matchLabels", c.selector(c.role)))),
		field("template", fields(
			field("metadata", fields(
				field("labels", c.labels(c.role, c.v.at("podLabels"), c.release.v.at("commonLabels"))),
				given("annotations", c.v.at("podAnnotations")),
			)),
			field("spec", c.podSpec(containers, volumes)),
		)),
	)
	if claims := c.claims(); stateful && len(claims) > 0 {
		spec.Fields = append(spec.Fields, field("volumeClaimTemplates", items(claims...)))
	}
	r.add(r.object(
		header{apiVersion: "apps/v1", kind: c.kind(), name: c.name(), component: c.role}, field("spec", from(c.v, spec)),
	))
}

// scaling is what an autoscaler is told.
func (c component) scaling() value { return c.v.named("autoscaling.hpa", "autoscaling") }

// replicaCount is 1 where the chart does not let its user choose.
func (c component) replicaCount() manifest.Tree {
	if c.replicas.fact == nil {
		return from(c.v, literal(1))
	}
	return c.replicas.tree()
}

func (c component) podSpec(containers, volumes []manifest.Tree) manifest.Tree {
	spec := fields(
		given("priorityClassName", c.v.at("priorityClassName")),
		c.affinity(),
		given("nodeSelector", c.v.at("nodeSelector")),
		given("tolerations", c.v.at("tolerations")),
		given("topologySpreadConstraints", c.v.named("topologySpreadConstraints", "spreadConstraints")),
		when(c.grace.fact != nil, given("terminationGracePeriodSeconds", c.grace)),
		given("hostNetwork", c.v.at("hostNetwork")),
		security(c.shared.named("podSecurityContext", "securityContext")),
	)
	spec.Fields = append(spec.Fields, c.extraPodSpec()...)
	if c.release.v.at("metrics.enabled").on() {
		containers = append(containers, c.exporter())
	}
	containers = append(containers, c.v.at("sidecars").items()...)
	spec.Fields = append(spec.Fields, field("containers", items(containers...)))
	if list := c.v.at("initContainers").items(); len(list) > 0 {
		spec.Fields = append(spec.Fields, field("initContainers", items(list...)))
	}
	volumes = append(volumes, c.dataVolumes()...)
	for _, owner := range []value{c.v, c.release.v.at("metrics"), c.release.v.at("sentinel")} {
		volumes = append(volumes, owner.at("extraVolumes").items()...)
	}
	spec.Fields = append(spec.Fields, field("volumes", items(volumes...)))
	return open(c.v, spec)
}

// extraPodSpec are fields of the Pods that the chart takes as they are.
func (c component) extraPodSpec() []manifest.FieldTree {
	x := c.v.at("extraPodSpec")
	if c.role == "node" {
		x = c.release.v.at("sentinel.extraPodSpec")
	}
	switch {
	case x.fact == nil:
		return nil
	case x.truth() == maybe:
		return []manifest.FieldTree{field("hostNetwork", from(x, literal(unseen)))}
	}
	return x.tree().Fields
}

// affinity is the user's own, or what a preset makes of it.
func (c component) affinity() manifest.FieldTree {
	own := c.v.at("affinity")
	if !own.off() || !c.v.reads("podAntiAffinityPreset") {
		return given("affinity", own)
	}
	preset := c.v.at("podAntiAffinityPreset")
	term := fields(
		field("labelSelector", fields(field("matchLabels", c.selector(c.role)))),
		set("topologyKey", "kubernetes.io/hostname"),
	)
	var rule manifest.FieldTree
	switch preset.text() {
	case "soft":
		rule = field("preferredDuringSchedulingIgnoredDuringExecution", items(fields(field("podAffinityTerm", term), set("weight", 1))))
	case "hard":
		rule = field("requiredDuringSchedulingIgnoredDuringExecution", items(term))
	default:
		return none
	}
	return field("affinity", from(preset, fields(field("podAntiAffinity", fields(rule)))))
}
