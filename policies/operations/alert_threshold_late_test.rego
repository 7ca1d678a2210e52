package redislint.operations.alert_threshold_late_test

import data.redislint.operations.alert_threshold_late as rule

_params := {"memory_percent": 80, "hit_percent": 90, "evictions": 1, "clients_percent": 80, "lag_seconds": 10}

_findings(subject, amount) := findings if {
	findings := rule.findings with input as {
		"params": _params,
		"alerts": [{}, {"name": "A", "first": true, "threshold": {"subject": subject, "amount": amount, "earliest": true}}],
	}
}

test_late if {
	every case in [
		["memory", 955, "alert A fires only when 95.5 % of maxmemory is used; 80 % (param memory_percent) leaves time to act"],
		["hits", 500, "alert A fires only when less than 50 % of look-ups hit; below 90 % (param hit_percent) a cache is too small"],
		["evictions", 100000, "alert A fires only after 100 evicted keys; 1 (param evictions) says that Redis is full"],
		["clients", 900, "alert A fires only when 90 % of maxclients are connected; 80 % (param clients_percent) leaves time to find a leak"],
		["lag", 60000, "alert A fires only when a replica is 60 s behind; after 10 s (param lag_seconds) it is no longer a good one"],
	] {
		_findings(case[0], case[1]) == {{"at": "/alerts/1/threshold", "message": case[2]}}
	}
}

test_in_time if {
	every case in [["memory", 800], ["hits", 900], ["evictions", 0], ["evictions", 1000], ["clients", 800], ["lag", 10000], ["other", 1]] {
		_findings(case[0], case[1]) == set()
	}
}

test_another_is_earlier_or_it_is_told_elsewhere if {
	threshold := {"subject": "memory", "amount": 950, "earliest": true}
	every alert in [
		{"name": "A", "first": true, "threshold": object.union(threshold, {"earliest": false})},
		{"name": "A", "first": false, "threshold": threshold},
		{"name": "A", "first": true},
	] {
		rule.findings == set() with input as {"params": _params, "alerts": [alert]}
	}
}
