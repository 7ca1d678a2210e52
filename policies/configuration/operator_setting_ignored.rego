# METADATA
# title: Setting that the operator never reads
# description: |
#   An operator takes what its API has a field for. What stands elsewhere the API server drops or the operator
#   passes over, without an error in either case: the resource is accepted, becomes ready, and runs without the
#   memory, the volumes, the probe or the time to shut down that it names. Typical are a RedisCluster of OpsTree
#   with storage but without persistenceEnabled, which loses its data with its Pods, its top-level redisConfig,
#   resources and livenessProbe, which it reads for leaders and followers only, a startupProbe, which it does
#   not have, and Kubernetes' names where Spotahome's RedisFailover has names of its own. A field is left alone
#   when the one that counts holds the same. Read from the sources of OpsTree's operator v0.26 and Spotahome's
#   v1.3. Lines of redis.conf that no server loads are config-not-loaded.
# related_resources:
# - ref: https://github.com/OT-CONTAINER-KIT/redis-operator/issues/1164
#   description: A RedisCluster that does not keep its data
# - ref: https://github.com/OT-CONTAINER-KIT/redis-operator/issues/384
#   description: The key that the operator expects in the ConfigMap
# - ref: https://github.com/OT-CONTAINER-KIT/redis-operator/issues/1567
#   description: A probe that kills while loading, and no startup probe to hold it back
# custom:
#   severity: error
#   remediation: move the setting to the field that the operator reads
#   not_applicable:
#     bitnami: no operator reads it
#     values: no operator reads it
#     workload: no operator reads it
#   examples:
#     bad: |
#       apiVersion: redis.redis.opstreelabs.in/v1beta2
#       kind: RedisCluster
#       metadata:
#         name: redis
#       spec:
#         clusterSize: 3
#         kubernetesConfig:
#           image: quay.io/opstree/redis:v7.0.15
#           resources:
#             limits: {memory: 2Gi}
#         redisConfig:
#           dynamicConfig: [maxmemory 1536mb]
#         storage: # want operator-setting-ignored
#           volumeClaimTemplate:
#             spec:
#               accessModes: [ReadWriteOnce]
#               resources:
#                 requests: {storage: 8Gi}
#         redisLeader:
#           livenessProbe: {exec: {command: [redis-cli, ping]}, initialDelaySeconds: 30, timeoutSeconds: 5, periodSeconds: 15, failureThreshold: 6}
#           topologySpreadConstraints:
#           - maxSkew: 1
#             topologyKey: kubernetes.io/hostname
#             whenUnsatisfiable: ScheduleAnyway
#             labelSelector: {matchLabels: {app: redis-leader}}
#         redisFollower:
#           livenessProbe: {exec: {command: [redis-cli, ping]}, initialDelaySeconds: 30, timeoutSeconds: 5, periodSeconds: 15, failureThreshold: 6}
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
#         persistenceEnabled: true
#         kubernetesConfig:
#           image: quay.io/opstree/redis:v7.0.15
#           resources:
#             limits: {memory: 2Gi}
#         redisConfig:
#           dynamicConfig: [maxmemory 1536mb]
#         storage:
#           volumeClaimTemplate:
#             spec:
#               accessModes: [ReadWriteOnce]
#               resources:
#                 requests: {storage: 8Gi}
#         redisLeader:
#           livenessProbe: {exec: {command: [redis-cli, ping]}, initialDelaySeconds: 30, timeoutSeconds: 5, periodSeconds: 15, failureThreshold: 6}
#           topologySpreadConstraints:
#           - maxSkew: 1
#             topologyKey: kubernetes.io/hostname
#             whenUnsatisfiable: ScheduleAnyway
#             labelSelector: {matchLabels: {app: redis-leader}}
#         redisFollower:
#           livenessProbe: {exec: {command: [redis-cli, ping]}, initialDelaySeconds: 30, timeoutSeconds: 5, periodSeconds: 15, failureThreshold: 6}
#           topologySpreadConstraints:
#           - maxSkew: 1
#             topologyKey: kubernetes.io/hostname
#             whenUnsatisfiable: ScheduleAnyway
#             labelSelector: {matchLabels: {app: redis-follower}}
package redislint.configuration.operator_setting_ignored

import data.redislint.lib.settings

findings contains finding if {
	input.settings.kind == "operator"
	some i, setting in input.settings.ignored
	finding := {
		"at": sprintf("/settings/ignored/%d", [i]),
		"message": settings.without_effect(setting),
	}
}
