# METADATA
# title: Alert on a maxmemory that is not set
# description: |
#   Without maxmemory redis_memory_max_bytes is 0, and used memory divided by it is infinite: an alert above any
#   percentage fires as long as Redis runs, is silenced, and stays silent when memory really runs out. The
#   expression is evaluated for a Redis without maxmemory, so that one with a guard is left alone.
# related_resources:
# - ref: https://github.com/oliver006/redis_exporter#the-redis_memory_max_bytes-metric
#   description: The metric without maxmemory
# custom:
#   severity: warning
#   remediation: set maxmemory, or add "and redis_memory_max_bytes > 0" to the expression
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
#             - name: redis # want alert-on-unset-maxmemory maxmemory-unset
#               image: redis:7.2
#               args:
#               - --appendonly no
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
#             - name: exporter
#               image: oliver006/redis_exporter:v1.88.0
#               ports:
#               - {name: metrics, containerPort: 9121}
#       ---
#       apiVersion: monitoring.coreos.com/v1
#       kind: PrometheusRule
#       metadata:
#         name: redis
#       spec:
#         groups:
#         - name: redis
#           rules:
#           - alert: RedisMemoryHigh
#             expr: redis_memory_used_bytes / redis_memory_max_bytes > 0.8
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
#             - name: exporter
#               image: oliver006/redis_exporter:v1.88.0
#               ports:
#               - {name: metrics, containerPort: 9121}
#       ---
#       apiVersion: monitoring.coreos.com/v1
#       kind: PrometheusRule
#       metadata:
#         name: redis
#       spec:
#         groups:
#         - name: redis
#           rules:
#           - alert: RedisMemoryHigh
#             expr: redis_memory_used_bytes / redis_memory_max_bytes > 0.8
package redislint.operations.alert_on_unset_maxmemory

findings contains finding if {
	some k, alert in input.alerts
	alert.unlimited == "fires"
	alert.covers == true
	some i, node in input.nodes
	node.config.maxmemory.bytes == 0
	finding := {
		"at": sprintf("/alerts/%d", [k]),
		"owner": sprintf("/nodes/%d/config/maxmemory", [i]),
		"message": sprintf("alert %s compares used memory with redis_memory_max_bytes, which is 0 while maxmemory is not set: it fires as long as Redis runs", [alert.name]),
	}
}
