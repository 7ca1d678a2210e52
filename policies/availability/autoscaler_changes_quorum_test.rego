package redislint.availability.autoscaler_changes_quorum_test

import data.redislint.availability.autoscaler_changes_quorum as rule

_scaler(low, high) := {"autoscaler": {"object": {"kind": "ScaledObject", "name": "redis"}, "min": low, "max": high}}

test_sentinels if {
	findings := rule.findings with input as {"mode": "sentinel", "sentinels": [_scaler(3, 9)], "nodes": [_scaler(3, 9)]}
	findings == {{
		"at": "/sentinels/0/autoscaler",
		"message": "ScaledObject redis moves the number of Sentinels between 3 and 9; they never forget one that is gone, and in the end no majority is left",
	}}
}

test_cluster if {
	findings := rule.findings with input as {"mode": "cluster", "nodes": [_scaler(6, 12)]}
	findings == {{
		"at": "/nodes/0/autoscaler",
		"message": "ScaledObject redis moves the number of cluster nodes between 6 and 12; a node that is added owns no slots, one that is removed takes its slots along",
	}}
}

test_a_fixed_number if {
	rule.findings == set() with input as {"mode": "cluster", "nodes": [_scaler(6, 6)]}
	rule.findings == set() with input as {"mode": "sentinel", "sentinels": [_scaler(3, 3)]}
}

test_replicas_may_be_scaled if {
	rule.findings == set() with input as {"mode": "sentinel", "sentinels": [{}], "nodes": [_scaler(3, 9)]}
	rule.findings == set() with input as {"mode": "replication", "nodes": [_scaler(3, 9)]}
}

test_unknown if rule.findings == set() with input as {"mode": "cluster", "nodes": [{"autoscaler": {"min": 3}}]}
