# METADATA
# title: Liveness probe restarts Redis while it loads
# description: |
#   While Redis reads its data after a start it answers PING with LOADING. A probe that demands PONG (`redis-cli
#   ping | grep PONG`, `redis-cli -e`) counts that as a failure, and when loading takes longer than the probe
#   allows, the kubelet restarts Redis, which starts loading from the beginning: a loop that does not end by
#   itself. Measured with one core: 1 to 5 s per GiB of data from a dump; where commands of an append-only file
#   are replayed 1 to 18 s for strings and hashes, 31 s for sorted sets of 200 members. Half a core doubled it.
#   Probes of 3 x 5 s killed every load of 2 GiB, 3 x 10 s every one of 4 GiB. Planned with 10 and 25 s per GiB,
#   divided by the CPU limit below one core: more than most data needs, and too little for sorted sets of many
#   members. Where most of the data is such, set aof_seconds_per_gib to 35. The dataset is maxmemory, or the
#   memory limit where nobody set one. A plain `redis-cli ping` exits 0 on LOADING, Bitnami's script accepts it,
#   and a startupProbe takes the load out of the matter.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/#startup-probe
#   description: Startup probes
# - ref: https://github.com/OT-CONTAINER-KIT/redis-operator/issues/1567
#   description: A large dataset that is never loaded
# - ref: https://github.com/spotahome/redis-operator/pull/316
#   description: Probes of an operator made adjustable
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#probes
#   description: Measured, what probes by redis-cli say
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#windows
#   description: Measured, when a failing probe kills
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#loading
#   description: Measured, seconds to load and save a GiB
# custom:
#   severity: error
#   remediation: add a startupProbe long enough to load the data, or accept LOADING in the liveness command
#   params:
#     rdb_seconds_per_gib:
#       description: seconds to load one GiB from a dump with one core
#       default: 10
#     aof_seconds_per_gib:
#       description: seconds to load one GiB with an append-only file and one core; 35 where most of the data is sorted sets of many members
#       default: 25
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
#               - --maxmemory 6gb
#               - --appendonly yes
#               resources:
#                 requests: {memory: 8Gi}
#                 limits: {memory: 8Gi}
#               livenessProbe:
#                 exec:
#                   command: [sh, -c, redis-cli ping | grep PONG] # want liveness-kills-while-loading liveness-restarts-on-full-disk
#                 initialDelaySeconds: 20
#                 periodSeconds: 10
#                 timeoutSeconds: 5
#                 failureThreshold: 3
#               volumeMounts:
#               - {name: data, mountPath: /data}
#         volumeClaimTemplates:
#         - metadata:
#             name: data
#           spec:
#             accessModes: [ReadWriteOnce]
#             resources:
#               requests: {storage: 32Gi}
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
#               - --maxmemory 6gb
#               - --appendonly yes
#               resources:
#                 requests: {memory: 8Gi}
#                 limits: {memory: 8Gi}
#               livenessProbe:
#                 exec:
#                   command: [sh, -c, "redis-cli ping | grep -E 'PONG|LOADING|MISCONF'"]
#                 initialDelaySeconds: 20
#                 periodSeconds: 10
#                 timeoutSeconds: 5
#                 failureThreshold: 3
#               startupProbe:
#                 exec:
#                   command: [sh, -c, redis-cli ping | grep PONG]
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
#               requests: {storage: 32Gi}
package redislint.probes.liveness_kills_while_loading

import data.redislint.lib.dataset
import data.redislint.lib.liveness

findings contains finding if {
	some i, node in input.nodes
	node.probes.liveness.requires_pong == true
	node.probes.startup.present == false
	node.data.kind != "none"
	dataset.written(i)
	held := dataset.of(i)
	rate := _rate(node)
	budget := liveness.budget(i)
	(held.bytes * rate.seconds) * 1000 > (budget * 1073741824) * _millicores(node)
	finding := {
		"at": sprintf("/nodes/%d/probes/liveness/requires_pong", [i]),
		"message": sprintf("loading up to %s takes about %d s (%d s per GiB, param %s%s); the probe takes LOADING for a failure and restarts Redis after %d s", [
			held.text,
			ceil(((held.bytes * rate.seconds) * 1000) / (1073741824 * _millicores(node))),
			rate.seconds,
			rate.param,
			_cpu(node),
			budget,
		]),
		"related": [{"at": held.at, "message": held.text}],
	}
}

_rate(node) := {"seconds": input.params.aof_seconds_per_gib, "param": "aof_seconds_per_gib"} if {
	node.config.appendonly.on == true
} else := {"seconds": input.params.rdb_seconds_per_gib, "param": "rdb_seconds_per_gib"}

# _millicores are what loading, on one thread, can use: one core where no lower
# limit is known.
_millicores(node) := node.cpu.limit.amount if {
	node.cpu.limit.present == true
	node.cpu.limit.amount > 0
	node.cpu.limit.amount < 1000
} else := 1000

_cpu(node) := sprintf(", CPU limit %dm", [_millicores(node)]) if {
	_millicores(node) < 1000
} else := ""
