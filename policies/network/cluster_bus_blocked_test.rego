package redislint.network.cluster_bus_blocked_test

import data.redislint.network.cluster_bus_blocked as rule

_findings(bus) := findings if {
	findings := rule.findings with input as {
		"mode": "cluster",
		"nodes": [{"bus": object.union({"port": 16379}, bus)}],
	}
}

test_ingress if {
	_findings({"ingress": false, "egress": true}) == {{
		"at": "/nodes/0/bus/ingress",
		"message": "no NetworkPolicy allows ingress on port 16379 between the nodes; without the cluster bus every key is answered with CLUSTERDOWN",
	}}
}

test_egress if {
	{finding.at | some finding in _findings({"egress": false})} == {"/nodes/0/bus/egress"}
}

test_both if count(_findings({"ingress": false, "egress": false})) == 2

test_open_or_unknown if {
	_findings({"ingress": true, "egress": true}) == set()
	_findings({}) == set()
}

test_other_modes if {
	rule.findings == set() with input as {
		"mode": "replication",
		"nodes": [{"bus": {"port": 16379, "ingress": false}}],
	}
}
