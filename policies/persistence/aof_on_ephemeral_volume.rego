# METADATA
# title: Append-only file on an ephemeral volume
# description: |
#   An append-only file is kept to lose nothing, and an emptyDir, or the container itself, loses all of it with
#   the Pod: at the next update, drain or eviction. What remains is its cost: every write goes to the machine's
#   disk too, rewrites fork, and a full machine evicts the Pod. Either the data matters, then it belongs on a
#   claim; or it does not, then no log of it is needed. For a cache this is an advice.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/
#   description: What an append-only file is for
# - ref: https://kubernetes.io/docs/concepts/storage/volumes/#emptydir
#   description: The lifetime of an emptyDir
# custom:
#   severity: warning
#   remediation: put dir on a claim, or set appendonly no
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
#               - --appendonly yes # want aof-on-ephemeral-volume
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
#               volumeMounts:
#               - {name: data, mountPath: /data}
#             volumes:
#             - name: data
#               emptyDir: {}
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
package redislint.persistence.aof_on_ephemeral_volume

findings contains finding if {
	some i, node in input.nodes
	node.config.appendonly.on == true
	node.data.unused.present == false
	finding := {
		"at": sprintf("/nodes/%d/config/appendonly", [i]),
		"message": sprintf("appendonly yes logs every write to %s, %s; put it on a claim, or set appendonly no", [
			node.data.mount,
			_loses[node.data.kind],
		]),
		"severity": _severity[input.profile],
		"fixes": [{"safe": false, "set": [{"at": sprintf("/nodes/%d/config/appendonly", [i]), "to": false}]}],
	}
}

_loses := {
	"emptyDir": "an emptyDir, which is deleted with the Pod",
	"memory": "an emptyDir in memory, which is deleted with the Pod",
	"none": "in the container itself, which each restart empties",
}

_severity := {"cache": "info", "store": "warning", "unknown": "warning"}
