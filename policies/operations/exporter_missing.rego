# METADATA
# title: Metrics of Redis not collected
# description: |
#   Nobody sees that Redis nears maxmemory, evicts, refuses clients or lags behind its master until its users
#   do. redis_exporter beside the server, or an exporter of its own, offers these figures to Prometheus. Only
#   what the input shows is judged: an agent that reads annotations, a monitor that may select this Redis, and
#   an exporter whose address cannot be told keep the rule silent.
# related_resources:
# - ref: https://github.com/oliver006/redis_exporter
#   description: The exporter and its metrics
# custom:
#   severity: info
#   remediation: run redis_exporter beside Redis; charts and operators have a switch for it
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
#             containers: # want exporter-missing
#             - name: redis
#               image: redis:7.2
#               args:
#               - --maxmemory 768mb
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
#             - name: exporter
#               image: oliver006/redis_exporter:v1.88.0
#               ports:
#               - {name: metrics, containerPort: 9121}
package redislint.operations.exporter_missing

findings contains finding if {
	input.exporter.present == false
	finding := {
		"at": "/exporter",
		"message": "no exporter in the Pods, and none in the input asks this Redis: nobody sees its memory, evictions and lag",
	}
}
