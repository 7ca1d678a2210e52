# METADATA
# title: Volume below twice the dataset
# description: |
#   A save writes the new dump beside the old one, so the volume must hold both: 2 times the dataset. When it is
#   full, every write and PING is answered with MISCONF; with an append-only file the server may refuse the next
#   start (`Bad file format reading the append only file`, in 14 of 15 trials with appendfsync everysec that ran
#   out of space). Measured with data that does not compress: volumes of 1 and 1.25 times the dataset ran out of
#   space in every mode, 2 times was enough for dumps alone. The dataset is maxmemory; where nobody set that,
#   the memory limit stands for it as the most that Redis can hold, and between 1.5 and 2 times the limit is a
#   warning only.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/
#   description: How dumps and append-only files are written
# - ref: https://github.com/bitnami/charts/issues/8578
#   description: A volume filled by its append-only file
# - ref: https://github.com/getsentry/self-hosted/issues/2657
#   description: A full Redis volume
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#volumes
#   description: Measured, volumes that run full
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#loading
#   description: Measured, seconds to load and save a GiB
# custom:
#   severity: error
#   remediation: request storage for 2 times the dataset (3 times with appendonly, 4 times with save points besides)
#   params:
#     rdb_ratio:
#       description: the fewest times that the volume must hold the dataset
#       default: 2
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
#               requests: {storage: 1Gi} # want volume-too-small
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
package redislint.persistence.volume_too_small

import data.redislint.lib.bytes
import data.redislint.lib.dataset

findings contains finding if {
	some i, node in input.nodes
	node.data.kind == "claim"
	dataset.written(i)
	size := node.data.size.amount
	held := dataset.of(i)
	size < held.bytes * input.params.rdb_ratio
	finding := {
		"at": sprintf("/nodes/%d/data/size", [i]),
		"owner": sprintf("/nodes/%d/data", [i]),
		"message": sprintf("volume %s is %vx %s; saving needs %vx (param rdb_ratio), old and new dump side by side", [
			bytes.kubernetes(size),
			bytes.times(size, held.bytes),
			held.text,
			input.params.rdb_ratio,
		]),
		"severity": _severity(size, held, input.params.rdb_ratio),
		"related": [{"at": held.at, "message": held.text}],
		"fixes": [{
			"safe": false,
			"note": "claims that exist stay as they are: they are enlarged one by one, and the StatefulSet is made anew",
			"set": [{"at": sprintf("/nodes/%d/data/size", [i]), "to": ceil((held.bytes * input.params.rdb_ratio) / 1073741824) * 1073741824}],
		}],
	}
}

# _severity spares a volume of at least three quarters of the need when only the
# memory limit bounds the dataset: few Redis fill their limit.
_severity(size, held, ratio) := "warning" if {
	held.basis == "limit"
	size * 4 >= (held.bytes * ratio) * 3
} else := "error"
