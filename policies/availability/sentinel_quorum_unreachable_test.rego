package redislint.availability.sentinel_quorum_unreachable_test

import data.redislint.availability.sentinel_quorum_unreachable as rule

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

test_more_than_there_are if {
	every case in [[3, 4], [1, 2], [5, 9]] {
		_found(case[0], case[1])
	}
}

test_no_more_than_there_are if {
	every case in [[3, 3], [3, 2], [3, 1]] {
		not _found(case[0], case[1])
	}
}

test_unknown if {
	_findings({"sentinels": 3}) == set()
	_findings({"quorum": 4}) == set()
}
