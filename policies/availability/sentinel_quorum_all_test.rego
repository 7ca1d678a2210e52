package redislint.availability.sentinel_quorum_all_test

import data.redislint.availability.sentinel_quorum_all as rule

_findings(group) := findings if {
	findings := rule.findings with input as {
		"mode": "sentinel",
		"master_groups": [object.union({"name": "mymaster"}, group)],
	}
}

_found(sentinels, quorum) if {
	some finding in _findings({"sentinels": sentinels, "quorum": quorum})
	finding.at == "/master_groups/0/quorum"
	finding.owner == "/master_groups/0/sentinels"
	finding.related[0].at == finding.owner
}

test_all_of_them if {
	every number in [3, 4, 5] {
		_found(number, number)
	}
}

test_not_all_of_them if {
	every case in [[3, 2], [3, 4], [5, 3]] {
		not _found(case[0], case[1])
	}
}

test_too_few_sentinels_are_another_rule if {
	every number in [1, 2] {
		not _found(number, number)
	}
}

test_unknown if {
	_findings({"sentinels": 3}) == set()
	_findings({"quorum": 3}) == set()
}
