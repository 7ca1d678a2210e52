# METADATA
# title: Resources by the name of a preset
# description: |
#   Where no resources are set, Bitnami's charts take those of a preset, nano unless another one is named: 128 MiB
#   requested, 192 MiB allowed. What Redis holds is not in that number, nor do presets keep the request at the
#   limit: each allows half as much again as it requests or more, which the node has promised to nobody. A Redis
#   that grows is killed at a limit that stands in no file, and an upgrade of the chart may change it. Bitnami
#   itself advises against presets in production.
# related_resources:
# - ref: https://github.com/bitnami/charts/blob/main/bitnami/common/templates/_resources.tpl
#   description: What the presets yield
# - ref: https://github.com/immich-app/immich-charts/issues/202
#   description: A Redis killed at the limit of a preset
# custom:
#   severity: warning
#   remediation: set resources, with the memory request equal to the limit
#   not_applicable:
#     bitnami: the render holds the amounts, and not the preset's name
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
#           architecture: standalone
#           auth:
#             existingSecret: redis
#           commonConfiguration: |-
#             maxmemory 512mb
#             appendonly yes
#             save ""
#           master:
#             # want resources-preset memory-request-below-limit
#             resourcesPreset: small
#     good: |
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
#           architecture: standalone
#           auth:
#             existingSecret: redis
#           commonConfiguration: |-
#             maxmemory 512mb
#             appendonly yes
#             save ""
#           master:
#             resources:
#               requests: {memory: 768Mi}
#               limits: {memory: 768Mi}
package redislint.memory.resources_preset

import data.redislint.lib.bytes

findings contains finding if {
	some i, preset in input.settings.presets
	preset.limit > 0
	finding := {
		"at": sprintf("/settings/presets/%d", [i]),
		"message": sprintf("the preset %s requests %s of memory for %s and allows %s, whatever it holds; set %s", [
			preset.name,
			bytes.kubernetes(preset.request),
			preset.component,
			bytes.kubernetes(preset.limit),
			replace(preset.key, "resourcesPreset", "resources"),
		]),
	}
}
