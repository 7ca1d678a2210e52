# METADATA
# title: Quorum below a majority of the Sentinels
# description: |
#   A quorum of half the Sentinels or fewer lets a minority with a bad network declare a healthy master down. It
#   does not make failovers easier, because a majority must still authorise them: with 3 Sentinels, quorum 1 and
#   two Sentinels lost beside the master, the survivor tried 3 times in 60 s and was never elected, in 5 of 5
#   trials.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#quorum
#   description: The quorum detects a failure, the majority authorises the failover
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#sentinels
#   description: Measured, failovers with 1 to 5 Sentinels and each quorum
# custom:
#   severity: warning
#   remediation: set the quorum to a majority of the Sentinels (2 of 3, 3 of 5)
#   examples:
#     bad: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#       spec:
#         serviceName: redis
#         replicas: 3 # want sentinel-quorum-minority
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
#           sentinel monitor mymaster redis-0.redis 6379 1
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
package redislint.availability.sentinel_quorum_minority

import data.redislint.lib.sentinels

# Below three Sentinels the quorum is the smaller worry: sentinel-too-few.
findings contains finding if {
	input.mode == "sentinel"
	some i, group in input.master_groups
	group.sentinels >= 3
	group.quorum * 2 <= group.sentinels
	finding := {
		"at": sprintf("/master_groups/%d/quorum", [i]),
		"owner": sprintf("/master_groups/%d/sentinels", [i]),
		"message": sprintf("quorum %d of %s lets a minority of the %d Sentinels declare a healthy master down; a majority is %d", [
			group.quorum,
			sentinels.master(group),
			group.sentinels,
			floor(group.sentinels / 2) + 1,
		]),
		"related": [{
			"at": sprintf("/master_groups/%d/sentinels", [i]),
			"message": sentinels.count(group.sentinels),
		}],
		"fixes": sentinels.majority(i, group),
	}
}
