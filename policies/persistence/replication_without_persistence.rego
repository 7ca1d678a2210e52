# METADATA
# title: Replicas of a master without persistence
# description: |
#   A replica copies its master, also when that is empty. A master that keeps nothing on disk and is restarted,
#   by its probe, for its memory or with its Pod, comes back empty within a second, and the next synchronisation
#   empties every replica: the copies that were to save the data are gone with it. Measured with 1,000 keys on a
#   master and two replicas: back after 1 s or 3 s, all three were empty in 3 of 3 trials, with 3 Sentinels too
#   (6 of 6), because the master is back before down-after-milliseconds. With an append-only file nothing was
#   lost. Without Sentinels an emptyDir is not enough either: a new Pod of the master starts empty. An error
#   where the data is known to matter (profile store); a cache is left alone.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#safety-of-replication-when-master-has-persistence-turned-off
#   description: Redis on replication without persistence
# - ref: https://github.com/bitnami/charts/issues/11083
#   description: A restarted master that emptied its replicas
# - ref: https://github.com/spotahome/redis-operator/issues/97
#   description: The same with an operator
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#restarts
#   description: Measured, a master that comes back empty
# custom:
#   severity: error
#   remediation: set appendonly yes on a claim, or annotate redislint.dev/profile with cache where the data may be lost
#   examples:
#     bad: |
#       apiVersion: v1
#       kind: Service
#       metadata:
#         name: redis
#       spec:
#         clusterIP: None
#         selector: {app: redis}
#         ports:
#         - {name: redis, port: 6379}
#         - {name: sentinel, port: 26379}
#       ---
#       apiVersion: v1
#       kind: ConfigMap
#       metadata:
#         name: redis
#       data:
#         sentinel.conf: |
#           sentinel resolve-hostnames yes
#           sentinel monitor mymaster redis-0.redis 6379 2
#       ---
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
#             containers:
#             - name: redis
#               image: redis:7.2
#               args:
#               - --maxmemory 1536mb
#               - --save "" # want replication-without-persistence
#               - --appendonly no
#               resources:
#                 requests: {memory: 2Gi}
#                 limits: {memory: 2Gi}
#               volumeMounts:
#               - {name: data, mountPath: /data}
#             - name: sentinel
#               image: redis:7.2
#               command: [sh, -c, cp /config/sentinel.conf /tmp/ && exec redis-sentinel /tmp/sentinel.conf]
#               ports:
#               - {name: sentinel, containerPort: 26379}
#               resources:
#                 requests: {memory: 64Mi}
#                 limits: {memory: 64Mi}
#               volumeMounts:
#               - {name: config, mountPath: /config}
#             volumes:
#             - name: config
#               configMap: {name: redis}
#             topologySpreadConstraints:
#             - maxSkew: 1
#               topologyKey: kubernetes.io/hostname
#               whenUnsatisfiable: ScheduleAnyway
#               labelSelector:
#                 matchLabels: {app: redis}
#         volumeClaimTemplates:
#         - metadata:
#             name: data
#           spec:
#             accessModes: [ReadWriteOnce]
#             resources:
#               requests: {storage: 8Gi}
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
#         - {name: sentinel, port: 26379}
#       ---
#       apiVersion: v1
#       kind: ConfigMap
#       metadata:
#         name: redis
#       data:
#         sentinel.conf: |
#           sentinel resolve-hostnames yes
#           sentinel monitor mymaster redis-0.redis 6379 2
#       ---
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
#             containers:
#             - name: redis
#               image: redis:7.2
#               args:
#               - --maxmemory 1536mb
#               - --appendonly yes
#               resources:
#                 requests: {memory: 2Gi}
#                 limits: {memory: 2Gi}
#               volumeMounts:
#               - {name: data, mountPath: /data}
#             - name: sentinel
#               image: redis:7.2
#               command: [sh, -c, cp /config/sentinel.conf /tmp/ && exec redis-sentinel /tmp/sentinel.conf]
#               ports:
#               - {name: sentinel, containerPort: 26379}
#               resources:
#                 requests: {memory: 64Mi}
#                 limits: {memory: 64Mi}
#               volumeMounts:
#               - {name: config, mountPath: /config}
#             volumes:
#             - name: config
#               configMap: {name: redis}
#             topologySpreadConstraints:
#             - maxSkew: 1
#               topologyKey: kubernetes.io/hostname
#               whenUnsatisfiable: ScheduleAnyway
#               labelSelector:
#                 matchLabels: {app: redis}
#         volumeClaimTemplates:
#         - metadata:
#             name: data
#           spec:
#             accessModes: [ReadWriteOnce]
#             resources:
#               requests: {storage: 8Gi}
package redislint.persistence.replication_without_persistence

import data.redislint.lib.dataset

findings contains finding if {
	input.mode in {"replication", "sentinel"}
	input.shape.replicas > 0
	some i, node in input.nodes
	node.role in {"master", "any"}
	reason := _reason(i)
	finding := {
		"at": reason.at,
		"message": sprintf("%s; a master that starts empty empties its %s too", [reason.text, _replicas[input.shape.replicas > 1]]),
		"severity": _severity[input.profile],
	}
}

_reason(i) := {
	"at": sprintf("/nodes/%d/config/save", [i]),
	"text": "neither save points nor appendonly: a restart loses all data",
} if {
	input.nodes[i].config.appendonly.on == false
	input.nodes[i].config.save.on == false
}

_reason(i) := {
	"at": sprintf("/nodes/%d/data", [i]),
	"text": sprintf("%s is in the container itself: a restart loses all data", [input.nodes[i].data.mount]),
} if {
	dataset.written(i)
	input.nodes[i].data.kind == "none"
	input.nodes[i].data.unused.present == false
}

_reason(i) := {
	"at": sprintf("/nodes/%d/data", [i]),
	"text": sprintf("%s is an emptyDir: a new Pod has no data", [input.nodes[i].data.mount]),
} if {
	input.mode == "replication"
	dataset.written(i)
	input.nodes[i].data.kind in {"emptyDir", "memory"}
	input.nodes[i].data.unused.present == false
}

_replicas := {true: "replicas", false: "replica"}

_severity := {"store": "error", "unknown": "warning"}
