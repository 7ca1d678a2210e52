package redislint.availability.sentinel_even_test

import data.redislint.availability.sentinel_even as rule

_findings(group) := findings if {
	findings := rule.findings with input as {
		"mode": "sentinel",
		"master_groups": [object.union({"name": "mymaster", "workloads": 1}, group)],
	}
}

test_four_survive_no_more_than_three if {
	_findings({"sentinels": 4}) == {{
		"at": "/master_groups/0/sentinels",
		"message": "4 Sentinels for master group mymaster survive the loss of 1, no more than 3 do",
		"related": [],
		"fixes": [{"safe": false, "set": [{"at": "/master_groups/0/sentinels", "to": 5}]}],
	}}
}

test_six if count(_findings({"sentinels": 6})) == 1

test_odd_and_too_few if {
	every sentinels in [0, 1, 2, 3, 5, 7] {
		_findings({"sentinels": sentinels}) == set()
	}
}

test_unknown_number if _findings({}) == set()
