# METADATA
# title: No PodDisruptionBudget
# description: |
#   A node drain, a cluster upgrade and an autoscaler evict Pods, as many at once as no PodDisruptionBudget
#   forbids: the master together with the replica that would take over, or two of three Sentinels. Evictions
#   ask for the budget; without one the answer is always yes.
#   Advice only: the budget may be applied from elsewhere.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/run-application/configure-pdb/
#   description: How a PodDisruptionBudget is written
# - ref: https://github.com/bitnami/charts/issues/17712
#   description: Pods of a Redis evicted together
# custom:
#   severity: info
#   remediation: add a PodDisruptionBudget with maxUnavailable 1 that selects the Pods (Bitnami pdb.create; OpsTree pdb.enabled)
#   examples:
#     bad: |
#       apiVersion: databases.spotahome.com/v1
#       kind: RedisFailover
#       metadata:
#         name: redis
#       spec:
#         sentinel:
#           resources: {limits: {memory: 64Mi}}
#         redis:
#           replicas: 3 # want disruption-budget-missing
#           resources: {limits: {memory: 2Gi}}
#           customConfig:
#           - maxmemory 1536mb
#           disablePodDisruptionBudget: true
#     good: |
#       apiVersion: databases.spotahome.com/v1
#       kind: RedisFailover
#       metadata:
#         name: redis
#       spec:
#         sentinel:
#           resources: {limits: {memory: 64Mi}}
#         redis:
#           replicas: 3
#           resources: {limits: {memory: 2Gi}}
#           customConfig:
#           - maxmemory 1536mb
package redislint.availability.disruption_budget_missing

import data.redislint.lib.workloads

findings contains finding if {
	some place, workload in workloads.of
	workload.budgeted == false
	workload.replicas >= 2
	finding := {
		"at": sprintf("%s/replicas", [place]),
		"message": sprintf("no PodDisruptionBudget selects these %d Pods; drains may evict all of them at once", [workload.replicas]),
	}
}
