package redislint.availability.replication_without_promotion_test

import data.redislint.availability.replication_without_promotion as rule

_findings(mode, replicas) := findings if {
	findings := rule.findings with input as {"mode": mode, "shape": {"replicas": replicas, "watched": false}}
}

test_finding if {
	_findings("replication", 2) == {{
		"at": "/shape/replicas",
		"message": "2 replicas, and no Sentinel that would promote one; while the master is gone nothing can be written",
	}}
}

test_one if {
	some finding in _findings("replication", 1)
	startswith(finding.message, "1 replica, and")
}

test_no_replicas if _findings("replication", 0) == set()

test_sentinels_and_clusters_promote if {
	_findings("sentinel", 2) == set()
	_findings("cluster", 1) == set()
}

test_unknown if {
	rule.findings == set() with input as {"mode": "replication", "shape": {"watched": false}}
	rule.findings == set() with input as {"mode": "replication", "shape": {"replicas": 2}}
}
