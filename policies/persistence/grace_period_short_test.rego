package redislint.persistence.grace_period_short_test

import data.redislint.persistence.grace_period_short as rule

_node := {
	"grace_period": 30,
	"shutdown": {"delay": 31, "hook": "the preStop hook"},
	"data": {"kind": "claim"},
	"config": {"appendonly": {"on": false}, "save": {"on": true}},
}

_findings(change) := findings if {
	findings := rule.findings with input as {"nodes": [{}, object.union(_node, change)]}
}

test_a_hook_that_outlasts_it if {
	_findings({}) == {{
		"at": "/nodes/1/grace_period",
		"message": "the preStop hook sleeps 31 s, and the grace period ends after 30 s: Redis is told to end 2 s before it is killed, too late to save",
		"fixes": [{"safe": true, "set": [{"at": "/nodes/1/grace_period", "to": 61}]}],
	}}
}

test_a_hook_that_lasts_as_long if {
	count(_findings({"grace_period": 31})) == 1
}

test_ten_seconds_for_each_gib if {
	some finding in _findings({"config": {"maxmemory": {"bytes": 8589934592}}})
	finding.fixes[0].set[0].to == 111
}

test_time_to_save if {
	_findings({"grace_period": 32}) == set()
}

test_nothing_to_save if {
	every change in [
		{"data": {"kind": "emptyDir"}},
		{"config": {"appendonly": {"on": true}}},
		{"config": {"save": {"on": false}}},
	] {
		_findings(change) == set()
	}
}
