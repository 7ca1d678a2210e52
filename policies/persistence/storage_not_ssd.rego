# METADATA
# title: Data on a spinning disk
# description: |
#   With appendfsync everysec Redis holds back all writes once an fsync takes longer than 2 seconds; with always
#   every write waits for the disk. Spinning disks get there as soon as a save, a rewrite or a neighbour writes
#   too, and a restart reads the whole dataset at their speed. Measured on a disk of 512 KiB/s with appendfsync
#   always: 100 of 1,000 writes/s done, PING up to 1.9 s. The medium is known from the StorageClass (its
#   provisioner and parameters), or else from well-known class names: those alone are an error only with an
#   append-only file.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/latency/
#   description: Latency from the append-only file and the disk
# - ref: https://kubernetes.io/docs/concepts/storage/storage-classes/
#   description: Storage classes and their parameters
# - ref: https://github.com/bitnami/charts/issues/31373
#   description: A slow fsync that failed the liveness probe
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#disks
#   description: Measured, an append-only file on a slow disk
# custom:
#   severity: error
#   remediation: use a storage class on SSD (gp3, pd-balanced or pd-ssd, StandardSSD or Premium); claims of a StatefulSet must be made anew
#   examples:
#     bad: |
#       apiVersion: storage.k8s.io/v1
#       kind: StorageClass
#       metadata:
#         name: throughput
#       provisioner: ebs.csi.aws.com
#       parameters: {type: st1}
#       ---
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
#             storageClassName: throughput # want storage-not-ssd
#             resources:
#               requests: {storage: 125Gi}
#     good: |
#       apiVersion: storage.k8s.io/v1
#       kind: StorageClass
#       metadata:
#         name: fast
#       provisioner: ebs.csi.aws.com
#       parameters: {type: gp3}
#       ---
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
#             storageClassName: fast
#             resources:
#               requests: {storage: 4Gi}
package redislint.persistence.storage_not_ssd

import data.redislint.lib.dataset

findings contains finding if {
	some i, node in input.nodes
	node.data.class.medium == "hdd"
	node.data.kind == "claim"
	dataset.written(i)
	finding := {
		"at": sprintf("/nodes/%d/data/class", [i]),
		"owner": sprintf("/nodes/%d/data", [i]),
		"message": sprintf("data on a spinning disk (%s); %s", [node.data.class.detail, _harm(node)]),
		"severity": _severity(node),
	}
}

_harm(node) := "an fsync of the append-only file that takes over 2 s stops all writes" if {
	node.config.appendonly.on == true
} else := "saving and loading run at its speed"

_severity(node) := "error" if {
	node.data.class.basis in {"provisioner", "configuration"}
} else := "error" if {
	node.config.appendonly.on == true
} else := "warning"
