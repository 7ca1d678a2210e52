# METADATA
# title: Setting that the server refuses to start with
# description: |
#   redis-server checks its whole configuration before it starts and exits at the first line that it does not
#   understand, so the Pod is in CrashLoopBackOff from the first rollout that brings the line in. The spellings
#   of Kubernetes are the usual reason: maxmemory takes 1gb, 512mb or bytes, not 1Gi, 1.5gb or 75%. A comment
#   behind a value is read as more arguments. Beware also of what is accepted and means something else: 1g is
#   1,000,000,000 bytes, 1gb is 1,073,741,824.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/config/
#   description: The configuration file and its units
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#spellings
#   description: Measured, spellings that stop a server or mean something else
# custom:
#   severity: error
#   remediation: write the value as redis.conf takes it (1gb, not 1Gi; comments on lines of their own)
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
#               - --maxmemory 768Mi # want config-invalid
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
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
package redislint.configuration.config_invalid

import data.redislint.lib.directives

findings contains finding if {
	some i, node in input.nodes
	some j, entry in node.config.invalid
	finding := {
		"at": sprintf("/nodes/%d/config/invalid/%d", [i, j]),
		"message": sprintf("the server refuses to start with \"%s\": %s", [directives.text(entry), entry.reason]),
		"fixes": [{"safe": true, "set": [{"at": at, "to": line}]} |
			at := sprintf("/nodes/%d/config/invalid/%d/text", [i, j])
			line := _binary(entry)
		],
	}
}

# What Kubernetes writes Gi is gb in redis.conf.
_binary(entry) := sprintf("%s %s%sb", [entry.directive, amount, lower(unit)]) if {
	contains(entry.reason, "memory value")
	[_, amount, unit] := regex.find_all_string_submatch_n(`^\S+ ([0-9]{1,9})([KMG])i$`, entry.text, 1)[0]
}
