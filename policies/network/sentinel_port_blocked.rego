# METADATA
# title: Sentinels cut off by a NetworkPolicy
# description: |
#   Sentinels find each other through the master and then talk on a port of their own, 26379, which clients use
#   too, to ask for the master. A NetworkPolicy that opens only 6379 cuts it: each Sentinel believes that it is
#   alone with a dead majority, so that none of them gets the votes for a failover, and clients get no answer to
#   where the master is. As long as the master lives nobody notices.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/
#   description: How Sentinels agree, and on which port
# - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/
#   description: What a NetworkPolicy allows and denies
# custom:
#   severity: error
#   remediation: allow port 26379 between the Sentinels, in ingress and egress, and from clients
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
#       apiVersion: networking.k8s.io/v1
#       kind: NetworkPolicy
#       metadata:
#         name: redis
#       spec:
#         podSelector:
#           matchLabels: {app: redis}
#         ingress: # want sentinel-port-blocked
#         - ports:
#           - port: 6379
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
#       apiVersion: networking.k8s.io/v1
#       kind: NetworkPolicy
#       metadata:
#         name: redis
#       spec:
#         podSelector:
#           matchLabels: {app: redis}
#         ingress:
#         - ports:
#           - port: 6379
#           - port: 26379
package redislint.network.sentinel_port_blocked

findings contains finding if {
	input.mode == "sentinel"
	some i, sentinel in input.sentinels
	some direction in ["ingress", "egress"]
	sentinel.bus[direction] == false
	finding := {
		"at": sprintf("/sentinels/%d/bus/%s", [i, direction]),
		"message": sprintf("no NetworkPolicy allows %s on port %d between the Sentinels; none of them gets the votes for a failover", [
			direction,
			sentinel.bus.port,
		]),
	}
}
