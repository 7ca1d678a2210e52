package redislint.network.cluster_service_not_headless_test

import data.redislint.network.cluster_service_not_headless as rule

_findings(mode, service) := findings if {
	findings := rule.findings with input as {
		"mode": mode,
		"nodes": [{"governing_service": object.union({"name": "redis"}, service)}],
	}
}

test_finding if {
	_findings("cluster", {"headless": false, "other_headless": false}) == {{
		"at": "/nodes/0/governing_service/headless",
		"message": "Service redis governs nodes of a Redis Cluster but is not headless; the Pods get no names that lead to them",
		"related": [{"at": "/nodes/0/governing_service", "message": "the StatefulSet takes its Pods' names from it"}],
		"fixes": [],
	}}
}

test_headless if {
	_findings("cluster", {"headless": true, "other_headless": false}) == set()
	_findings("cluster", {"headless": false, "other_headless": true}) == set()
}

test_unknown if {
	_findings("cluster", {"other_headless": false}) == set()
	_findings("cluster", {"headless": false}) == set()
}

test_other_modes if _findings("sentinel", {"headless": false, "other_headless": false}) == set()
