# What stands between the nodes of a Redis Cluster, and between them and their clients.
package main

import data.containers
import data.documents

warn contains msg if {
	documents.combined
	some server in cluster_servers
	count({service | some service in selecting(server); headless(service)}) == 0
	msg := sprintf("cluster-service-not-headless: %s: no headless Service selects the Pods", [server.where])
}

deny contains msg if {
	some server in cluster_servers
	not announced(server)
	not server.pod.spec.hostNetwork
	some service in selecting(server)
	service.spec.type in {"LoadBalancer", "NodePort"}
	not service.spec.selector["statefulset.kubernetes.io/pod-name"]
	some port in service.spec.ports
	port.port == 6379
	msg := sprintf("cluster-exposed-without-announce: %s: %s exposes nodes that announce their Pod's address", [server.where, documents.id(service)])
}

deny contains msg if {
	some server in cluster_servers
	some policy in documents.by.NetworkPolicy[documents.namespace(server.workload)]
	object.subset(server.pod.metadata.labels, object.get(policy.spec.podSelector, "matchLabels", {}))
	"Ingress" in object.get(policy.spec, "policyTypes", ["Ingress"])
	count(policy.spec.ingress) > 0
	not bus_open(policy)
	msg := sprintf("cluster-bus-blocked: %s: %s lets nobody in on the bus port 16379", [server.where, documents.id(policy)])
}

cluster_servers := [server | some server in containers.servers; containers.clustered(server)]

selecting(server) := [service |
	some service in documents.by.Service[documents.namespace(server.workload)]
	count(service.spec.selector) > 0
	object.subset(server.pod.metadata.labels, service.spec.selector)
]

headless(service) if service.spec.clusterIP == "None"

announced(server) if {
	address := containers.setting(server, "cluster-announce-(?:ip|hostname)")
	not contains(address, "POD_IP")
}

announced(server) if contains(server.command, "REDIS_CLUSTER_ANNOUNCE_")

bus_open(policy) if {
	some rule in policy.spec.ingress
	not rule.ports
}

bus_open(policy) if {
	some rule in policy.spec.ingress
	some port in rule.ports
	port.port == 16379
}
