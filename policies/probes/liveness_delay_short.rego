# METADATA
# title: Liveness probe starts too early
# description: |
#   Without a startupProbe the liveness probe counts failures from initialDelaySeconds on, which Kubernetes sets
#   to 0. What the container does before Redis listens (scripts that write its configuration, look for the
#   master, or change owners on the volume) then runs against the clock of the probe, and a slow start becomes a
#   restart. A few seconds, or better a startupProbe, keep the two apart.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/#startup-probe
#   description: Startup probes
# - ref: https://github.com/bitnami/charts/issues/6944
#   description: The initial delay of the probe
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#windows
#   description: Measured, when a failing probe kills
# custom:
#   severity: warning
#   remediation: add a startupProbe, or set initialDelaySeconds to 20
#   params:
#     min_delay:
#       description: seconds before the first probe where there is no startupProbe
#       default: 5
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
#                   command: [redis-cli, ping]
#                 initialDelaySeconds: 0 # want liveness-delay-short
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
package redislint.probes.liveness_delay_short

findings contains finding if {
	some i, node in input.nodes
	probe := node.probes.liveness
	probe.kind in {"exec", "tcp"}
	probe.delay < input.params.min_delay
	node.probes.startup.present == false
	finding := {
		"at": sprintf("/nodes/%d/probes/liveness/delay", [i]),
		"message": sprintf("the probe starts after %d s and no startupProbe holds it back; at least %d s (param min_delay) let Redis open its port", [
			probe.delay,
			input.params.min_delay,
		]),
		"fixes": [{"safe": true, "set": [{
			"at": sprintf("/nodes/%d/probes/liveness/delay", [i]),
			"to": input.params.min_delay,
		}]}],
	}
}
