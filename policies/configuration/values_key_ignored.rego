# METADATA
# title: Value that the chart never reads
# description: |
#   Helm takes any key, and a template that does not ask for it drops it without a word: the release installs,
#   and runs with the chart's defaults where the values say otherwise. Bitnami's redis reads nothing of master
#   when Sentinel is on, for all its Pods are replicas there; redis-cluster reads neither auth nor architecture,
#   and resources only below redis, so that a cluster sized for gigabytes starts with the 192 MiB of a preset and
#   a password that nobody knows.
# related_resources:
# - ref: https://github.com/bitnami/charts/pull/8781
#   description: Settings of the master with Sentinel
# - ref: https://github.com/bitnami/charts/tree/main/bitnami/redis-cluster#parameters
#   description: The keys of the chart redis-cluster
# custom:
#   severity: error
#   remediation: set the key that the chart reads, or remove the one it does not
#   not_applicable:
#     bitnami: what the chart never reads is not in what it renders
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
#             chart: redis-cluster
#             version: 13.0.4
#             sourceRef: {kind: HelmRepository, name: bitnami}
#         values:
#           auth: # want values-key-ignored
#             existingSecret: redis
#           existingSecret: redis
#           redis:
#             configmap: maxmemory 1536mb
#             resources:
#               requests: {memory: 2Gi}
#               limits: {memory: 2Gi}
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
package redislint.configuration.values_key_ignored

import data.redislint.lib.settings

findings contains finding if {
	input.settings.kind == "chart"
	some i, setting in input.settings.ignored
	finding := {
		"at": sprintf("/settings/ignored/%d", [i]),
		"message": settings.without_effect(setting),
	}
}
