# METADATA
# title: Alert that comes late
# description: |
#   An alert has to leave time to act. Redis that uses 80 % of maxmemory is to be looked after before it evicts
#   or refuses writes; a cache that misses more than a tenth of its look-ups is too small already; a single
#   evicted key says that Redis is full; at 80 % of maxclients a leak of connections can still be found before
#   clients are refused; a replica 10 s behind is no longer good by min-replicas-max-lag, whose default this is.
#   The figures of memory, hits and evictions are those of common production guides, the one of clients is
#   judgement. Of several alerts on one quantity only the earliest counts. The expression is evaluated to find
#   its threshold, however it is written; one that depends on more than the quantity is left alone.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/memory-optimization/
#   description: Memory of a Redis
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#allow-writes-only-with-n-attached-replicas
#   description: min-replicas-max-lag
# custom:
#   severity: info
#   remediation: lower the threshold, or add an earlier alert of lower severity
#   params:
#     memory_percent:
#       description: used memory, in percent of maxmemory, from which on an alert is to fire
#       default: 80
#     hit_percent:
#       description: look-ups that hit, in percent, below which an alert is to fire
#       default: 90
#     evictions:
#       description: evicted keys from which on an alert is to fire
#       default: 1
#     clients_percent:
#       description: connected clients, in percent of maxclients, from which on an alert is to fire
#       default: 80
#     lag_seconds:
#       description: seconds that a replica is behind from which on an alert is to fire
#       default: 10
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
#             expr: redis_memory_used_bytes / redis_memory_max_bytes > 0.95 # want alert-threshold-late
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
package redislint.operations.alert_threshold_late

findings contains finding if {
	some k, alert in input.alerts
	alert.first == true
	alert.threshold.earliest == true
	late := _late(alert.threshold.subject, alert.threshold.amount)
	finding := {
		"at": sprintf("/alerts/%d/threshold", [k]),
		"message": sprintf("alert %s fires %s", [alert.name, late]),
	}
}

# _late is when an alert fires and when it ought to, where that is earlier.
_late("memory", amount) := sprintf("only when %v %% of maxmemory is used; %v %% (param memory_percent) leaves time to act", [
	amount / 10,
	input.params.memory_percent,
]) if {
	amount > input.params.memory_percent * 10
}

_late("hits", amount) := sprintf("only when less than %v %% of look-ups hit; below %v %% (param hit_percent) a cache is too small", [
	amount / 10,
	input.params.hit_percent,
]) if {
	amount < input.params.hit_percent * 10
}

_late("evictions", amount) := sprintf("only after %v evicted keys; %v (param evictions) says that Redis is full", [
	amount / 1000,
	input.params.evictions,
]) if {
	amount > input.params.evictions * 1000
}

_late("clients", amount) := sprintf("only when %v %% of maxclients are connected; %v %% (param clients_percent) leaves time to find a leak", [
	amount / 10,
	input.params.clients_percent,
]) if {
	amount > input.params.clients_percent * 10
}

_late("lag", amount) := sprintf("only when a replica is %v s behind; after %v s (param lag_seconds) it is no longer a good one", [
	amount / 1000,
	input.params.lag_seconds,
]) if {
	amount > input.params.lag_seconds * 1000
}
