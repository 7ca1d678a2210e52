# METADATA
# title: Memory request and limit missing
# description: |
#   A container that asks for no memory is placed on any node, however full, and is in the BestEffort class for
#   memory: the first to be evicted when the node runs short and the first that the kernel kills. Nothing keeps
#   it from taking the node down with it, either.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/
#   description: Quality of service classes of Pods
# - ref: https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/
#   description: Eviction when a node runs short of memory
# custom:
#   severity: error
#   remediation: set requests.memory and limits.memory to the same amount
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
#             - name: redis # want memory-resources-missing
#               image: redis:7.2
#               args:
#               - --maxmemory 768mb
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
package redislint.memory.memory_resources_missing

import data.redislint.lib.memory

findings contains finding if {
	some container in memory.containers
	container.memory.request.present == false
	container.memory.limit.present == false
	finding := {
		"at": container.at,
		"message": "no memory request and no limit; the container is the first to be evicted or killed when its node runs short",
		"severity": container.severity,
	}
}
