# METADATA
# title: Data of Redis kept in one place only
# description: |
#   A volume survives its Pod. It does not survive its own loss, the deletion of its claim, a FLUSHALL, or a
#   client's mistake, which replicas repeat at once. Redis keeps data on a claim, is not known to be
#   a cache, and nothing in the input copies the data to another place: neither a CronJob nor a container beside
#   the server, nor a tool that copies volumes. A copy that is made from elsewhere cannot be seen: the rule is
#   an advice, to be waived there.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/#backing-up-redis-data
#   description: Backing up Redis data
# - ref: https://kubernetes.io/docs/concepts/storage/volume-snapshots/
#   description: Snapshots of volumes
# custom:
#   severity: info
#   remediation: copy the dump to object storage by a CronJob (redis-cli --rdb), or have a tool copy the volume
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
#         - metadata: # want backup-missing
#             name: data
#           spec:
#             accessModes: [ReadWriteOnce]
#             resources:
#               requests: {storage: 4Gi}
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
#       ---
#       apiVersion: batch/v1
#       kind: CronJob
#       metadata:
#         name: redis-backup
#       spec:
#         schedule: "15 3 * * *"
#         jobTemplate:
#           spec:
#             template:
#               spec:
#                 restartPolicy: OnFailure
#                 containers:
#                 - name: copy
#                   image: registry.example.com/redis-to-s3:1.4
#                   args: [redis-cli -h redis --rdb /tmp/dump.rdb && aws s3 cp /tmp/dump.rdb s3://backups/redis/]
package redislint.persistence.backup_missing

import data.redislint.lib.dataset

findings contains finding if {
	input.backups.present == false
	some i, node in input.nodes
	node.data.kind == "claim"
	dataset.written(i)
	_kept(node)
	finding := {
		"at": "/backups",
		"message": "the data is kept on a claim, and nothing in the input copies it to another place",
	}
}

# _kept is true for data that somebody means to keep: of a store, or where nobody
# can tell, under a policy that never drops a key without expiry.
_kept(_) if input.profile == "store"

_kept(node) if {
	input.profile == "unknown"
	node.config.maxmemory_policy.text in {"noeviction", "volatile-lfu", "volatile-lru", "volatile-random", "volatile-ttl"}
}
