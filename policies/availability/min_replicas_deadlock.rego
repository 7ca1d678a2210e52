# METADATA
# title: min-replicas-to-write that stops writes
# description: |
#   A master refuses every write while fewer than min-replicas-to-write replicas are connected. Above the
#   number of replicas there are, that is always. Equal to it, the loss of one replica is enough, and so is a
#   failover, which leaves the new master with one replica fewer until the old one is back. Measured with a
#   master and two replicas, 3 trials each: value 3 refused every write; value 2 refused them at once when a
#   replica was killed and after 10.5 s when one hung, and after a failover by Sentinel for as long as the old
#   master stayed away; value 1 never did, and cost 0.9 s on top of a failover. PING answers PONG all the
#   while and reads work, so that no probe notices.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#allow-writes-only-with-n-attached-replicas
#   description: What min-replicas-to-write is for
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#replicas
#   description: Replicas, measured
# custom:
#   severity: error
#   remediation: set min-replicas-to-write below the number of replicas (1 with two replicas), or 0
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
#           - min-replicas-to-write 3 # want min-replicas-deadlock
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
#           - min-replicas-to-write 1
package redislint.availability.min_replicas_deadlock

findings contains finding if {
	some i, node in input.nodes
	least := node.config.min_replicas_to_write.value
	least >= 1
	node.role in {"any", "master"}
	replicas := input.shape.replicas
	least >= replicas
	finding := {
		"at": sprintf("/nodes/%d/config/min_replicas_to_write", [i]),
		"owner": sprintf("/nodes/%d/replicas", [i]),
		"message": _message(least, replicas),
		"severity": _severity(least, replicas),
		"related": [{"at": "/shape/replicas", "message": sprintf("%d for each master", [replicas])}],
		"fixes": [{"safe": false, "set": [{
			"at": sprintf("/nodes/%d/config/min_replicas_to_write", [i]),
			"to": max([0, replicas - 1]),
		}]}],
	}
}

_message(least, replicas) := sprintf("min-replicas-to-write %d is more than the %d %s there are; every write is refused (NOREPLICAS)", [
	least,
	replicas,
	_noun(replicas),
]) if {
	least > replicas
} else := sprintf("min-replicas-to-write %d needs all %d %s; when one is lost, or promoted, every write is refused (NOREPLICAS)", [
	least,
	replicas,
	_noun(replicas),
])

_noun(1) := "replica"

_noun(number) := "replicas" if number != 1

_severity(least, replicas) := "error" if {
	least > replicas
} else := "warning"
