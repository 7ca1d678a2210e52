# METADATA
# title: Replication backlog larger than the memory
# description: |
#   The replication backlog is memory like any other: it counts against maxmemory as it fills, and against the
#   container's limit. Measured with maxmemory 100mb, allkeys-lru, one replica and 300 MB written: with a
#   backlog of 64mb a third of the keys was kept that fitted beside the default backlog of 1mb; with a backlog
#   of 100mb or 200mb every key was evicted, and from then on every write was refused (OOM command not
#   allowed), while PING answered PONG. Without a maxmemory the container is killed instead. It begins when
#   the first replica connects.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/
#   description: What the backlog is for
# - ref: https://redis.io/docs/latest/develop/reference/eviction/
#   description: Eviction policies, and when to use which
# custom:
#   severity: error
#   remediation: set repl-backlog-size to what is written in a minute or two (64mb, say), far below maxmemory
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
#           resources: {limits: {memory: 2Gi}}
#           customConfig:
#           - maxmemory 1536mb
#           - repl-backlog-size 2gb # want backlog-exceeds-memory
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
#           - repl-backlog-size 64mb
package redislint.memory.backlog_exceeds_memory

import data.redislint.lib.bytes

findings contains finding if {
	input.mode in {"cluster", "replication", "sentinel"}
	some i, node in input.nodes
	node.role in {"any", "master"}
	backlog := node.config.repl_backlog_size.bytes
	finding := {
		"at": sprintf("/nodes/%d/config/repl_backlog_size", [i]),
		"owner": sprintf("/nodes/%d/memory", [i]),
		"message": _message(node, backlog),
		"fixes": [{"safe": false, "set": [{"at": at, "to": max([1, min([64, floor(held / 16777216)])]) * 1048576}]} |
			at := sprintf("/nodes/%d/config/repl_backlog_size", [i])
			held := _held(node)
		],
	}
}

_message(node, backlog) := sprintf("a full repl-backlog-size of %s leaves nothing of maxmemory %s; every key is evicted, and every write refused", [
	bytes.redis(backlog),
	bytes.redis(node.config.maxmemory.bytes),
]) if {
	node.config.maxmemory.bytes > 0
	backlog >= node.config.maxmemory.bytes
} else := sprintf("a full repl-backlog-size of %s does not fit into the memory limit %s; Redis is killed", [
	bytes.redis(backlog),
	bytes.kubernetes(node.memory.limit.amount),
]) if {
	node.memory.limit.present == true
	node.memory.limit.amount > 0
	backlog >= node.memory.limit.amount
}

# 64mb, or a sixteenth of what is less than a gigabyte.
_held(node) := node.config.maxmemory.bytes if {
	node.config.maxmemory.bytes > 0
} else := node.memory.limit.amount
