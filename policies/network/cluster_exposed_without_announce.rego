# METADATA
# title: Redis Cluster exposed without announced addresses
# description: |
#   A Redis Cluster answers a command for a key of another node with MOVED and that node's address: its Pod IP,
#   unless another one is announced. A client outside follows it into nowhere. Measured through one virtual
#   address over 6 nodes: 82 % of the writes answered with MOVED to an inner address, and a cluster-aware client
#   hung on it until its timeout. Each node must be reachable from outside on its own, through a Service for
#   each Pod, and announce that address with its port and bus port. An internal load balancer is a warning,
#   because its clients may reach Pods.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#moved-redirection
#   description: MOVED and who must follow it
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/scaling/
#   description: Redis Cluster behind address translation
# - ref: https://github.com/bitnami/charts/issues/12165
#   description: A Redis Cluster that clients outside cannot use
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#announce
#   description: Measured, a Redis Cluster and the addresses that it announces
# custom:
#   severity: error
#   remediation: give each Pod a Service of its own and announce it (cluster-announce-ip or -hostname, -port, -bus-port), or stay inside (type ClusterIP)
#   not_applicable:
#     spotahome: a RedisFailover is no Redis Cluster
#   examples:
#     bad: |
#       apiVersion: v1
#       kind: Service
#       metadata:
#         name: redis
#       spec:
#         clusterIP: None
#         selector: {app: redis}
#         ports:
#         - {name: redis, port: 6379}
#         - {name: bus, port: 16379}
#       ---
#       apiVersion: v1
#       kind: Service
#       metadata:
#         name: redis-external
#       spec:
#         type: LoadBalancer # want cluster-exposed-without-announce exposed-outside-cluster
#         selector: {app: redis}
#         ports:
#         - {name: redis, port: 6379}
#       ---
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#       spec:
#         serviceName: redis
#         replicas: 6
#         selector:
#           matchLabels: {app: redis}
#         template:
#           metadata:
#             labels: {app: redis}
#           spec:
#             topologySpreadConstraints:
#             - maxSkew: 1
#               topologyKey: kubernetes.io/hostname
#               whenUnsatisfiable: ScheduleAnyway
#               labelSelector: {matchLabels: {app: redis}}
#             containers:
#             - name: redis
#               image: redis:7.2
#               args:
#               - --cluster-enabled yes
#               - --maxmemory 768mb
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
#     good: |
#       apiVersion: v1
#       kind: Service
#       metadata:
#         name: redis
#       spec:
#         clusterIP: None
#         selector: {app: redis}
#         ports:
#         - {name: redis, port: 6379}
#         - {name: bus, port: 16379}
#       ---
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#       spec:
#         serviceName: redis
#         replicas: 6
#         selector:
#           matchLabels: {app: redis}
#         template:
#           metadata:
#             labels: {app: redis}
#           spec:
#             topologySpreadConstraints:
#             - maxSkew: 1
#               topologyKey: kubernetes.io/hostname
#               whenUnsatisfiable: ScheduleAnyway
#               labelSelector: {matchLabels: {app: redis}}
#             containers:
#             - name: redis
#               image: redis:7.2
#               args:
#               - --cluster-enabled yes
#               - --maxmemory 768mb
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
package redislint.network.cluster_exposed_without_announce

findings contains finding if {
	input.mode == "cluster"
	some k, service in input.services
	service.type in {"LoadBalancer", "NodePort"}
	service.redis_port == true
	service.per_pod == false
	places := _unannounced(service)
	count(places) > 0
	finding := {
		"at": sprintf("/services/%d/type", [k]),
		"message": sprintf("%s %s leads to any node of a Redis Cluster; nodes answer MOVED with Pod IPs that clients outside cannot reach", [
			service.type,
			service.object.name,
		]),
		"severity": _severity(service),
		"related": [{"at": at, "message": "no address for clients outside is announced"} | some at in places],
	}
}

# _unannounced are the configurations of the nodes behind a Service that announce
# nothing a client outside could use.
_unannounced(service) := {sprintf("/nodes/%d/config/announce", [i]) |
	some i in service.nodes
	node := input.nodes[i]
	node.host_network == false
	_inside(node.config.announce)
}

_inside(announce) if announce.set == false

_inside(announce) if announce.external == false

_severity(service) := "error" if {
	service.type == "NodePort"
} else := "error" if {
	service.internal == false
} else := "warning"
