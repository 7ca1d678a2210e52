# METADATA
# title: A waiver whose last day is past
# description: |
#   A waiver with an end was a promise to repair something by then. The day is past, or is no day at all, and the waiver
#   suppresses nothing any more: what it was about is found again, and may stop a delivery at a bad moment.
#
#   Deciding anew is a minute's work. Whoever reads the manifest next would otherwise take for agreed what is not.
# custom:
#   severity: error
#   remediation: repair what was waived and remove the waiver, or give it a new last day
#   examples:
#     bad: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#         annotations:
#           ignore.redislint.dev/maxmemory-unset: "moves to the cluster; until=2021-01-31" # want waiver-expired
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
#           ignore.redislint.dev/maxmemory-unset: "moves to the cluster; until=9999-12-31"
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
package redislint.waivers.waiver_expired

findings contains {"at": _at(i), "message": message} if {
	some i, waiver in input.waivers
	waiver.reason != ""
	waiver.expired == true
	message := sprintf("the waiver of %s ended on %s", [waiver.rule, waiver.until])
}

findings contains {"at": _at(i), "message": message} if {
	some i, waiver in input.waivers
	waiver.reason != ""
	waiver.dated == false
	message := sprintf("until=%s is no day like 2027-01-31, so the waiver of %s does not hold", [waiver.until, waiver.rule])
}

_at(i) := sprintf("/waivers/%d", [i])
