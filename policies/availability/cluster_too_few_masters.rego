# METADATA
# title: Redis Cluster of fewer than three masters
# description: |
#   A failed master is replaced when a majority of all masters agrees. Of two masters the one that is left is
#   no majority: measured, one of two masters killed, its replica was promoted in 0 of 3 trials within 45 s,
#   and the master that lived refused every write too, since cluster-require-full-coverage is on by default.
#   redis-cli --cluster create refuses fewer than three masters, so that such a cluster is not even formed
#   where a script runs it: 4 nodes with a replica each make only two.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#replica-election-and-promotion
#   description: Replicas are elected by a majority of the masters
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/scaling/
#   description: The smallest cluster that works has three masters
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#masters
#   description: Masters, measured
# custom:
#   severity: error
#   remediation: run at least 3 masters, better 6 nodes with a replica for each
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
#           replicas: 2 # want cluster-too-few-masters
#           livenessProbe: {initialDelaySeconds: 30, timeoutSeconds: 5, failureThreshold: 6}
#           topologySpreadConstraints:
#           - maxSkew: 1
#             topologyKey: kubernetes.io/hostname
#             whenUnsatisfiable: ScheduleAnyway
#             labelSelector: {matchLabels: {app: redis-leader}}
#         redisFollower:
#           replicas: 2
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
package redislint.availability.cluster_too_few_masters

findings contains finding if {
	input.mode == "cluster"
	shape := input.shape
	shape.masters < 3
	finding := {
		"at": "/shape/masters",
		"message": sprintf("%s; a failed one is replaced by the votes of a majority of at least 3", [_count(shape)]),
		"severity": _severity(shape),
		"fixes": array.concat(
			[{"safe": false, "set": [{"at": "/shape/nodes", "to": 3 * (shape.each + 1)}]} | shape.each >= 0],
			[{"safe": false, "set": [{"at": "/shape/masters", "to": 3}]}],
		),
	}
}

_count(shape) := sprintf("%d nodes with %d replicas for each master make %d masters", [shape.nodes, shape.each, shape.masters])

_count(shape) := sprintf("%d of at least 3 masters", [shape.masters]) if not shape.each

# Another manifest may hold the other nodes, unless a chart or an operator makes all of them. A single node may be one of
# many that are deployed one by one.
_severity(shape) := "error" if {
	shape.whole == true
} else := "warning" if {
	shape.whole == false
	shape.masters == 2
}
