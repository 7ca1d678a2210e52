# METADATA
# title: Setting in a file that is never loaded
# description: |
#   A setting in a place that the server never reads looks safe in review and changes nothing at run time. The
#   costly ones are maxmemory and persistence: the container is killed at its limit, or comes back empty,
#   although the manifest says otherwise. Typical places: master.configuration of Bitnami's chart, which
#   start-node.sh does not include when Sentinel is on; a ConfigMap for OpsTree's operator under a key other
#   than redis-additional.conf; its maxMemoryPercentOfLimit. An error for what memory, data or access depend on;
#   other settings are an advice. Fields that an operator does not read are operator-setting-ignored.
# related_resources:
# - ref: https://github.com/bitnami/charts/pull/8781
#   description: master.configuration with Sentinel
# - ref: https://github.com/OT-CONTAINER-KIT/redis-operator/issues/384
#   description: The key that the operator expects in the ConfigMap
# - ref: https://github.com/OT-CONTAINER-KIT/redis-operator/issues/1641
#   description: maxMemoryPercentOfLimit without effect
# custom:
#   severity: error
#   remediation: move the setting to where the server reads it
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
#             - name: redis # want maxmemory-unset
#               image: redis:7.2
#               command: [redis-server]
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
#               volumeMounts:
#               - {name: config, mountPath: /config}
#             volumes:
#             - {name: config, configMap: {name: redis}}
#       ---
#       apiVersion: v1
#       kind: ConfigMap
#       metadata:
#         name: redis
#       data:
#         redis.conf: |
#           # want config-not-loaded
#           maxmemory 768mb
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
#               command: [redis-server, /config/redis.conf]
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
#               volumeMounts:
#               - {name: config, mountPath: /config}
#             volumes:
#             - {name: config, configMap: {name: redis}}
#       ---
#       apiVersion: v1
#       kind: ConfigMap
#       metadata:
#         name: redis
#       data:
#         redis.conf: |
#           maxmemory 768mb
package redislint.configuration.config_not_loaded

import data.redislint.lib.directives

findings contains finding if {
	some i, node in input.nodes
	some j, entry in node.config.not_loaded
	finding := {
		"at": sprintf("/nodes/%d/config/not_loaded/%d", [i, j]),
		"message": sprintf("\"%s\" has no effect in %s (%s); it belongs in %s", [
			directives.text(entry),
			entry.place,
			entry.reason,
			entry.remedy,
		]),
		"severity": _severity(entry),
	}
}

_severity(entry) := "error" if {
	entry.directive in _vital
} else := "info"

# _vital are the directives that memory, data or access depend on.
_vital := {
	"aclfile",
	"appendonly",
	"cluster-enabled",
	"dir",
	"masterauth",
	"maxmemory",
	"maxmemory-policy",
	"min-replicas-to-write",
	"min-slaves-to-write",
	"rename-command",
	"requirepass",
	"save",
	"user",
}
