# METADATA
# title: Replicas that nobody promotes
# description: |
#   Replicas follow their master; none takes its place by itself. Without Sentinels, when the master's machine
#   is lost, the Pod of a StatefulSet stays bound to it until the machine is back or somebody deletes the Pod,
#   and until then nothing can be written, however many replicas there are. They serve reads, and they hold a
#   copy of the data; that may be what they are for. OpsTree's operator repairs the links of a
#   RedisReplication, but does not promote a replica of its own accord either.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/
#   description: Sentinels watch a master and promote a replica
# - ref: https://kubernetes.io/docs/tasks/run-application/force-delete-stateful-set-pod/
#   description: The Pod of a StatefulSet on a lost machine is not replaced by itself
# custom:
#   severity: warning
#   remediation: run 3 Sentinels (Bitnami sentinel.enabled; OpsTree sentinel or a RedisSentinel; Spotahome a RedisFailover)
#   not_applicable:
#     spotahome: a RedisFailover has Sentinels, and with a bootstrapNode its master is elsewhere
#   examples:
#     bad: |
#       apiVersion: redis.redis.opstreelabs.in/v1beta2
#       kind: RedisReplication
#       metadata:
#         name: redis
#         annotations: {redislint.dev/profile: cache}
#       spec:
#         clusterSize: 3 # want replication-without-promotion
#         kubernetesConfig:
#           image: quay.io/opstree/redis:v7.2
#           resources: {limits: {memory: 2Gi}}
#         redisConfig:
#           dynamicConfig: [maxmemory 1536mb]
#         livenessProbe: {initialDelaySeconds: 30, timeoutSeconds: 5, failureThreshold: 6}
#         topologySpreadConstraints:
#         - maxSkew: 1
#           topologyKey: kubernetes.io/hostname
#           whenUnsatisfiable: ScheduleAnyway
#           labelSelector: {matchLabels: {app: redis}}
#     good: |
#       apiVersion: redis.redis.opstreelabs.in/v1beta2
#       kind: RedisReplication
#       metadata:
#         name: redis
#         annotations: {redislint.dev/profile: cache}
#       spec:
#         clusterSize: 3
#         kubernetesConfig:
#           image: quay.io/opstree/redis:v7.2
#           resources: {limits: {memory: 2Gi}}
#         redisConfig:
#           dynamicConfig: [maxmemory 1536mb]
#         livenessProbe: {initialDelaySeconds: 30, timeoutSeconds: 5, failureThreshold: 6}
#         topologySpreadConstraints:
#         - maxSkew: 1
#           topologyKey: kubernetes.io/hostname
#           whenUnsatisfiable: ScheduleAnyway
#           labelSelector: {matchLabels: {app: redis}}
#         sentinel:
#           size: 3
#           image: quay.io/opstree/redis-sentinel:v7.2
#           resources: {limits: {memory: 64Mi}}
#           topologySpreadConstraints:
#           - maxSkew: 1
#             topologyKey: kubernetes.io/hostname
#             whenUnsatisfiable: ScheduleAnyway
#             labelSelector: {matchLabels: {app: redis-s}}
package redislint.availability.replication_without_promotion

findings contains finding if {
	input.mode == "replication"
	input.shape.watched == false
	replicas := input.shape.replicas
	replicas >= 1
	finding := {
		"at": "/shape/replicas",
		"message": sprintf("%s, and no Sentinel that would promote one; while the master is gone nothing can be written", [_count(replicas)]),
	}
}

_count(1) := "1 replica"

_count(number) := sprintf("%d replicas", [number]) if number != 1
