# METADATA
# title: Memory request below the limit
# description: |
#   The scheduler finds room for the request; Redis grows up to the limit. On a full node the difference is not
#   there: the kubelet evicts first the Pods that use more than they requested, and the kernel's OOM score of a
#   container rises as its request falls. Redis fills its memory by design, so it is always one of them. With
#   request and limit equal it never uses more than it asked for. CPU is not part of this: equal memory without
#   equal CPU is still the Burstable class, and is enough.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#pod-selection-for-kubelet-eviction
#   description: Which Pods the kubelet evicts first
# - ref: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
#   description: Requests and limits of containers
# - ref: https://github.com/OT-CONTAINER-KIT/redis-operator/issues/769
#   description: Redis killed for lack of memory
# custom:
#   severity: error
#   remediation: set requests.memory to limits.memory (Bitnami's charts differ in every resourcesPreset; set resources instead)
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
#                 requests: {memory: 512Mi} # want memory-request-below-limit
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
package redislint.memory.memory_request_below_limit

import data.redislint.lib.bytes
import data.redislint.lib.memory

findings contains finding if {
	some container in memory.containers
	request := container.memory.request
	limit := container.memory.limit
	request.present == true
	limit.present == true
	request.amount < limit.amount
	finding := {
		"at": sprintf("%s/request", [container.at]),
		"message": sprintf("memory request %s is below the limit %s; the node promises less than Redis may take, and evicts or kills it first", [
			bytes.kubernetes(request.amount),
			bytes.kubernetes(limit.amount),
		]),
		"severity": container.severity,
		"related": [{
			"at": sprintf("%s/limit", [container.at]),
			"message": sprintf("limit %s", [bytes.kubernetes(limit.amount)]),
		}],
		"fixes": [{"safe": true, "set": [{
			"at": sprintf("%s/request", [container.at]),
			"same_as": sprintf("%s/limit", [container.at]),
		}]}],
	}
}
