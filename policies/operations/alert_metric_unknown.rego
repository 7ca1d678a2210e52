# METADATA
# title: Alert on a metric that does not exist
# description: |
#   An expression on a metric that nobody offers gives no time series, and an alert without any never fires: it
#   looks like a Redis that is always well. redis_replication_lag, which many guides name, is one. The names are
#   compared with those that redis_exporter's sources have in v1.6 to v1.88 and with those that recording rules
#   in the input make; names that operators and client libraries use are left alone, and so are all where
#   neither redis_exporter nor one of its metrics is in sight.
# related_resources:
# - ref: https://github.com/oliver006/redis_exporter/blob/v1.88.0/exporter/exporter.go
#   description: The names of the exporter's metrics
# custom:
#   severity: warning
#   remediation: name a metric that redis_exporter has
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
#           - alert: RedisReplicaLags
#             expr: redis_replication_lag > 10 # want alert-metric-unknown
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
#           - alert: RedisReplicaLags
#             expr: redis_connected_slave_lag_seconds > 10
package redislint.operations.alert_metric_unknown

findings contains finding if {
	some k, alert in input.alerts
	alert.first == true
	some m, metric in alert.metrics
	metric.exported == false
	finding := {
		"at": sprintf("/alerts/%d/metrics/%d", [k, m]),
		"message": sprintf("alert %s never sees %s, which no version of redis_exporter has%s", [alert.name, metric.name, _instead(metric)]),
		"fixes": [{"safe": false, "set": [{"at": sprintf("/alerts/%d/metrics/%d/name", [k, m]), "to": metric.nearest}]} |
			metric.nearest != ""
		],
	}
}

_instead(metric) := sprintf("; %s is probably meant", [metric.nearest]) if {
	metric.nearest != ""
} else := ""
