# METADATA
# title: More I/O threads than cores
# description: |
#   Each of the io-threads spins while it waits for the others. With fewer cores than threads they take the
#   CPU from one another and from the main thread, use up the CPU limit in a fraction of each 100 ms, and the
#   server stands still for the rest: slower than with one thread. The count includes the main thread. Redis'
#   own advice is 2 or 3 threads on 4 cores, 6 on 8, and none below 4.
# related_resources:
# - ref: https://github.com/redis/redis/blob/7.0/redis.conf
#   description: redis.conf on threaded I/O
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/latency/
#   description: Latency of a single thread
# custom:
#   severity: warning
#   remediation: set io-threads to at most the cores of the CPU limit, less one for the system, or leave it at 1
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
#               - --io-threads 4 # want io-threads-exceed-cpu
#               resources:
#                 requests: {memory: 1Gi, cpu: 2}
#                 limits: {memory: 1Gi, cpu: 2}
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
#               - --io-threads 3
#               resources:
#                 requests: {memory: 1Gi, cpu: 4}
#                 limits: {memory: 1Gi, cpu: 4}
package redislint.memory.io_threads_exceed_cpu

findings contains finding if {
	some i, node in input.nodes
	threads := node.config.io_threads.value
	threads >= 2
	node.cpu.limit.present == true
	limit := node.cpu.limit.amount
	limit > 0
	threads * 1000 > limit
	finding := {
		"at": sprintf("/nodes/%d/config/io_threads", [i]),
		"owner": sprintf("/nodes/%d/cpu/limit", [i]),
		"message": sprintf("%d io-threads share %v cores and take the CPU from one another", [threads, limit / 1000]),
		"related": [{"at": sprintf("/nodes/%d/cpu/limit", [i]), "message": sprintf("limit %dm", [limit])}],
		"fixes": [{"safe": true, "set": [{
			"at": sprintf("/nodes/%d/config/io_threads", [i]),
			"to": max([1, floor(limit / 1000)]),
		}]}],
	}
}
