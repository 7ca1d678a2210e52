# METADATA
# title: No alert on the metrics of Redis
# description: |
#   Metrics that nobody is alerted by are looked at after the outage. An exporter or a monitor of this Redis is
#   in the input, and no PrometheusRule in it has an alert that names a metric or a label of Redis. At least
#   redis_up, memory against maxmemory, evictions, the hit ratio of a cache and the lag of replicas deserve one.
#   Rules that are kept elsewhere cannot be seen: the rule is an advice, to be waived there.
# related_resources:
# - ref: https://github.com/oliver006/redis_exporter/tree/master/contrib/redis-mixin
#   description: Alerts by the authors of the exporter
# - ref: https://prometheus-operator.dev/docs/developer/alerting/
#   description: PrometheusRule
# custom:
#   severity: info
#   remediation: add a PrometheusRule with alerts on redis_up, redis_memory_used_bytes, redis_evicted_keys_total and redis_connected_slave_lag_seconds
#   not_applicable:
#     values: what a chart makes of monitors and alerts is not read out of its values, so that none may be missing
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
#             - name: exporter # want alerts-missing
#               image: oliver006/redis_exporter:v1.88.0
#               ports:
#               - {name: metrics, containerPort: 9121}
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
#           - alert: RedisDown
#             expr: redis_up == 0
package redislint.operations.alerts_missing

findings contains finding if {
	count(input.alerts) == 0
	finding := {
		"at": "/exporter",
		"message": "metrics of this Redis are collected, and no PrometheusRule in the input has an alert on them",
	}
}
