# METADATA
# title: Cluster bus blocked by a NetworkPolicy
# description: |
#   The nodes of a Redis Cluster talk on a second port, by default the data port + 10000. A NetworkPolicy that
#   opens only 6379 cuts it. Measured: blocked from the start, the cluster never forms and every key is answered
#   with CLUSTERDOWN, also after the port is opened; blocked later, every key is answered with CLUSTERDOWN 1 to
#   2 s after cluster-node-timeout. PING stays PONG throughout, so that no probe notices.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/scaling/#redis-cluster-tcp-ports
#   description: The ports of Redis Cluster
# - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/
#   description: What a NetworkPolicy allows and denies
# - ref: https://github.com/kelseyhightower/kubernetes-redis-cluster/issues/1
#   description: A cluster that waits for its bus
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#bus
#   description: Measured, a Redis Cluster whose bus is closed
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#announce
#   description: Measured, a Redis Cluster and the addresses that it announces
# custom:
#   severity: error
#   remediation: allow the bus port between the nodes, in ingress and egress
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
#       ---
#       apiVersion: networking.k8s.io/v1
#       kind: NetworkPolicy
#       metadata:
#         name: redis
#       spec:
#         podSelector:
#           matchLabels: {app: redis}
#         ingress: # want cluster-bus-blocked
#         - ports:
#           - port: 6379
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
#       ---
#       apiVersion: networking.k8s.io/v1
#       kind: NetworkPolicy
#       metadata:
#         name: redis
#       spec:
#         podSelector:
#           matchLabels: {app: redis}
#         ingress:
#         - ports:
#           - port: 6379
#         - ports:
#           - port: 16379
#           from:
#           - podSelector:
#               matchLabels: {app: redis}
package redislint.network.cluster_bus_blocked

findings contains finding if {
	input.mode == "cluster"
	some i, node in input.nodes
	some direction in ["ingress", "egress"]
	node.bus[direction] == false
	finding := {
		"at": sprintf("/nodes/%d/bus/%s", [i, direction]),
		"message": sprintf("no NetworkPolicy allows %s on port %d between the nodes; without the cluster bus every key is answered with CLUSTERDOWN", [
			direction,
			node.bus.port,
		]),
	}
}
