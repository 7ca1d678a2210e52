# METADATA
# title: Quorum of all Sentinels
# description: |
#   When the quorum equals the number of Sentinels, a single one that is down, restarting or cut off keeps the
#   others from declaring the master down. The usual outage is a Kubernetes node that takes the master and a
#   Sentinel along: with quorum 3 of 3 that gave 0 failovers in 5 trials, with quorum 2 of 3 a new master after
#   5.4 s in 5 of 5.
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
#         replicas: 3 # want sentinel-quorum-all
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
package redislint.availability.sentinel_quorum_all

import data.redislint.lib.sentinels

# Below three Sentinels the quorum is the smaller worry: sentinel-too-few.
findings contains finding if {
	input.mode == "sentinel"
	some i, group in input.master_groups
	group.sentinels >= 3
	group.quorum == group.sentinels
	finding := {
		"at": sprintf("/master_groups/%d/quorum", [i]),
		"owner": sprintf("/master_groups/%d/sentinels", [i]),
		"message": sprintf("quorum %d of %s needs all %d Sentinels; with one of them down no failover starts (a majority is %d)", [
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
