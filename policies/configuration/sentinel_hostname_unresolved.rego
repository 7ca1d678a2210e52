# METADATA
# title: Sentinel told a name that it does not look up
# description: |
#   Since Redis 6.2 a Sentinel takes only addresses in its monitor statement, unless resolve-hostnames says
#   otherwise: with a name it exits with "Can't resolve instance hostname", and there is no failover. In
#   Kubernetes an address is no way out, as a Pod gets another one each time; names are, with resolve-hostnames
#   yes before the statement, and announce-hostnames yes where clients are to be told names too.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#ip-addresses-and-dns-names
#   description: Names instead of addresses
# - ref: https://raw.githubusercontent.com/redis/redis/7.2/sentinel.conf
#   description: The configuration file of Sentinel
# custom:
#   severity: error
#   remediation: write sentinel resolve-hostnames yes before sentinel monitor
#   not_applicable:
#     bitnami: the chart's script adds resolve-hostnames yes
#     opstree: the operator tells the Sentinels the master's IP
#     spotahome: the operator tells the Sentinels the master's IP
#     values: the chart's script adds resolve-hostnames yes
#   examples:
#     bad: |
#       apiVersion: v1
#       kind: Service
#       metadata:
#         name: redis
#       spec:
#         clusterIP: None
#         selector: {app: redis}
#         ports:
#         - {name: redis, port: 6379}
#         - {name: sentinel, port: 26379}
#       ---
#       apiVersion: v1
#       kind: ConfigMap
#       metadata:
#         name: redis
#       data:
#         sentinel.conf: |
#           # want sentinel-hostname-unresolved
#           sentinel monitor mymaster redis-0.redis 6379 2
#       ---
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#       spec:
#         serviceName: redis
#         replicas: 3
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
#               - --maxmemory 1536mb
#               - --appendonly yes
#               resources:
#                 requests: {memory: 2Gi}
#                 limits: {memory: 2Gi}
#               volumeMounts:
#               - {name: data, mountPath: /data}
#             - name: sentinel
#               image: redis:7.2
#               command: [sh, -c, cp /config/sentinel.conf /tmp/ && exec redis-sentinel /tmp/sentinel.conf]
#               ports:
#               - {name: sentinel, containerPort: 26379}
#               resources:
#                 requests: {memory: 64Mi}
#                 limits: {memory: 64Mi}
#               volumeMounts:
#               - {name: config, mountPath: /config}
#             volumes:
#             - name: config
#               configMap: {name: redis}
#             topologySpreadConstraints:
#             - maxSkew: 1
#               topologyKey: kubernetes.io/hostname
#               whenUnsatisfiable: ScheduleAnyway
#               labelSelector:
#                 matchLabels: {app: redis}
#         volumeClaimTemplates:
#         - metadata:
#             name: data
#           spec:
#             accessModes: [ReadWriteOnce]
#             resources:
#               requests: {storage: 8Gi}
#     good: |
#       apiVersion: v1
#       kind: Service
#       metadata:
#         name: redis
#       spec:
#         clusterIP: None
#         selector: {app: redis}
#         ports:
#         - {name: redis, port: 6379}
#         - {name: sentinel, port: 26379}
#       ---
#       apiVersion: v1
#       kind: ConfigMap
#       metadata:
#         name: redis
#       data:
#         sentinel.conf: |
#           sentinel resolve-hostnames yes
#           sentinel monitor mymaster redis-0.redis 6379 2
#       ---
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#       spec:
#         serviceName: redis
#         replicas: 3
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
#               - --maxmemory 1536mb
#               - --appendonly yes
#               resources:
#                 requests: {memory: 2Gi}
#                 limits: {memory: 2Gi}
#               volumeMounts:
#               - {name: data, mountPath: /data}
#             - name: sentinel
#               image: redis:7.2
#               command: [sh, -c, cp /config/sentinel.conf /tmp/ && exec redis-sentinel /tmp/sentinel.conf]
#               ports:
#               - {name: sentinel, containerPort: 26379}
#               resources:
#                 requests: {memory: 64Mi}
#                 limits: {memory: 64Mi}
#               volumeMounts:
#               - {name: config, mountPath: /config}
#             volumes:
#             - name: config
#               configMap: {name: redis}
#             topologySpreadConstraints:
#             - maxSkew: 1
#               topologyKey: kubernetes.io/hostname
#               whenUnsatisfiable: ScheduleAnyway
#               labelSelector:
#                 matchLabels: {app: redis}
#         volumeClaimTemplates:
#         - metadata:
#             name: data
#           spec:
#             accessModes: [ReadWriteOnce]
#             resources:
#               requests: {storage: 8Gi}
package redislint.configuration.sentinel_hostname_unresolved

findings contains finding if {
	some i, sentinel in input.sentinels
	sentinel.monitored.named == true
	sentinel.monitored.resolved == false
	finding := {
		"at": sprintf("/sentinels/%d/monitored", [i]),
		"message": sprintf("the master is %s, a name, which a Sentinel does not look up without resolve-hostnames yes: it exits at start", [sentinel.monitored.host]),
		"fixes": [{"safe": true, "set": [{
			"before": sprintf("/sentinels/%d/monitored", [i]),
			"line": "sentinel resolve-hostnames yes",
		}]}],
	}
}
