# METADATA
# title: No NetworkPolicy for Redis
# description: |
#   Without a NetworkPolicy every Pod of the cluster may connect to Redis, those of other teams and a
#   compromised one too. Each of them can try passwords at thousands a second, hold connections until maxclients
#   is reached, or run KEYS on a large dataset, which stops the server for seconds for everybody. An advice: the
#   policies may be kept elsewhere, and some network plugins have their own.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/
#   description: What a NetworkPolicy allows and denies
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/security/
#   description: Redis belongs where only trusted clients reach it
# custom:
#   severity: info
#   remediation: add a NetworkPolicy that lets the clients, the other nodes and the exporter in, and nobody else
#   examples:
#     bad: |
#       apiVersion: apps/v1 # want network-policy-missing
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
#       ---
#       apiVersion: networking.k8s.io/v1
#       kind: NetworkPolicy
#       metadata:
#         name: redis
#       spec:
#         podSelector:
#           matchLabels: {app: redis}
#         policyTypes: [Ingress]
#         ingress:
#         - from:
#           - podSelector:
#               matchLabels: {redis-client: "true"}
#           ports:
#           - port: 6379
package redislint.network.network_policy_missing

findings contains finding if {
	some i, node in input.nodes
	node.isolated == false
	finding := {
		"at": sprintf("/nodes/%d/isolated", [i]),
		"message": "no NetworkPolicy selects the Pods: every Pod of the cluster may connect to them",
	}
}
