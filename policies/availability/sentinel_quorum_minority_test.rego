package redislint.availability.sentinel_quorum_minority_test

import data.redislint.availability.sentinel_quorum_minority as rule

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

test_half_or_fewer if {
	every case in [[3, 1], [4, 2], [5, 2], [5, 1], [3, 0]] {
		_found(case[0], case[1])
	}
}

test_majority if {
	every case in [[3, 2], [4, 3], [5, 3], [3, 3]] {
		not _found(case[0], case[1])
	}
}

test_too_few_sentinels_are_another_rule if not _found(2, 1)

test_message_names_the_majority if {
	some finding in _findings({"sentinels": 5, "quorum": 2})
	endswith(finding.message, "a majority is 3")
}

test_unknown if {
	_findings({"sentinels": 3}) == set()
	_findings({"quorum": 1}) == set()
}
