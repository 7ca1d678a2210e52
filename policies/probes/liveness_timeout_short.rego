# METADATA
# title: Liveness probe gives up too early
# description: |
#   Redis runs one command at a time, and PING waits for it. A probe that gives up sooner than such a command
#   ends counts as failed. Measured with 5 million keys: KEYS 3.1 to 3.4 s, FLUSHALL SYNC 3.1 to 4.1 s, DEL of a
#   set 1.6 to 2.3 s, a script up to 5 s before Redis answers BUSY; appendfsync always on a slow disk 1.9 s. 5
#   seconds outlast them all, Kubernetes' default of 1 none of them. What counts is the smaller of
#   timeoutSeconds and the timeout inside the command (`timeout 1 redis-cli ping`, the argument of Bitnami's
#   script). The kubelet does enforce it since Kubernetes 1.20. Where failures do not add up over at least 15
#   seconds, or one is enough, a single slow command restarts Redis: an error.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#configure-probes
#   description: Probe fields and their defaults
# - ref: https://github.com/jfrog/charts/issues/1655
#   description: A ping timeout of 1 s and its restarts
# - ref: https://github.com/airflow-helm/charts/issues/484
#   description: Exec probes after Kubernetes 1.20 began to enforce timeouts
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#disks
#   description: Measured, an append-only file on a slow disk
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#probes
#   description: Measured, what probes by redis-cli say
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#stalls
#   description: Measured, how long PING waits
# custom:
#   severity: error
#   remediation: set timeoutSeconds to 5 or more (and the timeout inside the command with it)
#   params:
#     min_timeout:
#       description: seconds that a probe must wait for an answer
#       default: 5
#     min_window:
#       description: seconds without an answer within which a restart makes the short timeout an error
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
#                 periodSeconds: 10
#                 timeoutSeconds: 1 # want liveness-timeout-short
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
package redislint.probes.liveness_timeout_short

import data.redislint.lib.liveness

findings contains finding if {
	some i, node in input.nodes
	probe := node.probes.liveness
	probe.kind == "exec"
	probe.effective_timeout < input.params.min_timeout
	severity := _severity(i)
	finding := {
		"at": sprintf("/nodes/%d/probes/liveness/%s", [i, _field(probe)]),
		"message": sprintf("the probe waits %d s for an answer%s; slow commands take up to %d s (param min_timeout)%s", [
			probe.effective_timeout,
			_inside[_field(probe)],
			input.params.min_timeout,
			_harm[severity],
		]),
		"severity": severity,
		"fixes": [{"safe": true, "set": [{"at": at, "to": input.params.min_timeout}]} |
			_field(probe) == "timeout"
			at := sprintf("/nodes/%d/probes/liveness/timeout", [i])
		],
	}
}

# _field is the timeout to raise: the smaller one.
_field(probe) := "timeout" if probe.timeout <= probe.effective_timeout

_field(probe) := "effective_timeout" if probe.timeout > probe.effective_timeout

_inside := {"timeout": "", "effective_timeout": " (the timeout inside its command)"}

_severity(i) := "error" if {
	input.nodes[i].probes.liveness.failures == 1
} else := "error" if {
	liveness.window(i) < input.params.min_window
} else := "warning"

_harm := {"error": ", and a single one can restart Redis", "warning": ""}
