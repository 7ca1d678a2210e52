# METADATA
# title: maxmemory too close to the memory limit
# description: |
#   maxmemory bounds the data, the limit bounds the process. Between them must fit what a fork copies while a
#   save or an AOF rewrite runs, the buffers of replicas and clients, and fragmentation. Measured in a 512 MiB
#   container, saving under writes, 3 trials each: maxmemory at 100 % of the limit was killed while it was being
#   filled, in all; 90 % held at 1,000 writes/s and was killed at 5,000 in all; 75 % held at 5,000 and was
#   killed only by writes at full speed; 50 % held there too. So 75 % is a boundary for moderate write rates,
#   not a guarantee. A Redis with replicas needs an absolute reserve as well: up to twice the hard
#   client-output-buffer-limit of replicas (512 MiB by default) while a replica syncs.
# related_resources:
# - ref: https://redis.io/docs/latest/develop/reference/eviction/
#   description: What maxmemory counts, and what it does not
# - ref: https://github.com/alphagov/govuk-helm-charts/pull/2870
#   description: A loop of out-of-memory kills
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#limits
#   description: Measured, saving under a memory limit
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#memory
#   description: Measured, memory beyond maxmemory
# custom:
#   severity: error
#   remediation: lower maxmemory to 75 % of limits.memory, or raise the limit (and the request with it)
#   params:
#     max_ratio:
#       description: percent of the memory limit above which maxmemory is a warning
#       default: 75
#     error_ratio:
#       description: percent of the memory limit above which maxmemory is an error
#       default: 90
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
#               - --maxmemory 1gb # want maxmemory-too-high
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
package redislint.memory.maxmemory_too_high

import data.redislint.lib.bytes

findings contains finding if {
	some i, node in input.nodes
	maxmemory := node.config.maxmemory.bytes
	limit := node.memory.limit
	limit.present == true
	limit.amount > 0
	maxmemory * 100 > limit.amount * input.params.max_ratio
	finding := {
		"at": sprintf("/nodes/%d/config/maxmemory", [i]),
		"owner": sprintf("/nodes/%d/memory/limit", [i]),
		"message": sprintf("maxmemory %s is %v %% of the %s limit; at most %v %% (param max_ratio) leaves room for fork, buffers and fragmentation", [
			bytes.redis(maxmemory),
			bytes.percent(maxmemory, limit.amount),
			bytes.kubernetes(limit.amount),
			input.params.max_ratio,
		]),
		"severity": _severity(maxmemory, limit.amount),
		"related": [{
			"at": sprintf("/nodes/%d/memory/limit", [i]),
			"message": sprintf("limit %s", [bytes.kubernetes(limit.amount)]),
		}],
		"fixes": [{"safe": false, "set": [{
			"at": sprintf("/nodes/%d/config/maxmemory", [i]),
			"to": bytes.share(limit.amount, input.params.max_ratio),
		}]}],
	}
}

_severity(maxmemory, limit) := "error" if {
	maxmemory * 100 > limit * input.params.error_ratio
} else := "warning"
