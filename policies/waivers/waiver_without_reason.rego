# METADATA
# title: A waiver without a reason
# description: |
#   A waiver that does not say why suppresses nothing. Nobody could tell later whether it was considered or copied, nor
#   when it may go.
# custom:
#   severity: error
#   remediation: write as the annotation's value, or behind the rule in the comment, why this is right here
#   examples:
#     bad: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#         annotations:
#           ignore.redislint.dev/maxmemory-unset: "" # want waiver-without-reason
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
#           ignore.redislint.dev/maxmemory-unset: "holds ten keys, and no client can add any"
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
package redislint.waivers.waiver_without_reason

findings contains {
	"at": sprintf("/waivers/%d", [i]),
	"message": sprintf("the waiver of %s gives no reason, so it does not hold", [waiver.rule]),
} if {
	some i, waiver in input.waivers
	waiver.reason == ""
	waiver.rule != ""
}
