# METADATA
# title: Architecture that the chart refuses
# description: |
#   Bitnami's charts check some values before anything else, and a value that they do not know fails the whole
#   installation: nothing is created, and an upgrade stops where it is, under Flux and Argo CD too. The usual one
#   is architecture: cluster. The chart redis knows standalone and replication; a Redis Cluster is a chart of its
#   own, redis-cluster, with other keys. A resourcesPreset by an unknown name fails in the same way.
# related_resources:
# - ref: https://github.com/bitnami/charts/tree/main/bitnami/redis#parameters
#   description: The architectures of the chart redis
# - ref: https://github.com/bitnami/charts/tree/main/bitnami/redis-cluster
#   description: The chart for Redis Cluster
# custom:
#   severity: error
#   remediation: set one of the values that the chart takes, or use the chart that has what you ask for
#   not_applicable:
#     bitnami: with such a value the chart renders nothing
#     opstree: only the values of a chart say it
#     spotahome: only the values of a chart say it
#     workload: only the values of a chart say it
#   examples:
#     bad: |
#       apiVersion: helm.toolkit.fluxcd.io/v2
#       kind: HelmRelease
#       metadata:
#         name: redis
#       spec:
#         interval: 1h
#         chart:
#           spec:
#             chart: redis
#             version: 23.1.1
#             sourceRef: {kind: HelmRepository, name: bitnami}
#         values:
#           architecture: cluster # want architecture-invalid
#     good: |
#       apiVersion: helm.toolkit.fluxcd.io/v2
#       kind: HelmRelease
#       metadata:
#         name: redis
#       spec:
#         interval: 1h
#         chart:
#           spec:
#             chart: redis-cluster
#             version: 13.0.4
#             sourceRef: {kind: HelmRepository, name: bitnami}
#         values:
#           existingSecret: redis
#           redis:
#             configmap: maxmemory 1536mb
#             resources:
#               requests: {memory: 2Gi}
#               limits: {memory: 2Gi}
package redislint.configuration.architecture_invalid

findings contains finding if {
	some i, setting in input.settings.invalid
	finding := {
		"at": sprintf("/settings/invalid/%d", [i]),
		"message": sprintf("%s \"%s\" fails the installation; %s takes %s%s", [
			setting.key,
			substring(setting.value, 0, 80),
			input.settings.name,
			concat(" or ", setting.allowed),
			_elsewhere(setting),
		]),
	}
}

_elsewhere(setting) := sprintf(", and %s is what has it", [setting.instead]) if {
	setting.instead != ""
} else := "" if {
	setting.instead == ""
}
