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

test_a_cache_may_be_gone if _findings(1, "cache") == set()

test_several if _findings(2, "store") == set()

test_unknown if {
	rule.findings == set() with input as {"mode": "standalone", "shape": {"nodes": 1}}
	rule.findings == set() with input as {"profile": "store", "shape": {"nodes": 1}}
}
