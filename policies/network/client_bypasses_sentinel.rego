# METADATA
# title: Client that does not ask the Sentinels
# description: |
#   With Sentinels the master moves, and only they know where it is. A client that is given one Pod writes to it
#   until the first failover, and gets READONLY, or no connection, from then on; one that is given the Service
#   of all servers is connected to any of them. The failover works, and the application is down all the same,
#   until somebody changes its configuration. A Service that follows the master, such as an operator makes, is
#   fine.
# related_resources:
# - ref: https://redis.io/docs/latest/develop/reference/sentinel-clients/
#   description: How clients find the master
# - ref: https://github.com/bitnami/charts/issues/3745
#   description: Clients that write to a replica after a failover
# - ref: https://github.com/helm/charts/issues/21180
#   description: A client pointed at the wrong Service
# custom:
#   severity: warning
#   remediation: give the client the Sentinels (port 26379) and the name of the master group, or a Service that follows the master
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
#       ---
#       apiVersion: apps/v1
#       kind: Deployment
#       metadata:
#         name: web
#       spec:
#         selector:
#           matchLabels: {app: web}
#         template:
#           metadata:
#             labels: {app: web}
#           spec:
#             containers:
#             - name: web
#               image: registry.example.com/shop/web:4.1
#               env:
#               - {name: REDIS_HOST, value: redis-0.redis} # want client-bypasses-sentinel
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
#       ---
#       apiVersion: apps/v1
#       kind: Deployment
#       metadata:
#         name: web
#       spec:
#         selector:
#           matchLabels: {app: web}
#         template:
#           metadata:
#             labels: {app: web}
#           spec:
#             containers:
#             - name: web
#               image: registry.example.com/shop/web:4.1
#               env:
#               - {name: REDIS_SENTINELS, value: "redis-0.redis:26379,redis-1.redis:26379,redis-2.redis:26379"}
#               - {name: REDIS_MASTER_NAME, value: mymaster}
package redislint.network.client_bypasses_sentinel

import data.redislint.lib.clients

findings contains finding if {
	input.mode == "sentinel"
	some i, client in input.clients
	client.asks_sentinel == false
	client.reads == false
	target := _target(client)
	finding := {
		"at": sprintf("/clients/%d", [i]),
		"message": sprintf("%s names %s; after a failover the master is elsewhere, which only the Sentinels tell (port 26379)", [
			clients.subject(client),
			target,
		]),
	}
}

_target(client) := sprintf("the Pod %s", [client.host]) if {
	client.pod == true
	client.reaches in {"master", "replica", "any"}
}

_target(client) := sprintf("%s, the Service of all servers", [client.host]) if {
	client.pod == false
	client.reaches == "any"
}
