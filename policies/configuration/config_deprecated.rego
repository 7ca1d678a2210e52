# METADATA
# title: Directive under an old name
# description: |
#   Redis has renamed directives, and takes the old names for now: those with slave since version 5, those with
#   ziplist and lua-time-limit since version 7. A later version, or a fork, may refuse to start with them, and
#   until then two spellings of one setting hide from each other: whichever is written last counts. Only names
#   are reported that the server's image is new enough to have replaced.
# related_resources:
# - ref: https://raw.githubusercontent.com/redis/redis/5.0/00-RELEASENOTES
#   description: What became of slave
# - ref: https://raw.githubusercontent.com/redis/redis/7.0/00-RELEASENOTES
#   description: What became of ziplist
# - ref: https://raw.githubusercontent.com/redis/redis/7.2/redis.conf
#   description: The configuration file of Redis 7
# custom:
#   severity: info
#   remediation: write the directive under its present name
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
#               - --slave-priority 50 # want config-deprecated
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
#               - --replica-priority 50
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
package redislint.configuration.config_deprecated

findings contains finding if {
	some i, node in input.nodes
	some k, entry in node.config.deprecated
	entry.replaced == true
	finding := {
		"at": sprintf("/nodes/%d/config/deprecated/%d", [i, k]),
		"message": sprintf("%s %s since Redis %s", [entry.directive, _became(entry.replacement), entry.since]),
		"fixes": [{"safe": true, "set": [{
			"at": sprintf("/nodes/%d/config/deprecated/%d/directive", [i, k]),
			"to": entry.replacement,
		}]}],
	}
}

_became("") := "has no effect any more"

_became(name) := sprintf("is the old name of %s", [name]) if name != ""
