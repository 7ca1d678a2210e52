# METADATA
# title: Claim shared by two Pods during an update
# description: |
#   A Deployment starts the new Pod of an update before it ends the old one. With one claim for both, a
#   ReadWriteOnce volume cannot be attached to a second machine, and the update hangs until somebody deletes the
#   old Pod; on the same machine, or with a ReadWriteMany volume, two servers write to the same dump and the
#   same append-only files at once, and the next start may find a file that cannot be read. strategy Recreate
#   ends the old Pod first; a StatefulSet does so by itself.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/#what-should-i-do-if-my-aof-gets-corrupted
#   description: Redis reads its append-only files at start, and refuses broken ones
# - ref: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy
#   description: How a Deployment replaces its Pods
# - ref: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes
#   description: What ReadWriteOnce means
# custom:
#   severity: warning
#   remediation: set strategy.type Recreate, or make it a StatefulSet with a volumeClaimTemplate
#   not_applicable:
#     opstree: the operator makes a StatefulSet
#     spotahome: the operator makes a StatefulSet
#   examples:
#     bad: |
#       apiVersion: apps/v1
#       kind: Deployment
#       metadata:
#         name: redis
#       spec: # want volume-on-deployment
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
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
#               volumeMounts:
#               - {name: data, mountPath: /data}
#             volumes:
#             - name: data
#               persistentVolumeClaim: {claimName: redis}
#       ---
#       apiVersion: v1
#       kind: PersistentVolumeClaim
#       metadata:
#         name: redis
#       spec:
#         accessModes: [ReadWriteOnce]
#         resources:
#           requests: {storage: 8Gi}
#     good: |
#       apiVersion: apps/v1
#       kind: Deployment
#       metadata:
#         name: redis
#       spec:
#         strategy:
#           type: Recreate
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
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
#               volumeMounts:
#               - {name: data, mountPath: /data}
#             volumes:
#             - name: data
#               persistentVolumeClaim: {claimName: redis}
#       ---
#       apiVersion: v1
#       kind: PersistentVolumeClaim
#       metadata:
#         name: redis
#       spec:
#         accessModes: [ReadWriteOnce]
#         resources:
#           requests: {storage: 8Gi}
package redislint.persistence.volume_on_deployment

findings contains finding if {
	some i, node in input.nodes
	node.overlaps == true
	node.data.kind == "claim"
	node.replicas > 0
	finding := {
		"at": sprintf("/nodes/%d/overlaps", [i]),
		"message": sprintf("an update starts the new Pod before the old one has ended, with one claim for both: %s; set strategy.type Recreate, or use a StatefulSet", [_effect(node)]),
		"related": [{"at": sprintf("/nodes/%d/data", [i]), "message": "the claim"}],
		"fixes": [{"safe": _once(node), "set": [{"at": sprintf("/nodes/%d/overlaps", [i]), "to": false}]}],
	}
}

_effect(node) := "ReadWriteOnce keeps it from starting on another machine, and on the same one both write to the same files" if {
	"ReadWriteOnce" in node.data.access_modes
} else := "ReadWriteOncePod keeps it from starting at all" if {
	"ReadWriteOncePod" in node.data.access_modes
} else := "both write to the same files" if {
	count(node.data.access_modes) > 0
} else := "where the claim is for one machine, it cannot start on another, and on the same one both write to the same files"

# With one Pod and a claim that no other machine takes, the update could not have gone on by itself.
_once(node) if {
	node.replicas == 1
	some mode in {"ReadWriteOnce", "ReadWriteOncePod"}
	mode in node.data.access_modes
} else := false
