# METADATA
# title: Protected mode off without a password
# description: |
#   Protected mode is what keeps a server without a password from serving the network: it answers clients of
#   other machines with an error that says how to secure it. protected-mode no takes that away, and nothing
#   takes its place. It is the first hit when a connection from another Pod is refused, and the wrong one: with
#   a password protected mode never refuses anybody. The official image is built without protected mode; there
#   only a password, a bind address or a NetworkPolicy protects.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/security/
#   description: Redis on security, with authentication, protected mode and TLS
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/security/#protected-mode
#   description: What protected mode refuses
# - ref: https://hub.docker.com/_/redis
#   description: The official image is built without it
# custom:
#   severity: warning
#   remediation: set a password and drop the line
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
#               - --protected-mode no # want protected-mode-off
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
#               - --requirepass $(REDIS_PASSWORD)
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
#               env:
#               - name: REDIS_PASSWORD
#                 valueFrom:
#                   secretKeyRef: {name: redis, key: password}
package redislint.security.protected_mode_off

findings contains finding if {
	some i, node in input.nodes
	node.access.protected_mode.set == true
	node.access.protected_mode.on == false
	node.access.password == false
	node.access.remote == true
	finding := {
		"at": sprintf("/nodes/%d/access/protected_mode", [i]),
		"message": "protected-mode no without a password serves whoever reaches the port; with a password the line is not needed",
	}
}
