# METADATA
# title: Cache that evicts nothing
# description: |
#   With noeviction, the default, a full cache answers every write with an error (OOM command not allowed when
#   used memory > 'maxmemory') and keeps what it has, however old. The application then runs without its
#   cache, or not at all.
#   A Redis is a cache where the annotation redislint.dev/profile or the word cache in its name says so.
# related_resources:
# - ref: https://redis.io/docs/latest/develop/reference/eviction/
#   description: Eviction policies, and when to use which
# custom:
#   severity: info
#   remediation: set maxmemory-policy allkeys-lru, or volatile-lru where every key that may go has a time to live; no cache? annotate redislint.dev/profile store
#   examples:
#     bad: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: cart-cache
#       spec:
#         serviceName: cart-cache
#         selector:
#           matchLabels: {app: cart-cache}
#         template:
#           metadata:
#             labels: {app: cart-cache}
#           spec:
#             containers:
#             - name: redis # want eviction-policy-missing
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
#         name: cart-cache
#       spec:
#         serviceName: cart-cache
#         selector:
#           matchLabels: {app: cart-cache}
#         template:
#           metadata:
#             labels: {app: cart-cache}
#           spec:
#             containers:
#             - name: redis
#               image: redis:7.2
#               args:
#               - --maxmemory 768mb
#               - --maxmemory-policy allkeys-lru
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
package redislint.memory.eviction_policy_missing

import data.redislint.lib.bytes

findings contains finding if {
	input.profile == "cache"
	some i, node in input.nodes
	node.config.maxmemory_policy.text == "noeviction"
	maxmemory := node.config.maxmemory.bytes
	maxmemory > 0
	finding := {
		"at": sprintf("/nodes/%d/config/maxmemory_policy", [i]),
		"owner": sprintf("/nodes/%d/config", [i]),
		"message": sprintf("maxmemory-policy noeviction refuses every write once %s are full, and this is a cache (%s)", [
			bytes.redis(maxmemory),
			input.profile_basis,
		]),
		"fixes": [{"safe": false, "set": [{"at": sprintf("/nodes/%d/config/maxmemory_policy", [i]), "to": "allkeys-lru"}]}],
	}
}
