# METADATA
# title: Too few Sentinels
# description: |
#   A failover needs the votes of a majority of all Sentinels that know the master, the dead ones included. Of 1
#   or 2 Sentinels none is left to spare: when the master's Kubernetes node takes one along, nobody is promoted
#   and writes stop until that node is back. Measured in 5 trials each: with 1 or 2 Sentinels, whatever the
#   quorum, 0 failovers; with 3 Sentinels and quorum 2 a replica took writes after 5.4 s in all 5. Two Sentinels
#   do fail over when only the master's process dies, which is why such a set passes a quick test and fails in
#   the outage that it was bought for. Sentinels are counted over all workloads that watch the same master
#   group.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#fundamental-things-to-know-about-sentinel-before-deploying
#   description: Redis' documentation asks for at least three Sentinels that fail independently
# - ref: https://github.com/bitnami/charts/issues/30981
#   description: A set of Sentinels that never fails over
# - ref: https://github.com/bitnami/charts/pull/4239
#   description: Two nodes with quorum 2, made three
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#sentinels
#   description: Measured, failovers with 1 to 5 Sentinels and each quorum
# custom:
#   severity: error
#   remediation: run 3 Sentinels (5 to survive the loss of two)
#   params:
#     min:
#       description: the fewest Sentinels for each master group
#       default: 3
#   examples:
#     bad: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#       spec:
#         serviceName: redis
#         replicas: 2 # want sentinel-too-few
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
#               - --maxmemory 1536mb
#               resources:
#                 requests: {memory: 2Gi}
#                 limits: {memory: 2Gi}
#               volumeMounts:
#               - {name: data, mountPath: /data}
#             - name: sentinel
#               image: redis:7.2
#               command: [sh, -c, cp /config/sentinel.conf /data/ && exec redis-sentinel /data/sentinel.conf]
#               resources:
#                 requests: {memory: 64Mi}
#                 limits: {memory: 64Mi}
#               volumeMounts:
#               - {name: config, mountPath: /config}
#             volumes:
#             - {name: config, configMap: {name: redis}}
#             - {name: data, emptyDir: {}}
#       ---
#       apiVersion: v1
#       kind: ConfigMap
#       metadata:
#         name: redis
#       data:
#         sentinel.conf: |
#           sentinel resolve-hostnames yes
#           sentinel monitor mymaster redis-0.redis 6379 2
#     good: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#       spec:
#         serviceName: redis
#         replicas: 3
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
#               - --maxmemory 1536mb
#               resources:
#                 requests: {memory: 2Gi}
#                 limits: {memory: 2Gi}
#               volumeMounts:
#               - {name: data, mountPath: /data}
#             - name: sentinel
#               image: redis:7.2
#               command: [sh, -c, cp /config/sentinel.conf /data/ && exec redis-sentinel /data/sentinel.conf]
#               resources:
#                 requests: {memory: 64Mi}
#                 limits: {memory: 64Mi}
#               volumeMounts:
#               - {name: config, mountPath: /config}
#             volumes:
#             - {name: config, configMap: {name: redis}}
#             - {name: data, emptyDir: {}}
#       ---
#       apiVersion: v1
#       kind: ConfigMap
#       metadata:
#         name: redis
#       data:
#         sentinel.conf: |
#           sentinel resolve-hostnames yes
#           sentinel monitor mymaster redis-0.redis 6379 2
package redislint.availability.sentinel_too_few

import data.redislint.lib.sentinels

findings contains finding if {
	input.mode == "sentinel"
	some i, group in input.master_groups
	group.sentinels < input.params.min
	finding := {
		"at": sprintf("/master_groups/%d/sentinels", [i]),
		"message": sprintf("%s for %s; losing one together with the master stops every failover, %d or more (param min) survive it", [
			sentinels.count(group.sentinels),
			sentinels.master(group),
			input.params.min,
		]),
		"related": sentinels.workloads(group),
		"fixes": sentinels.number(i, group, input.params.min + ((input.params.min + 1) % 2)),
	}
}
