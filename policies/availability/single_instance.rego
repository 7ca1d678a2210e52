# METADATA
# title: A single Redis
# description: |
#   While its one Pod restarts, moves to another machine or loads its data, there is no Redis: 10 s for each
#   GiB is a fair plan for the load alone, 25 s where an append-only file is replayed. A drain, an upgrade and
#   the loss of the machine are outages of everything that depends on it. Sentinels change nothing about that:
#   they have no replica to promote.
#   Advice only, and not for a cache.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/
#   description: High availability with Sentinel
# custom:
#   severity: info
#   remediation: where that is too long, run replicas and 3 Sentinels; where it is not, waive this rule, or annotate a cache with redislint.dev/profile
#   examples:
#     bad: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#       spec:
#         serviceName: redis
#         replicas: 1 # want single-instance
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
#             resources: {requests: {storage: 4Gi}}
#     good: |
#       apiVersion: databases.spotahome.com/v1
#       kind: RedisFailover
#       metadata:
#         name: redis
#       spec:
#         sentinel:
#           resources: {limits: {memory: 64Mi}}
#         redis:
#           resources: {limits: {memory: 2Gi}}
#           customConfig:
#           - maxmemory 1536mb
package redislint.availability.single_instance

findings contains finding if {
	input.shape.nodes == 1
	input.profile in {"store", "unknown"}
	some beside in _beside
	finding := {
		"at": "/shape/nodes",
		"message": sprintf("one server is all there is%s; while its Pod restarts, moves or loads its data, there is no Redis", [beside]),
	}
}

_beside contains "" if input.mode == "standalone"

_beside contains "" if {
	input.mode == "replication"
	input.shape.replicas == 0
}

_beside contains ", and Sentinels have no replica to promote" if {
	input.mode == "sentinel"
	input.shape.replicas == 0
}
