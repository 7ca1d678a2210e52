# METADATA
# title: Readiness probe that takes errors for an answer
# description: |
#   redis-cli ping exits with 0 on every reply, errors too: LOADING, MASTERDOWN, NOAUTH, MISCONF. A Pod that is
#   still loading its dataset, or a replica without its master, counts as ready, its Service sends clients
#   there, and each of their commands fails. During an update the next Pod is replaced before this one serves.
#   As a liveness probe the same command is right: it does not restart a server that answers.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/#readiness-probe
#   description: What readiness decides
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#probes
#   description: Measured, what redis-cli makes of each answer
# custom:
#   severity: info
#   remediation: let only PONG count as ready (redis-cli ping | grep -q PONG)
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
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
#               readinessProbe:
#                 exec:
#                   command: [redis-cli, ping] # want readiness-accepts-errors
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
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
#               readinessProbe:
#                 exec:
#                   command: [sh, -c, redis-cli ping | grep -q PONG]
package redislint.probes.readiness_accepts_errors

findings contains finding if {
	some i, node in input.nodes
	node.probes.readiness.accepts_loading == true
	finding := {
		"at": sprintf("/nodes/%d/probes/readiness/accepts_loading", [i]),
		"message": "the probe takes LOADING and other errors for ready, so that clients are sent to a server that answers none of them; let only PONG count",
	}
}
