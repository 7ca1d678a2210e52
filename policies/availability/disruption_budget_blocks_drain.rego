# METADATA
# title: PodDisruptionBudget that allows no eviction
# description: |
#   A budget that leaves no Pod to evict, because maxUnavailable is 0 or minAvailable as high as the number of
#   Pods, makes every drain of their machines wait for ever. Upgrades of the cluster and its autoscaler get
#   stuck, until somebody deletes Pods by hand, past the budget, or a machine is taken away by force.
#   Spotahome's operator makes such a budget for one server, and for two Sentinels beside three servers.
#   Shares are rounded up, as the disruption controller does: 50 % of one Pod is one Pod.
# related_resources:
# - ref: https://kubernetes.io/docs/tasks/run-application/configure-pdb/
#   description: Budgets that require zero voluntary evictions
# - ref: https://kubernetes.io/docs/concepts/workloads/pods/disruptions/
#   description: Drains and disruptions
# custom:
#   severity: error
#   remediation: set maxUnavailable 1 instead; where one Pod is all there is, run replicas or do without the budget
#   examples:
#     bad: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#       spec:
#         serviceName: redis
#         replicas: 1
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
#       apiVersion: policy/v1
#       kind: PodDisruptionBudget
#       metadata:
#         name: redis
#       spec:
#         minAvailable: 1 # want disruption-budget-blocks-drain
#         selector:
#           matchLabels: {app: redis}
#     good: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#       spec:
#         serviceName: redis
#         replicas: 1
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
#       apiVersion: policy/v1
#       kind: PodDisruptionBudget
#       metadata:
#         name: redis
#       spec:
#         maxUnavailable: 1
#         selector:
#           matchLabels: {app: redis}
package redislint.availability.disruption_budget_blocks_drain

findings contains finding if {
	some i, budget in input.disruption_budgets
	budget.allowed == 0
	finding := {
		"at": sprintf("/disruption_budgets/%d/allowed", [i]),
		"message": sprintf("PodDisruptionBudget %s, %s, lets no Pod be evicted; a drain of its machine never ends", [
			budget.object.name,
			_terms(budget),
		]),
		"related": [{"at": sprintf("/nodes/%d/replicas", [j]), "message": message} |
			some j in budget.nodes
			message := sprintf("replicas %d", [input.nodes[j].replicas])
		],
		"fixes": array.concat(
			[{"safe": false, "set": [{"at": sprintf("/disruption_budgets/%d/max_unavailable", [i]), "to": "1"}]} |
				budget.max_unavailable
			],
			[{"safe": false, "set": [{"at": sprintf("/disruption_budgets/%d/min_available", [i]), "to": sprintf("%d", [budget.pods - 1])}]} |
				budget.min_available
				budget.pods >= 2
			],
		),
	}
}

_terms(budget) := sprintf("maxUnavailable %s", [budget.max_unavailable])

_terms(budget) := sprintf("minAvailable %s%s", [budget.min_available, _among(budget)]) if not budget.max_unavailable

_among(budget) := sprintf(" of %d", [budget.pods]) if {
	not endswith(budget.min_available, "%")
} else := ""
