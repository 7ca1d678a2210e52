package redislint.network.network_policy_missing_test

import data.redislint.network.network_policy_missing as rule

test_no_policy if {
	rule.findings == {{
		"at": "/nodes/0/isolated",
		"message": "no NetworkPolicy selects the Pods: every Pod of the cluster may connect to them",
	}} with input as {"nodes": [{"object": {"kind": "StatefulSet", "name": "redis"}, "isolated": false}]}
}

test_isolated_or_unknown if {
	rule.findings == set() with input as {"nodes": [
		{"object": {"kind": "StatefulSet", "name": "redis"}, "isolated": true},
		{"object": {"kind": "StatefulSet", "name": "redis"}},
	]}
}
