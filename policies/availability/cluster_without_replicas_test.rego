package redislint.availability.cluster_without_replicas_test

import data.redislint.availability.cluster_without_replicas as rule

_findings(replicas, profile) := findings if {
	findings := rule.findings with input as {"mode": "cluster", "profile": profile, "shape": {"nodes": 3, "replicas": replicas}}
}

test_finding if {
	_findings(0, "store") == {{
		"at": "/shape/replicas",
		"message": "3 nodes are too few for a replica of each of at least 3 masters; when one without is lost, so is its part of the keys, and by default every write is refused",
		"severity": "warning",
	}}
}

test_masters_that_an_operator_makes if {
	some finding in rule.findings with input as {
		"mode": "cluster",
		"profile": "store",
		"shape": {"nodes": 8, "masters": 6, "replicas": 0},
	}
	startswith(finding.message, "6 masters and 2 replicas, not one for each; ")
}

test_a_cache_may_do_without if {
	{finding.severity | some finding in _findings(0, "cache")} == {"info"}
	{finding.severity | some finding in _findings(0, "unknown")} == {"warning"}
}

test_with_replicas if _findings(1, "store") == set()

test_unknown if {
	rule.findings == set() with input as {"mode": "cluster", "shape": {"replicas": 0, "nodes": 3}}
	rule.findings == set() with input as {"mode": "cluster", "profile": "store", "shape": {"nodes": 6}}
}
