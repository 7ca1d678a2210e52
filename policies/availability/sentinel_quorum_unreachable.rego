# METADATA
# title: Quorum above the number of Sentinels
# description: |
#   The quorum is how many Sentinels must agree that the master is down. When it is larger than their number,
#   they never can: in 5 of 5 trials with quorum 4 of 3 Sentinels every Sentinel saw the master die and none
#   started a failover. The server accepts the setting and logs nothing; only SENTINEL CKQUORUM answers
#   NOQUORUM, before anything has failed.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#configuring-sentinel
#   description: What the quorum decides, and what it does not
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#sentinels
#   description: Measured, failovers with 1 to 5 Sentinels and each quorum
# custom:
#   severity: error
#   remediation: set the quorum to a majority of the Sentinels (2 of 3, 3 of 5)
#   examples:
#     bad: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#       spec:
#         serviceName: redis
#         replicas: 3 # want sentinel-quorum-unreachable
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
#           sentinel monitor mymaster redis-0.redis 6379 4
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
package redislint.availability.sentinel_quorum_unreachable

import data.redislint.lib.sentinels

findings contains finding if {
	input.mode == "sentinel"
	some i, group in input.master_groups
	group.quorum > group.sentinels
	finding := {
		"at": sprintf("/master_groups/%d/quorum", [i]),
		"owner": sprintf("/master_groups/%d/sentinels", [i]),
		"message": sprintf("quorum %d of %s can never be reached by %s; no failover will ever start", [
			group.quorum,
			sentinels.master(group),
			sentinels.count(group.sentinels),
		]),
		"related": [{
			"at": sprintf("/master_groups/%d/sentinels", [i]),
			"message": sentinels.count(group.sentinels),
		}],
		"fixes": sentinels.majority(i, group),
	}
}
