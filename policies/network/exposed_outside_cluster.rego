# METADATA
# title: Redis exposed outside the cluster
# description: |
#   A Service of type LoadBalancer or NodePort, or a TCP route, takes connections from outside, which for Redis
#   means from everybody whom no firewall stops: scanners find an open 6379 within hours, and a server with
#   commands that write files and load modules is taken over, not only read. Passwords are tried at thousands a
#   second, and travel unencrypted without TLS. Sentinels, exposed, hand out the Pod IP of the master, which
#   clients outside cannot reach. An internal load balancer, or one with loadBalancerSourceRanges, is an advice.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/security/
#   description: Redis is not made to be exposed
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#sentinel-docker-nat-and-possible-issues
#   description: Sentinel and address translation
# - ref: https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types
#   description: The types of a Service
# custom:
#   severity: warning
#   remediation: stay inside (type ClusterIP); if clients must come from outside, use an internal load balancer or loadBalancerSourceRanges, with a password and TLS
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
#       ---
#       apiVersion: v1
#       kind: Service
#       metadata:
#         name: redis-external
#       spec:
#         type: LoadBalancer # want exposed-outside-cluster
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
#               - --requirepass $(REDIS_PASSWORD)
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
#               env:
#               - name: REDIS_PASSWORD
#                 valueFrom:
#                   secretKeyRef: {name: redis, key: password}
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
#       ---
#       apiVersion: v1
#       kind: Service
#       metadata:
#         name: redis-external
#       spec:
#         type: ClusterIP
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
#               - --requirepass $(REDIS_PASSWORD)
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
#               env:
#               - name: REDIS_PASSWORD
#                 valueFrom:
#                   secretKeyRef: {name: redis, key: password}
package redislint.network.exposed_outside_cluster

findings contains finding if {
	some i, service in input.services
	service.exposed == true
	port := _port(service)
	finding := {
		"at": sprintf("/services/%d/exposed", [i]),
		"message": sprintf("the %s takes connections to %s from outside the cluster%s%s", [
			_kind(service),
			port.text,
			_limits(service),
			port.consequence,
		]),
		"severity": _severity(service),
	}
}

findings contains finding if {
	some i, route in input.routes
	route.protocol == "tcp"
	route.redis_port == true
	finding := {
		"at": sprintf("/routes/%d", [i]),
		"message": sprintf("%s %s leads connections from outside the cluster to the data port of Service %s", [
			route.object.kind,
			route.object.name,
			route.service,
		]),
		"severity": "warning",
	}
}

_kind(service) := service.type if {
	service.type in {"LoadBalancer", "NodePort"}
} else := "Service with externalIPs"

_port(service) := {"text": "the data port", "consequence": ""} if {
	service.redis_port == true
} else := {"text": "the Sentinels", "consequence": ", whom they tell the Pod IP of the master, which cannot be reached there"} if {
	service.sentinel_port == true
}

_severity(service) := "info" if {
	service.internal == true
}

_severity(service) := "info" if {
	service.restricted == true
}

_severity(service) := "warning" if {
	service.internal == false
	service.restricted == false
}

_limits(service) := ", through an internal load balancer" if {
	service.internal == true
} else := ", of loadBalancerSourceRanges only" if {
	service.restricted == true
} else := ""
