package redislint.availability.sentinel_too_few_test

import data.redislint.availability.sentinel_too_few as rule

_findings(group) := findings if {
	findings := rule.findings with input as {
		"mode": "sentinel",
		"master_groups": [object.union({"name": "mymaster", "workloads": 1}, group)],
		"params": {"min": 3},
	}
}

test_fewer_than_three if {
	every sentinels in [0, 1, 2] {
		{finding.at | some finding in _findings({"sentinels": sentinels})} == {"/master_groups/0/sentinels"}
	}
}

test_three_and_more_are_enough if {
	every sentinels in [3, 4, 5] {
		_findings({"sentinels": sentinels}) == set()
	}
}

test_message_counts if {
	every sentinels, start in {"1": "1 Sentinel for master group mymaster;", "2": "2 Sentinels for master group mymaster;"} {
		some finding in _findings({"sentinels": to_number(sentinels)})
		startswith(finding.message, start)
	}
}

test_unknown_number if _findings({}) == set()

test_other_modes if {
	rule.findings == set() with input as {
		"mode": "replication",
		"master_groups": [{"name": "mymaster", "sentinels": 1}],
		"params": {"min": 3},
	}
}

test_several_workloads_are_related if {
	some finding in rule.findings with input as {
		"mode": "sentinel",
		"master_groups": [{"name": "mymaster", "workloads": 2, "sentinels": 2}],
		"sentinels": [
			{"master_group": "mymaster", "replicas": 1},
			{"master_group": "other", "replicas": 3},
			{"master_group": "mymaster", "replicas": 1},
		],
		"params": {"min": 3},
	}
	finding.related == [
		{"at": "/sentinels/0/replicas", "message": "1 Sentinel here"},
		{"at": "/sentinels/2/replicas", "message": "1 Sentinel here"},
	]
}

test_master_group_known_only_at_run_time if {
	some finding in _findings({"name": "", "sentinels": 1})
	startswith(finding.message, "1 Sentinel for its master group;")
}
