# METADATA
# title: Liveness probe restarts Redis too soon
# description: |
#   The kubelet restarts a container (failureThreshold - 1) x periodSeconds + timeout after the first probe that
#   fails: 3 x 5 s kills after 10 seconds, not 15, and 3 x 10 s after 20. Within that time a slow command, a
#   slow disk or a throttled CPU must pass, or Redis is killed while it is healthy, loads its data again, and on
#   a primary takes the connections of all clients with it. The longest stall measured was 5 s; 15 s leaves a
#   threefold margin. Saving alone never killed a probed server. Applies to exec probes: a TCP probe is answered
#   by the kernel even while Redis stalls.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#configure-probes
#   description: Probe fields and their defaults
# - ref: https://github.com/bitnami/charts/issues/31373
#   description: A slow fsync that failed the liveness probe
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#windows
#   description: Measured, when a failing probe kills
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#stalls
#   description: Measured, how long PING waits
# custom:
#   severity: error
#   remediation: raise failureThreshold or periodSeconds (5 x 5 s restarts after 20 s and the timeout)
#   params:
#     min_window:
#       description: seconds without an answer that Redis must survive
#       default: 15
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
#                 initialDelaySeconds: 20
#                 periodSeconds: 5
#                 timeoutSeconds: 5
#                 failureThreshold: 2 # want liveness-window-short
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
package redislint.probes.liveness_window_short

import data.redislint.lib.liveness

findings contains finding if {
	some i, node in input.nodes
	probe := node.probes.liveness
	probe.kind == "exec"
	probe.failures == 1
	finding := {
		"at": sprintf("/nodes/%d/probes/liveness/failures", [i]),
		"message": "failureThreshold 1 restarts Redis at the first probe without an answer; one slow command is enough",
		"fixes": _fixes(i),
	}
}

findings contains finding if {
	some i, node in input.nodes
	probe := node.probes.liveness
	probe.kind == "exec"
	probe.failures > 1
	window := liveness.window(i)
	window < input.params.min_window
	finding := {
		"at": sprintf("/nodes/%d/probes/liveness/failures", [i]),
		"message": sprintf("Redis is restarted after %d s without an answer: (%d - 1) x %d s + %d s timeout; at least %d s (param min_window) let a stall pass", [
			window,
			probe.failures,
			probe.period,
			probe.effective_timeout,
			input.params.min_window,
		]),
		"fixes": _fixes(i),
	}
}

# At least the three failures that Kubernetes waits for by default.
_fixes(i) := [{"safe": true, "set": [{"at": at, "to": failures}]} |
	probe := input.nodes[i].probes.liveness
	probe.period > 0
	at := sprintf("/nodes/%d/probes/liveness/failures", [i])
	failures := max([3, ceil((input.params.min_window - probe.effective_timeout) / probe.period) + 1])
]
