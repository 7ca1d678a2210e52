# METADATA
# title: Eviction of data that is no cache
# description: |
#   An allkeys policy deletes any key once maxmemory is reached: jobs that were accepted and never run,
#   sessions of users who are logged out. Nothing reports it but the counter evicted_keys. Sidekiq and BullMQ
#   refuse or warn about every policy but noeviction for that reason.
#   A Redis is a store where the annotation redislint.dev/profile says so, where its name has a word like
#   queue or sessions, where a workload of the input that runs a job queue (Sidekiq, BullMQ, Celery, Laravel
#   Horizon, Resque, RQ, …) connects to it, or where it logs its writes to a claim.
# related_resources:
# - ref: https://redis.io/docs/latest/develop/reference/eviction/
#   description: Eviction policies, and when to use which
# - ref: https://github.com/sidekiq/sidekiq/wiki/Using-Redis
#   description: Sidekiq wants noeviction
# - ref: https://github.com/CredentialRegistry/CredentialRegistry/pull/1009
#   description: Jobs lost to allkeys-lru
# custom:
#   severity: warning
#   remediation: set maxmemory-policy noeviction and alert on memory; keep caches in a Redis of their own; where losing keys is fine, annotate redislint.dev/profile cache
#   examples:
#     bad: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#         annotations: {redislint.dev/profile: store}
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
#               - --maxmemory-policy allkeys-lru # want eviction-policy-drops-data
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
#     good: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#         annotations: {redislint.dev/profile: store}
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
#               - --maxmemory-policy noeviction
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
package redislint.memory.eviction_policy_drops_data

import data.redislint.lib.bytes

findings contains finding if {
	input.profile == "store"
	some i, node in input.nodes
	policy := node.config.maxmemory_policy.text
	startswith(policy, "allkeys-")
	maxmemory := node.config.maxmemory.bytes
	maxmemory > 0
	finding := {
		"at": sprintf("/nodes/%d/config/maxmemory_policy", [i]),
		"owner": sprintf("/nodes/%d/config", [i]),
		"message": sprintf("maxmemory-policy %s deletes any key once %s are full, and this is a store (%s)", [
			policy,
			bytes.redis(maxmemory),
			input.profile_basis,
		]),
		"fixes": [{"safe": false, "set": [{"at": sprintf("/nodes/%d/config/maxmemory_policy", [i]), "to": "noeviction"}]}],
	}
}
