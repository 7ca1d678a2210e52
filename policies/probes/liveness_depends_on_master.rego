# METADATA
# title: Liveness depends on another Pod
# description: |
#   A liveness probe that also asks the master restarts healthy replicas whenever the master is slow, restarting
#   or failing over: the outage of one Pod becomes the outage of all, and the failover loses the replicas it
#   could promote. Liveness is about this process only; whether the master can be reached belongs to readiness.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
#   description: What liveness is for
# - ref: https://github.com/bitnami/charts/issues/24758
#   description: Replicas restarted with their master
# - ref: https://github.com/bitnami/charts/issues/9391
#   description: The same with another version of the chart
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#probes
#   description: Measured, what probes by redis-cli say
# custom:
#   severity: warning
#   remediation: ask only the Redis in the same Pod (ping_liveness_local.sh in Bitnami's chart)
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
#               livenessProbe:
#                 exec:
#                   command: [sh, -c, redis-cli ping && redis-cli -h redis-0.redis ping] # want liveness-depends-on-master
#                 initialDelaySeconds: 20
#                 periodSeconds: 10
#                 timeoutSeconds: 5
#                 failureThreshold: 3
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
#               livenessProbe:
#                 exec:
#                   command: [redis-cli, ping]
#                 initialDelaySeconds: 20
#                 periodSeconds: 10
#                 timeoutSeconds: 5
#                 failureThreshold: 3
package redislint.probes.liveness_depends_on_master

findings contains finding if {
	some i, node in input.nodes
	node.probes.liveness.other_host == true
	finding := {
		"at": sprintf("/nodes/%d/probes/liveness/other_host", [i]),
		"message": "the probe asks another Pod too; when that one is slow or down, this Redis is restarted with it",
	}
}
