package chart

import "github.com/redislint/redislint/internal/manifest"

// policies derives what the cluster is told of the Pods: how many may be missing, who may reach them, how many there are.
func (x *replication) policies() {
	x.networkPolicy()
	components := x.components()
	if !x.master.reads("pdb") {
		x.budgetOfAll()
	}
	for _, c := range components {
		if c.v.reads("pdb") {
			x.budget(c)
		}
		x.autoscaler(c)
		x.standaloneClaim(c)
	}
}

// budget derives the PodDisruptionBudget of one component: one Pod may be missing unless the values say otherwise.
func (x *replication) budget(c component) {
	own := x.v.at("pdb")
	if !own.on() || x.before("valkey", 2) && c.role == "replica" {
		own = c.v.at("pdb")
	}
	if !own.at("create").on() || !c.budgets() {
		return
	}
	least, most := own.at("minAvailable"), own.at("maxUnavailable")
	missing := when(!most.off(), field("maxUnavailable", most.tree()))
	if least.off() && most.off() {
		missing = field("maxUnavailable", from(most, literal(1)))
	}
	x.add(x.object(header{apiVersion: "policy/v1", kind: "PodDisruptionBudget", name: c.name(), component: c.role},
		field("spec", from(own, fields(
			when(!least.off(), field("minAvailable", least.tree())), missing,
			field("selector", fields(field("matchLabels", x.selector(c.role)))),
		)))))
}

// budgetOfAll derives the one PodDisruptionBudget of charts that have no more.
func (x *replication) budgetOfAll() {
	own := x.v.named("pdb", "podDisruptionBudget")
	if !own.named("create", "enabled").on() {
		return
	}
	least, most := own.at("minAvailable"), own.at("maxUnavailable")
	x.add(x.object(header{apiVersion: "policy/v1", kind: "PodDisruptionBudget", name: x.fullname},
		field("spec", from(own, fields(
			when(!least.off(), field("minAvailable", least.tree())), when(!most.off(), field("maxUnavailable", most.tree())),
			field("selector", fields(field("matchLabels", x.selector("")))),
		)))))
}

// networkPolicy derives the NetworkPolicy of all Pods.
func (x *replication) networkPolicy() {
	own := x.v.at("networkPolicy")
	if !own.at("enabled").on() {
		return
	}
	c := x.masterComponent()
	open := []manifest.Tree{fields(field("port", c.port().tree()))}
	if x.v.at("sentinel.enabled").on() {
		open = append(open, fields(field("port", x.sentinelPort().tree())))
	}
	ours := fields(field("podSelector", fields(field("matchLabels", x.selector("")))))
	ingress := []manifest.FieldTree{field("ports", items(open...))}
	if !own.at("allowExternal").on() {
		client := fields(field("podSelector", fields(field("matchLabels", fields(set(x.fullname+"-client", "true"))))))
		ingress = append(ingress, field("from", items(append([]manifest.Tree{client, ours}, namespaces(own)...)...)))
	}
	rules := []manifest.Tree{fields(ingress...)}
	if x.v.at("metrics.enabled").on() {
		rules = append(rules, fields(field("ports", items(fields(field("port", x.exporterPort()))))))
	}
	rules = append(rules, own.at("extraIngress").items()...)
	types, egress := x.egress(own, open, ours)
	x.add(x.object(header{apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", name: x.fullname},
		field("spec", from(own, fields(
			field("podSelector", fields(field("matchLabels", x.selector("")))),
			field("policyTypes", types), egress, field("ingress", items(rules...)),
		)))))
}

// namespaces are the peers that the values name by their namespaces' labels.
func namespaces(own value) []manifest.Tree {
	namespace, pod := own.at("ingressNSMatchLabels"), own.at("ingressNSPodMatchLabels")
	if namespace.off() && pod.off() {
		return nil
	}
	peer := fields(field("namespaceSelector", fields(field("matchLabels", namespace.tree()))))
	if !pod.off() {
		peer.Fields = append(peer.Fields, field("podSelector", fields(field("matchLabels", pod.tree()))))
	}
	return []manifest.Tree{peer}
}

// egress is where the Pods may connect to, and the directions that the policy is about.
func (x *replication) egress(own value, open []manifest.Tree, ours manifest.Tree) (types manifest.Tree, egress manifest.FieldTree) {
	if own.reads("allowExternalEgress") && !own.at("allowExternalEgress").off() {
		return texts("Ingress", "Egress"), field("egress", items(fields()))
	}
	extra := own.at("extraEgress").items()
	if !x.replicas {
		if len(extra) == 0 && !own.reads("allowExternalEgress") {
			return texts("Ingress"), none
		}
		return texts("Ingress", "Egress"), field("egress", items(extra...))
	}
	names := fields(field("ports", items(fields(set("port", 53), set("protocol", "UDP")))))
	each := fields(field("ports", items(open...)), field("to", items(ours)))
	return texts("Ingress", "Egress"), field("egress", items(append([]manifest.Tree{names, each}, extra...)...))
}

// autoscaler derives the HorizontalPodAutoscaler of a component.
func (x *replication) autoscaler(c component) {
	own := c.scaling()
	if !own.at("enabled").on() || c.role == "node" && !x.scalesNodes() {
		return
	}
	x.add(x.object(header{apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", name: c.name(), component: "replica"},
		field("spec", from(own, fields(
			field("scaleTargetRef", fields(set("apiVersion", "apps/v1"), set("kind", "StatefulSet"), set("name", c.name()))),
			field("minReplicas", own.at("minReplicas").tree()),
			field("maxReplicas", own.at("maxReplicas").tree()),
		)))))
}

// standaloneClaim derives the PersistentVolumeClaim of a master that is a Deployment.
func (x *replication) standaloneClaim(c component) {
	own := c.store
	if c.kind() != "Deployment" || x.replicas || !own.at("enabled").on() || !c.claim().off() {
		return
	}
	x.add(x.object(header{
		apiVersion: "v1", kind: "PersistentVolumeClaim", name: c.dataVolume() + "-" + c.name(), component: c.role,
	}, field("spec", x.claimSpec(own))))
}
