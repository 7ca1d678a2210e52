# METADATA
# title: Even number of Sentinels
# description: |
#   The majority of 4 Sentinels is 3, so 4 survive the loss of one, exactly like 3; the majority of 6 is 4, and
#   6 survive two, like 5. The last Sentinel costs a Pod, adds one more that can fail, and lets the network
#   split into halves of which neither may promote a replica. Measured: 4 Sentinels with two lost beside the
#   master failed over in 0 of 5 trials with quorum 2 and in 0 of 5 with quorum 3; 5 Sentinels with two lost in
#   5 of 5.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#example-sentinel-deployments
#   description: Redis' documentation on placing Sentinels
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#sentinels
#   description: Measured, failovers with 1 to 5 Sentinels and each quorum
# custom:
#   severity: warning
#   remediation: run one Sentinel fewer, or one more
#   examples:
#     bad: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#       spec:
#         serviceName: redis
#         replicas: 4 # want sentinel-even
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
#           sentinel monitor mymaster redis-0.redis 6379 3
#     good: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#       spec:
#         serviceName: redis
#         replicas: 5
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
#           sentinel monitor mymaster redis-0.redis 6379 3
package redislint.availability.sentinel_even

import data.redislint.lib.sentinels

# Two are too few rather than even: sentinel-too-few.
findings contains finding if {
	input.mode == "sentinel"
	some i, group in input.master_groups
	group.sentinels >= 4
	group.sentinels % 2 == 0
	finding := {
		"at": sprintf("/master_groups/%d/sentinels", [i]),
		"message": sprintf("%d Sentinels for %s survive the loss of %d, no more than %d do", [
			group.sentinels,
			sentinels.master(group),
			(group.sentinels / 2) - 1,
			group.sentinels - 1,
		]),
		"related": sentinels.workloads(group),
		"fixes": sentinels.number(i, group, group.sentinels + 1),
	}
}
