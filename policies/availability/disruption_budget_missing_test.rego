package redislint.availability.disruption_budget_missing_test

import data.redislint.availability.disruption_budget_missing as rule

_found(workload) if {
	count(rule.findings) == 1 with input as {"nodes": [workload]}
	count(rule.findings) == 1 with input as {"sentinels": [workload]}
}

test_finding if {
	rule.findings == {{
		"at": "/nodes/0/replicas",
		"message": "no PodDisruptionBudget selects these 3 Pods; drains may evict all of them at once",
	}} with input as {"nodes": [{"replicas": 3, "budgeted": false}]}
}

test_servers_and_sentinels if {
	_found({"replicas": 2, "budgeted": false})
	not _found({"replicas": 2, "budgeted": true})
}

test_a_single_pod_cannot_be_kept if not _found({"replicas": 1, "budgeted": false})

test_unknown if {
	not _found({"replicas": 3})
	not _found({"budgeted": false})
}
