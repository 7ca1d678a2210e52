# METADATA
# title: A waiver that suppresses nothing
# description: |
#   The waiver is left over: what it was about is repaired, or has moved. Or it was never right: its rule is misspelt, or
#   nobody may waive it. Left where it is, it would suppress the same mistake when somebody makes it again, unseen.
#
#   What is not in the input may be what the waiver is about. So nothing is found about a waiver on a Redis that refers to
#   objects which are not there, of a rule that was not evaluated, or in a configuration for objects that were not read.
# custom:
#   severity: warning
#   remediation: remove the waiver, or correct the name of its rule
#   examples:
#     bad: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#         annotations:
#           ignore.redislint.dev/maxmemory-unset: "moves to the cluster" # want waiver-unused
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
#     good: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#         annotations:
#           ignore.redislint.dev/maxmemory-unset: "moves to the cluster"
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
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
package redislint.waivers.waiver_unused

findings contains {"at": sprintf("/waivers/%d", [i]), "message": _why(waiver)} if {
	some i, waiver in input.waivers
	waiver.used == false
	waiver.reason != ""
	waiver.expired == false
	waiver.dated == true
}

# A comment that nobody can read has no reason either, as far as that is known.
findings contains {"at": sprintf("/waivers/%d", [i]), "message": _why(waiver)} if {
	some i, waiver in input.waivers
	waiver.used == false
	waiver.reason == ""
	waiver.rule == ""
}

_why(waiver) := "a comment for redislint reads: # redislint: ignore[rule] reason" if waiver.rule == ""

_why(waiver) := sprintf("there is no rule %s%s", [waiver.rule, _hint(waiver.nearest)]) if {
	waiver.rule != ""
	waiver.known == false
}

_why(waiver) := sprintf("nobody may waive %s here", [waiver.rule]) if waiver.forbidden == true

_why(waiver) := sprintf("%s finds nothing that this waives", [waiver.rule]) if {
	waiver.known == true
	waiver.forbidden == false
}

_hint("") := ""

_hint(nearest) := sprintf(", did you mean %s?", [nearest]) if nearest != ""
