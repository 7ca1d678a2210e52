# METADATA
# title: Data on a network file system
# description: |
#   NFS, EFS, Azure Files, CephFS and the like answer an fsync after a round trip, and stall when the network or
#   the server does. With an append-only file Redis then holds back all writes (after 2 seconds with appendfsync
#   everysec) and fails its liveness probe; two Pods that mount the same share can both write it, which ends in
#   a file that no server loads. Dumps alone are a warning: they only get slow.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/latency/
#   description: Latency from the append-only file and the disk
# - ref: https://github.com/redis/redis/issues/10287
#   description: fsync latency
# custom:
#   severity: error
#   remediation: use a storage class on a block device (gp3, pd-balanced, managed-csi); claims of a StatefulSet must be made anew
#   examples:
#     bad: |
#       apiVersion: storage.k8s.io/v1
#       kind: StorageClass
#       metadata:
#         name: shared
#       provisioner: efs.csi.aws.com
#       parameters: {provisioningMode: efs-ap, fileSystemId: fs-0123456789abcdef0}
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
#             storageClassName: shared # want storage-network-filesystem
#             resources:
#               requests: {storage: 4Gi}
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
package redislint.persistence.storage_network_filesystem

import data.redislint.lib.dataset

findings contains finding if {
	some i, node in input.nodes
	node.data.class.medium == "network"
	node.data.kind == "claim"
	dataset.written(i)
	finding := {
		"at": sprintf("/nodes/%d/data/class", [i]),
		"owner": sprintf("/nodes/%d/data", [i]),
		"message": sprintf("data on a network file system (%s); %s", [node.data.class.detail, _harm[_severity(node)]]),
		"severity": _severity(node),
	}
}

_severity(node) := "error" if {
	node.config.appendonly.on == true
} else := "warning"

_harm := {
	"error": "every fsync of the append-only file crosses the network, and a stall there stops all writes",
	"warning": "saving and loading wait for the network",
}
