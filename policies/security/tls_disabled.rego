# METADATA
# title: No TLS
# description: |
#   Without TLS every password and every value crosses the network as it is: who can see the traffic, on a
#   machine, in a mirror or between zones, has both. Replication and Sentinels send them too. Redis takes TLS on
#   a port of its own since version 6 (tls-port), beside or in place of the plain one. An advice: in one cluster
#   with an encrypted network, or a service mesh, it is done elsewhere.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/
#   description: TLS in Redis
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/security/
#   description: Redis on security, with authentication, protected mode and TLS
# custom:
#   severity: info
#   remediation: set tls-port with a certificate from a Secret, tls-replication yes, and port 0 once all clients use it
#   not_applicable:
#     spotahome: the operator knows no TLS; where Pods have it, a mesh gives it to them
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
#             - name: redis # want tls-disabled
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
#               - --port 0
#               - --tls-port 6379
#               - --tls-cert-file /tls/tls.crt
#               - --tls-key-file /tls/tls.key
#               - --tls-ca-cert-file /tls/ca.crt
#               - --tls-replication yes
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
#               volumeMounts:
#               - {name: tls, mountPath: /tls}
#             volumes:
#             - name: tls
#               secret: {secretName: redis-tls}
package redislint.security.tls_disabled

findings contains finding if {
	some i, node in input.nodes
	node.access.tls == false
	node.access.remote == true
	finding := {
		"at": sprintf("/nodes/%d/access/tls", [i]),
		"message": "no tls-port: passwords and data cross the network in plain text",
	}
}
