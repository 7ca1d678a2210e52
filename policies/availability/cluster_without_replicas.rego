# METADATA
# title: Redis Cluster with masters without a replica
# description: |
#   Nobody takes the place of a master that has no replica. Measured with three masters, one killed: with
#   cluster-require-full-coverage yes, the default, all others refused every write after 7 s, in 3 of 3
#   trials; with no they went on, and a third of the keys was out of reach. With the Pod its claim has to come
#   back too; on a machine that is lost it does not until somebody deletes the Pod.
#   In a cache (profile cache) this is information only.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#replica-election-and-promotion
#   description: What replicas are for in a cluster
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#masters
#   description: Masters, measured
# custom:
#   severity: warning
#   remediation: run a replica for each master, 6 nodes for 3 masters (Bitnami cluster.nodes 6 and cluster.replicas 1; OpsTree redisFollower.replicas)
#   not_applicable:
#     spotahome: a RedisFailover is no Redis Cluster
#   examples:
#     bad: |
#       apiVersion: redis.redis.opstreelabs.in/v1beta2
#       kind: RedisCluster
#       metadata:
#         name: redis
#       spec:
#         clusterSize: 3
#         kubernetesConfig:
#           image: quay.io/opstree/redis:v7.2
#           resources: {limits: {memory: 2Gi}}
#         redisConfig:
#           dynamicConfig: [maxmemory 1536mb]
#         redisLeader:
#           replicas: 3
#           livenessProbe: {initialDelaySeconds: 30, timeoutSeconds: 5, failureThreshold: 6}
#           topologySpreadConstraints:
#           - maxSkew: 1
#             topologyKey: kubernetes.io/hostname
#             whenUnsatisfiable: ScheduleAnyway
#             labelSelector: {matchLabels: {app: redis-leader}}
#         redisFollower:
#           replicas: 0 # want cluster-without-replicas
#           livenessProbe: {initialDelaySeconds: 30, timeoutSeconds: 5, failureThreshold: 6}
#           topologySpreadConstraints:
#           - maxSkew: 1
#             topologyKey: kubernetes.io/hostname
#             whenUnsatisfiable: ScheduleAnyway
#             labelSelector: {matchLabels: {app: redis-follower}}
#     good: |
#       apiVersion: redis.redis.opstreelabs.in/v1beta2
#       kind: RedisCluster
#       metadata:
#         name: redis
#       spec:
#         clusterSize: 3
#         kubernetesConfig:
#           image: quay.io/opstree/redis:v7.2
#           resources: {limits: {memory: 2Gi}}
#         redisConfig:
#           dynamicConfig: [maxmemory 1536mb]
#         redisLeader:
#           replicas: 3
#           livenessProbe: {initialDelaySeconds: 30, timeoutSeconds: 5, failureThreshold: 6}
#           topologySpreadConstraints:
#           - maxSkew: 1
#             topologyKey: kubernetes.io/hostname
#             whenUnsatisfiable: ScheduleAnyway
#             labelSelector: {matchLabels: {app: redis-leader}}
#         redisFollower:
#           replicas: 3
#           livenessProbe: {initialDelaySeconds: 30, timeoutSeconds: 5, failureThreshold: 6}
#           topologySpreadConstraints:
#           - maxSkew: 1
#             topologyKey: kubernetes.io/hostname
#             whenUnsatisfiable: ScheduleAnyway
#             labelSelector: {matchLabels: {app: redis-follower}}
package redislint.availability.cluster_without_replicas

findings contains finding if {
	input.mode == "cluster"
	input.shape.replicas == 0
	finding := {
		"at": "/shape/replicas",
		"message": sprintf("%s; when one without is lost, so is its part of the keys, and by default every write is refused", [_why]),
		"severity": _severity,
	}
}

_why := sprintf("%d masters and %d replicas, not one for each", [input.shape.masters, input.shape.nodes - input.shape.masters]) if {
	input.shape.masters
} else := sprintf("%d nodes are too few for a replica of each of at least 3 masters", [input.shape.nodes])

_severity := "warning" if {
	input.profile in {"store", "unknown"}
}

_severity := "info" if {
	input.profile == "cache"
}
