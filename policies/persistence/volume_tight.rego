# METADATA
# title: Volume tight for an append-only file
# description: |
#   By default the append-only file grows to twice its base before it is rewritten, and the rewrite puts a new
#   base beside it: 3 times the dataset. Save points add a dump: 4 times. Measured with data that does not
#   compress, at 3,000 writes/s: with an append-only file alone 2 times was 99 % full with failed rewrites in
#   every trial and 3 times had room; with save points besides, 2 times refused writes in 3 of 3 trials and 3
#   times was at its edge (95 to 97 %, and once beyond). A full volume stops all writes, and the next start may
#   be refused. Higher write rates need more: 4.8 times at 20,000 writes/s. An advice only where the memory
#   limit stands for the dataset.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/#log-rewriting
#   description: When and how the append-only file is rewritten
# - ref: https://github.com/bitnami/charts/issues/8578
#   description: A volume filled by its append-only file
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#volumes
#   description: Measured, volumes that run full
# custom:
#   severity: warning
#   remediation: request storage for 3 times the dataset (4 times with save points besides)
#   params:
#     rdb_ratio:
#       description: times the dataset below which volume-too-small reports the volume instead
#       default: 2
#     aof_ratio:
#       description: times that the volume must hold the dataset with an append-only file
#       default: 3
#     both_ratio:
#       description: times that the volume must hold the dataset with an append-only file and save points
#       default: 4
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
#               volumeMounts:
#               - {name: data, mountPath: /data}
#         volumeClaimTemplates:
#         - metadata:
#             name: data
#           spec:
#             accessModes: [ReadWriteOnce]
#             resources:
#               requests: {storage: 2Gi} # want volume-tight
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
#               volumeMounts:
#               - {name: data, mountPath: /data}
#         volumeClaimTemplates:
#         - metadata:
#             name: data
#           spec:
#             accessModes: [ReadWriteOnce]
#             resources:
#               requests: {storage: 4Gi}
package redislint.persistence.volume_tight

import data.redislint.lib.bytes
import data.redislint.lib.dataset

findings contains finding if {
	some i, node in input.nodes
	node.data.kind == "claim"
	node.config.appendonly.on == true
	size := node.data.size.amount
	held := dataset.of(i)
	size >= held.bytes * input.params.rdb_ratio
	need := _need(i)
	size < held.bytes * need.ratio
	finding := {
		"at": sprintf("/nodes/%d/data/size", [i]),
		"owner": sprintf("/nodes/%d/data", [i]),
		"message": sprintf("volume %s is %vx %s; %s needs %vx (param %s) while it is rewritten", [
			bytes.kubernetes(size),
			bytes.times(size, held.bytes),
			held.text,
			need.text,
			need.ratio,
			need.param,
		]),
		"severity": _severity[held.basis],
		"related": [{"at": held.at, "message": held.text}],
		"fixes": [{
			"safe": false,
			"note": "claims that exist stay as they are: they are enlarged one by one, and the StatefulSet is made anew",
			"set": [{"at": sprintf("/nodes/%d/data/size", [i]), "to": ceil((held.bytes * need.ratio) / 1073741824) * 1073741824}],
		}],
	}
}

_need(i) := {"ratio": input.params.both_ratio, "param": "both_ratio", "text": "an append-only file beside dumps"} if {
	input.nodes[i].config.save.on == true
} else := {"ratio": input.params.aof_ratio, "param": "aof_ratio", "text": "an append-only file"}

_severity := {"maxmemory": "warning", "limit": "info"}
