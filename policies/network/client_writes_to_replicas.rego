# METADATA
# title: Service that spreads writes over replicas
# description: |
#   A Service whose selector matches the master and its replicas connects each client to any of them, and a
#   replica answers every write with READONLY. Of three Pods two refuse: two connections of three fail, at
#   random, and a retry on the same connection never succeeds. An error for a client that names such a Service,
#   and for a replication in which no other Service leads to the master; clients that ask Sentinels, and
#   variables whose names say that they are for reading, are left alone.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#read-only-replica
#   description: What a replica refuses
# - ref: https://github.com/helm/charts/issues/14135
#   description: Writes that end at a replica
# - ref: https://github.com/bitnami/charts/issues/3745
#   description: READONLY from a Service of all nodes
# custom:
#   severity: error
#   remediation: give writers a Service that selects the master only (a role label), or the Sentinels; readers one of their own
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
#               - {name: REDIS_HOST, value: redis} # want client-writes-to-replicas client-bypasses-sentinel
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
#               - {name: REDIS_SENTINELS, value: "redis:26379"}
#               - {name: REDIS_MASTER_NAME, value: mymaster}
#               - {name: REDIS_READ_HOST, value: redis}
package redislint.network.client_writes_to_replicas

import data.redislint.lib.clients
import data.redislint.lib.nodes

findings contains finding if {
	input.mode in {"replication", "sentinel"}
	some i, client in input.clients
	client.reaches == "any"
	client.pod == false
	client.reads == false
	client.asks_sentinel == false
	input.shape.replicas > 0
	finding := {
		"at": sprintf("/clients/%d", [i]),
		"message": sprintf("%s names %s, a Service of the master and its %s; a replica answers writes with READONLY", [
			clients.subject(client),
			client.host,
			nodes.count(input.shape.replicas),
		]),
	}
}

findings contains finding if {
	input.mode == "replication"
	some i, service in input.services
	service.reaches == "any"
	service.headless == false
	service.per_pod == false
	service.redis_port == true
	service.sentinel_port == false
	regex.match(`(?i)read|replica|slave|follower|\bro\b|metrics|exporter`, service.object.name) == false
	every other in input.services {
		other.reaches in {"any", "replica"}
	}
	input.shape.replicas > 0
	finding := {
		"at": sprintf("/services/%d/reaches", [i]),
		"message": sprintf("Service %s selects the master and its %s, and no Service the master alone; a replica answers writes with READONLY", [
			service.object.name,
			nodes.count(input.shape.replicas),
		]),
	}
}
