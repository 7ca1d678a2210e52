# METADATA
# title: Liveness probe restarts Redis when it cannot save
# description: |
#   When a save or a write to the append-only file fails, because the volume is full, say, a master answers
#   writes and PING with MISCONF, and still serves reads. A probe that takes everything but PONG for a failure
#   restarts it: all writes since the last complete save are gone, the next start loads from the volume that is
#   still full, and the loop goes on. Measured: after a full volume with an append-only file the next start was
#   refused in 14 of 15 trials, so that the restart makes a read-only server a dead one. An advice where the
#   probe accepts LOADING, as Bitnami's does.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/#liveness-probe
#   description: What a liveness probe decides
# - ref: https://github.com/bitnami/charts/issues/24758
#   description: A replica restarted by what its probe took for a failure
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#probes
#   description: Measured, what redis-cli makes of each answer
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#volumes
#   description: Measured, full volumes
# custom:
#   severity: warning
#   remediation: let the liveness probe accept every answer (redis-cli ping, without grep), and alert on failed saves
#   examples:
#     bad: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#       spec:
#         serviceName: redis
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
#               - --maxmemory 768mb
#               - --appendonly yes
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
#               livenessProbe:
#                 exec:
#                   command: [sh, -c, redis-cli ping | grep -q PONG] # want liveness-restarts-on-full-disk
#                 initialDelaySeconds: 20
#                 periodSeconds: 10
#                 timeoutSeconds: 5
#                 failureThreshold: 3
#               startupProbe:
#                 exec:
#                   command: [sh, -c, redis-cli ping | grep -q PONG]
#                 timeoutSeconds: 5
#                 failureThreshold: 60
#               volumeMounts:
#               - {name: data, mountPath: /data}
#         volumeClaimTemplates:
#         - metadata:
#             name: data
#           spec:
#             accessModes: [ReadWriteOnce]
#             resources:
#               requests: {storage: 8Gi}
#     good: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#       spec:
#         serviceName: redis
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
#               - --maxmemory 768mb
#               - --appendonly yes
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
#               livenessProbe:
#                 exec:
#                   command: [redis-cli, ping]
#                 initialDelaySeconds: 20
#                 periodSeconds: 10
#                 timeoutSeconds: 5
#                 failureThreshold: 3
#               startupProbe:
#                 exec:
#                   command: [sh, -c, redis-cli ping | grep -q PONG]
#                 timeoutSeconds: 5
#                 failureThreshold: 60
#               volumeMounts:
#               - {name: data, mountPath: /data}
#         volumeClaimTemplates:
#         - metadata:
#             name: data
#           spec:
#             accessModes: [ReadWriteOnce]
#             resources:
#               requests: {storage: 8Gi}
package redislint.probes.liveness_restarts_on_full_disk

findings contains finding if {
	some i, node in input.nodes
	node.probes.liveness.accepts_misconf == false
	node.role in {"master", "any"}
	node.data.kind in {"claim", "hostPath", "other"}
	saved := _saved(node)
	finding := {
		"at": sprintf("/nodes/%d/probes/liveness/accepts_misconf", [i]),
		"message": sprintf("the probe takes MISCONF for a failure: when %s cannot be written, on a full volume say, Redis is restarted and loses what it still serves", [saved]),
		"severity": _severity[node.probes.liveness.requires_pong],
	}
}

_saved(node) := "the append-only file" if {
	node.config.appendonly.on == true
} else := "a dump" if {
	node.config.save.on == true
	node.config.stop_writes_on_bgsave_error.on == true
}

_severity := {true: "warning", false: "info"}
