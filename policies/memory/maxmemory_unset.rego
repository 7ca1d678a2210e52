# METADATA
# title: maxmemory not set
# description: |
#   Redis does not look at the memory limit of its container. Without maxmemory it neither evicts nor refuses
#   writes: it grows until the kernel kills it, loads the same data again, and is killed again. With maxmemory a
#   full Redis evicts by its policy, or answers writes with an error, and stays up.
# related_resources:
# - ref: https://redis.io/docs/latest/develop/reference/eviction/
#   description: maxmemory and what happens when it is reached
# - ref: https://github.com/bitnami/charts/issues/8592
#   description: Redis killed for lack of memory
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#limits
#   description: Measured, saving under a memory limit
# custom:
#   severity: warning
#   remediation: set maxmemory to 75 % of limits.memory (1536mb for a limit of 2Gi)
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
#             - name: redis # want maxmemory-unset
#               image: redis:7.2
#               args:
#               - --maxmemory-policy allkeys-lru
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
package redislint.memory.maxmemory_unset

import data.redislint.lib.bytes

findings contains finding if {
	some i, node in input.nodes
	node.config.maxmemory.bytes == 0
	limit := node.memory.limit
	limit.present == true
	limit.amount > 0
	finding := {
		"at": sprintf("/nodes/%d/config/maxmemory", [i]),
		"owner": sprintf("/nodes/%d/memory/limit", [i]),
		"message": sprintf("no maxmemory; Redis knows no limit, grows past it and is killed at %s", [bytes.kubernetes(limit.amount)]),
		"related": [{
			"at": sprintf("/nodes/%d/memory/limit", [i]),
			"message": sprintf("limit %s", [bytes.kubernetes(limit.amount)]),
		}],
		"fixes": [{"safe": false, "set": [{
			"at": sprintf("/nodes/%d/config/maxmemory", [i]),
			"to": bytes.share(limit.amount, 75),
		}]}],
	}
}
