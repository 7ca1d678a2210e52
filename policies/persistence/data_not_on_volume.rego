# METADATA
# title: Claim that holds no data
# description: |
#   The Pods have a claim, and the server writes its dump and its append-only files elsewhere: the claim is
#   mounted in no container, or not where dir points. Nothing warns of it, saves succeed, and a first restart
#   may even find the files. When the Pod is deleted, by an update, a drain or a lost machine, all data is gone,
#   and the volume that was bought for it is empty.
# related_resources:
# - ref: https://hub.docker.com/_/redis
#   description: Where the image keeps its data
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/
#   description: dir and the files that are written there
# - ref: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage
#   description: How a StatefulSet gives claims to its Pods
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#restarts
#   description: Restarts, measured
# custom:
#   severity: error
#   remediation: mount the claim at the dir of the server (/data in the official image), or point dir at the mount
#   not_applicable:
#     opstree: the operator mounts the claim where its servers write
#     spotahome: the operator mounts the claim where its servers write
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
#               - {name: data, mountPath: /var/lib/redis}
#         volumeClaimTemplates:
#         - metadata: # want data-not-on-volume
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
#               volumeMounts:
#               - {name: data, mountPath: /data}
#         volumeClaimTemplates:
#         - metadata:
#             name: data
#           spec:
#             accessModes: [ReadWriteOnce]
#             resources:
#               requests: {storage: 8Gi}
package redislint.persistence.data_not_on_volume

import data.redislint.lib.dataset

findings contains finding if {
	some i, node in input.nodes
	claim := node.data.unused
	claim.present == true
	dataset.written(i)
	finding := {
		"at": sprintf("/nodes/%d/data/unused", [i]),
		"message": sprintf("claim %s %s; the server writes to %s, %s, where a new Pod finds nothing", [
			claim.name,
			_mounted(claim.mount),
			node.data.mount,
			_place[node.data.kind],
		]),
	}
}

_mounted("") := "is mounted in no container"

_mounted(path) := sprintf("is mounted at %s", [path]) if path != ""

_place := {
	"emptyDir": "an emptyDir",
	"memory": "an emptyDir in memory",
	"none": "in the container itself",
}
