# METADATA
# title: No memory left for the buffers of replicas
# description: |
#   While a replica syncs, what is written in the meantime waits in an output buffer. That memory does not
#   count against maxmemory, so nothing is evicted for it; it comes on top, up to the hard client-output-
#   buffer-limit of replicas (256mb by default), at which the sync starts again. Measured while syncing one
#   replica under writes at full speed: 0.45 to 0.53 GB on top, twice the limit, for maxmemory 256 MB and 1 GB
#   alike, and no sync was ever complete; at 2,000 writes/s it took 0.15 to 0.2 times maxmemory. Where the
#   container's limit leaves less than that above maxmemory, the master is killed at the moment when a
#   replica, a new one after a failover for instance, needs it most.
# related_resources:
# - ref: https://redis.io/docs/latest/develop/reference/clients/#output-buffer-limits
#   description: Output buffer limits
# - ref: https://redis.io/docs/latest/develop/reference/eviction/
#   description: Eviction policies, and when to use which
# custom:
#   severity: warning
#   remediation: lower maxmemory or raise the memory limit (and the request with it), or lower client-output-buffer-limit replica (64mb 16mb 60, say)
#   params:
#     factor:
#       description: how many times the hard output buffer limit of replicas must fit between maxmemory and the memory limit
#       default: 2
#   examples:
#     bad: |
#       apiVersion: databases.spotahome.com/v1
#       kind: RedisFailover
#       metadata:
#         name: redis
#       spec:
#         sentinel:
#           resources: {limits: {memory: 64Mi}}
#         redis:
#           resources: {limits: {memory: 1Gi}} # want replica-buffers-unreserved
#           customConfig:
#           - maxmemory 768mb
#     good: |
#       apiVersion: databases.spotahome.com/v1
#       kind: RedisFailover
#       metadata:
#         name: redis
#       spec:
#         sentinel:
#           resources: {limits: {memory: 64Mi}}
#         redis:
#           resources: {limits: {memory: 1Gi}}
#           customConfig:
#           - maxmemory 768mb
#           - client-output-buffer-limit replica 64mb 16mb 60
package redislint.memory.replica_buffers_unreserved

import data.redislint.lib.bytes

# Above 90 % maxmemory is an error in any case: maxmemory-too-high.
findings contains finding if {
	input.shape.replicas >= 1
	some i, node in input.nodes
	node.role in {"any", "master"}
	maxmemory := node.config.maxmemory.bytes
	maxmemory > 0
	node.memory.limit.present == true
	limit := node.memory.limit.amount
	maxmemory * 100 <= limit * 90
	reserve := limit - maxmemory
	finding := {
		"at": sprintf("/nodes/%d/memory/limit", [i]),
		"message": _message(reserve, node.config.replica_output_buffer.bytes),
		"related": [
			{"at": sprintf("/nodes/%d/config/maxmemory", [i]), "message": sprintf("maxmemory %s", [bytes.redis(maxmemory)])},
			{"at": sprintf("/nodes/%d/config/replica_output_buffer", [i]), "message": "client-output-buffer-limit replica"},
		],
		"fixes": [{"safe": false, "set": [{"at": at, "to": floor(rest / 1048576) * 1048576}]} |
			at := sprintf("/nodes/%d/config/maxmemory", [i])
			rest := limit - (node.config.replica_output_buffer.bytes * input.params.factor)
			rest * 4 >= limit
			rest < maxmemory
		],
	}
}

_message(reserve, buffer) := sprintf("%s between maxmemory and the limit, and a replica that syncs may take %d (param factor) times its output buffer limit of %s", [
	bytes.kubernetes(reserve),
	input.params.factor,
	bytes.redis(buffer),
]) if {
	buffer > 0
	reserve < buffer * input.params.factor
}

_message(reserve, 0) := sprintf("%s between maxmemory and the limit, and the output buffer of a replica has no limit (client-output-buffer-limit replica 0)", [bytes.kubernetes(reserve)])
