# METADATA
# title: HTTP sent to Redis
# description: |
#   An Ingress, an HTTPRoute or a Route without passthrough speaks HTTP to what is behind it, and Redis does
#   not: it takes the words POST and Host: for an attack through a browser, logs a possible security attack and
#   closes the connection. No client outside ever gets an answer, while the port is open to whatever the
#   controller lets through. TCP needs another way: an internal load balancer, or a TCPRoute.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/ingress/
#   description: What an Ingress is for
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/security/
#   description: Why Redis closes connections that speak HTTP
# - ref: https://gateway-api.sigs.k8s.io/guides/tcp/
#   description: Routes for TCP
# custom:
#   severity: error
#   remediation: remove it; clients outside need TCP, through an internal load balancer or a TCPRoute
#   examples:
#     bad: |
#       apiVersion: v1
#       kind: Service
#       metadata:
#         name: redis
#       spec:
#         selector: {app: redis}
#         ports:
#         - {name: redis, port: 6379}
#       ---
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
#       ---
#       apiVersion: networking.k8s.io/v1
#       kind: Ingress
#       metadata:
#         name: redis
#       spec:
#         rules:
#         - host: redis.example.com
#           http:
#             paths:
#             - path: /
#               pathType: Prefix
#               backend:
#                 service:
#                   name: redis # want http-ingress-to-redis
#                   port: {number: 6379}
#     good: |
#       apiVersion: v1
#       kind: Service
#       metadata:
#         name: redis
#       spec:
#         selector: {app: redis}
#         ports:
#         - {name: redis, port: 6379}
#         - {name: metrics, port: 9121}
#       ---
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
#       ---
#       apiVersion: networking.k8s.io/v1
#       kind: Ingress
#       metadata:
#         name: redis
#       spec:
#         rules:
#         - host: redis.example.com
#           http:
#             paths:
#             - path: /
#               pathType: Prefix
#               backend:
#                 service:
#                   name: redis
#                   port: {number: 9121}
package redislint.network.http_ingress_to_redis

findings contains finding if {
	some i, route in input.routes
	route.protocol == "http"
	route.redis_port == true
	finding := {
		"at": sprintf("/routes/%d", [i]),
		"message": sprintf("%s %s sends HTTP to the data port of Service %s; Redis closes such connections at once", [
			route.object.kind,
			route.object.name,
			route.service,
		]),
	}
}
