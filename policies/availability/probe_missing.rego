# METADATA
# title: Probe missing
# description: |
#   Without a readiness probe a Service sends clients to a server that is still loading its data and answers
#   LOADING to all of them. Without a liveness probe a server that hangs, but does not exit, stays as it is
#   until somebody notices. Redis rarely hangs, and a bad liveness probe does more harm than none (see the
#   rules whose names begin with liveness); so this is advice.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
#   description: What the probes decide
# custom:
#   severity: info
#   remediation: add a readinessProbe that asks for PONG, and a livenessProbe with a timeout of 5 s that accepts LOADING
#   not_applicable:
#     opstree: the operator has probes of its own where the resource has none
#     spotahome: the operator has probes of its own where the resource has none
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
#             - name: redis # want probe-missing
#               image: redis:7.2
#               args:
#               - --maxmemory 768mb
#               livenessProbe:
#                 tcpSocket: {port: 6379}
#                 initialDelaySeconds: 20
#                 timeoutSeconds: 5
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
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
#               livenessProbe:
#                 tcpSocket: {port: 6379}
#                 initialDelaySeconds: 20
#                 timeoutSeconds: 5
#               readinessProbe:
#                 exec: {command: [sh, -c, redis-cli ping | grep -q PONG]}
#                 timeoutSeconds: 5
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
package redislint.availability.probe_missing

findings contains finding if {
	some i, node in input.nodes
	missing := _missing(node.probes)
	finding := {
		"at": sprintf("/nodes/%d/probes", [i]),
		"message": sprintf("no %s", [missing]),
	}
}

_missing(probes) := "readiness probe; clients are sent to a server that still loads its data" if {
	probes.readiness.present == false
	probes.liveness.present == true
}

_missing(probes) := "liveness probe; a server that hangs stays as it is" if {
	probes.readiness.present == true
	probes.liveness.present == false
}

_missing(probes) := "readiness or liveness probe; clients are sent to a server that still loads its data, and one that hangs stays as it is" if {
	probes.readiness.present == false
	probes.liveness.present == false
}
