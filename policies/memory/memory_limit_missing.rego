# METADATA
# title: Memory limit missing
# description: |
#   Without a limit Redis grows until the Kubernetes node has no memory left. Then the kernel chooses what to
#   kill among everything that runs there, and a save or a full sync of a replica, which need up to twice the
#   memory for a moment, decide when.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
#   description: Requests and limits of containers
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/admin/
#   description: Redis administration, memory
# custom:
#   severity: error
#   remediation: set limits.memory to the request
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
#               resources: # want memory-limit-missing
#                 requests: {memory: 1Gi}
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
package redislint.memory.memory_limit_missing

import data.redislint.lib.memory

findings contains finding if {
	some container in memory.containers
	container.memory.limit.present == false
	container.memory.request.present == true
	finding := {
		"at": sprintf("%s/limit", [container.at]),
		"message": "memory request without a limit; the container grows until its node runs out of memory",
		"severity": container.severity,
		"related": [{"at": sprintf("%s/request", [container.at]), "message": "the request"}],
		"fixes": [{"safe": false, "set": [{
			"at": sprintf("%s/limit", [container.at]),
			"same_as": sprintf("%s/request", [container.at]),
		}]}],
	}
}
