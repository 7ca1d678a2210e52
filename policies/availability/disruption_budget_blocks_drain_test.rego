package redislint.availability.disruption_budget_blocks_drain_test

import data.redislint.availability.disruption_budget_blocks_drain as rule

_messages(budget) := messages if {
	findings := rule.findings with input as {
		"nodes": [{"replicas": 2}],
		"disruption_budgets": [object.union({"object": {"name": "redis"}, "nodes": [0]}, budget)],
	}
	messages := {finding.message | some finding in findings}
}

test_finding if {
	findings := rule.findings with input as {
		"nodes": [{}, {"replicas": 2}],
		"disruption_budgets": [{}, {"object": {"name": "redis"}, "nodes": [0, 1], "min_available": "2", "pods": 2, "allowed": 0}],
	}
	findings == {{
		"at": "/disruption_budgets/1/allowed",
		"message": "PodDisruptionBudget redis, minAvailable 2 of 2, lets no Pod be evicted; a drain of its machine never ends",
		"related": [{"at": "/nodes/1/replicas", "message": "replicas 2"}],
		"fixes": [{"safe": false, "set": [{"at": "/disruption_budgets/1/min_available", "to": "1"}]}],
	}}
}

test_terms if {
	_messages({"allowed": 0, "max_unavailable": "0"}) == {"PodDisruptionBudget redis, maxUnavailable 0, lets no Pod be evicted; a drain of its machine never ends"}
	_messages({"allowed": 0, "min_available": "100%"}) == {"PodDisruptionBudget redis, minAvailable 100%, lets no Pod be evicted; a drain of its machine never ends"}
}

test_some_may_go if {
	_messages({"allowed": 1, "max_unavailable": "1"}) == set()
	_messages({"max_unavailable": "1"}) == set()
}
