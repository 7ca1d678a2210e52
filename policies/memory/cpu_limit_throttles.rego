# METADATA
# title: CPU limit that stalls Redis
# description: |
#   Redis answers all clients from one thread. A CPU limit is a share of every 100 ms: with 150m that thread
#   may run for 15 ms and then stands still for up to 85 ms, with all clients waiting; a save or a rewrite of
#   the append-only file runs in a child process and eats of the same share. Loading takes longer in
#   proportion: measured 13 and 18 s for each GiB at 500m, beside 10 s on a whole core. Measured with 200 MB,
#   2,000 writes/s and a save: at 100m and 150m half of all PINGs took more than 0.3 s, the slowest 2.5 to 3
#   s, and the save was not done after 8 s; at 500m half of them took 0.3 ms, the slowest 0.1 s.
#   No CPU limit at all is fine where the request is enough.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#how-pods-with-resource-limits-are-run
#   description: How CPU limits are enforced
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/latency/
#   description: Why one slow thread is slow for all
# custom:
#   severity: warning
#   remediation: raise limits.cpu to a whole core or more, or leave it out and keep the request
#   params:
#     min_cpu:
#       description: smallest CPU limit, in thousandths of a core
#       default: 500
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
#                 requests: {memory: 1Gi, cpu: 150m}
#                 limits: {memory: 1Gi, cpu: 150m} # want cpu-limit-throttles
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
#                 requests: {memory: 1Gi, cpu: 1}
#                 limits: {memory: 1Gi, cpu: 1}
package redislint.memory.cpu_limit_throttles

findings contains finding if {
	some i, node in input.nodes
	node.cpu.limit.present == true
	limit := node.cpu.limit.amount
	limit > 0
	limit < input.params.min_cpu
	finding := {
		"at": sprintf("/nodes/%d/cpu/limit", [i]),
		"message": sprintf("CPU limit %dm is %v ms of every 100; then no client is answered for up to %v ms (at least %dm, param min_cpu)", [
			limit,
			limit / 10,
			100 - (limit / 10),
			input.params.min_cpu,
		]),
		"fixes": [{"safe": false, "set": [{"at": sprintf("/nodes/%d/cpu/limit", [i]), "to": input.params.min_cpu}]}],
	}
}
