package redislint.availability.single_instance_test

import data.redislint.availability.single_instance as rule

_findings(nodes, profile) := findings if {
	findings := rule.findings with input as {"mode": "standalone", "profile": profile, "shape": {"nodes": nodes}}
}

test_finding if {
	every profile in ["store", "unknown"] {
		_findings(1, profile) == {{
			"at": "/shape/nodes",
			"message": "one server is all there is; while its Pod restarts, moves or loads its data, there is no Redis",
		}}
	}
}

_watched(mode, shape) := {finding.message |
	some finding in rule.findings with input as {"mode": mode, "profile": "store", "shape": shape}
}

test_nobody_to_promote if {
	_watched("sentinel", {"nodes": 1, "replicas": 0}) == {"one server is all there is, and Sentinels have no replica to promote; while its Pod restarts, moves or loads its data, there is no Redis"}
}

test_a_master_without_replicas if {
	_watched("replication", {"nodes": 1, "replicas": 0}) == {"one server is all there is; while its Pod restarts, moves or loads its data, there is no Redis"}
}

test_its_replicas_may_be_elsewhere if {
	every mode in ["replication", "sentinel"] {
		_watched(mode, {"nodes": 1}) == set()
	}
}

test_a_node_of_a_cluster if _watched("cluster", {"nodes": 1, "replicas": 0}) == set()

test_a_cache_may_be_gone if _findings(1, "cache") == set()

test_several if _findings(2, "store") == set()

test_unknown if {
	rule.findings == set() with input as {"mode": "standalone", "shape": {"nodes": 1}}
	rule.findings == set() with input as {"profile": "store", "shape": {"nodes": 1}}
}
