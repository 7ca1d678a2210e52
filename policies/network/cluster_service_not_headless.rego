# METADATA
# title: Redis Cluster without a headless Service
# description: |
#   A StatefulSet gives its Pods names of their own (redis-0.redis.shop.svc) only through a headless governing
#   Service. Behind a Service with a cluster IP the nodes of a Redis Cluster have nothing stable to be found by:
#   seeds resolve to one virtual address that leads to any node, and hostnames cannot be announced. Nodes then
#   know each other by Pod IP alone, and when all of them come back with new addresses at once the cluster does
#   not: measured, state fail and no writes, in 3 of 3 trials. A start script that looks the nodes up brings it
#   back, by names that need the headless Service. A ClusterIP Service beside a headless one is fine.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id
#   description: Names of the Pods of a StatefulSet
# - ref: https://kubernetes.io/docs/concepts/services-networking/service/#headless-services
#   description: Headless Services
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/
#   description: How nodes of a Redis Cluster find each other
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#announce
#   description: Measured, a Redis Cluster and the addresses that it announces
# custom:
#   severity: error
#   remediation: name a Service with clusterIP None in serviceName (a cluster IP cannot be taken away; make a new Service)
#   not_applicable:
#     bitnami: the chart makes a headless Service
#     opstree: the operator makes a headless Service
#     spotahome: a RedisFailover is no Redis Cluster
#     values: the chart makes a headless Service
#   examples:
#     bad: |
#       apiVersion: v1
#       kind: Service
#       metadata:
#         name: redis
#       spec: # want cluster-service-not-headless
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
package redislint.network.cluster_service_not_headless

findings contains finding if {
	input.mode == "cluster"
	some i, node in input.nodes
	service := node.governing_service
	service.headless == false
	service.other_headless == false
	finding := {
		"at": sprintf("/nodes/%d/governing_service/headless", [i]),
		"message": sprintf("Service %s governs nodes of a Redis Cluster but is not headless; the Pods get no names that lead to them", [service.name]),
		"related": [{
			"at": sprintf("/nodes/%d/governing_service", [i]),
			"message": "the StatefulSet takes its Pods' names from it",
		}],
		"fixes": [{
			"safe": true,
			"note": "the cluster IP of a Service that exists cannot be taken away: delete that one first",
			"set": [{"at": sprintf("/nodes/%d/governing_service/headless", [i]), "to": true}],
		} |
			some governing in input.services
			governing.object.name == service.name
			governing.type == "ClusterIP"
		],
	}
}
