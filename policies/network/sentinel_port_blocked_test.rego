package redislint.network.sentinel_port_blocked_test

import data.redislint.network.sentinel_port_blocked as rule

_findings(mode, bus) := findings if {
	findings := rule.findings with input as {
		"mode": mode,
		"sentinels": [{"bus": object.union({"port": 26379}, bus)}],
	}
}

test_ingress if {
	_findings("sentinel", {"ingress": false, "egress": true}) == {{
		"at": "/sentinels/0/bus/ingress",
		"message": "no NetworkPolicy allows ingress on port 26379 between the Sentinels; none of them gets the votes for a failover",
	}}
}

test_egress if {
	{finding.at | some finding in _findings("sentinel", {"egress": false})} == {"/sentinels/0/bus/egress"}
}

test_open_or_unknown if {
	_findings("sentinel", {"ingress": true, "egress": true}) == set()
	_findings("sentinel", {}) == set()
}

test_other_modes if _findings("replication", {"ingress": false}) == set()
