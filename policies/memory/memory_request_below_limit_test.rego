package redislint.memory.memory_request_below_limit_test

import data.redislint.memory.memory_request_below_limit as rule

_amount(bytes) := {"present": true, "amount": bytes}

_findings(request, limit) := findings if {
	findings := rule.findings with input as {"nodes": [{"memory": {"request": request, "limit": limit}}]}
}

test_request_below_limit if {
	_findings(_amount(536870912), _amount(1073741824)) == {{
		"at": "/nodes/0/memory/request",
		"message": "memory request 512Mi is below the limit 1Gi; the node promises less than Redis may take, and evicts or kills it first",
		"severity": "error",
		"related": [{"at": "/nodes/0/memory/limit", "message": "limit 1Gi"}],
		"fixes": [{"safe": true, "set": [{"at": "/nodes/0/memory/request", "same_as": "/nodes/0/memory/limit"}]}],
	}}
}

test_request_of_zero if count(_findings(_amount(0), _amount(1))) == 1

test_equal_and_above if {
	_findings(_amount(1), _amount(1)) == set()
	_findings(_amount(2), _amount(1)) == set()
}

test_one_is_missing if {
	_findings({"present": false}, _amount(1)) == set()
	_findings(_amount(1), {"present": false}) == set()
}

test_unknown if {
	_findings({"present": true}, _amount(1)) == set()
	_findings(_amount(1), {"present": true}) == set()
}

test_sentinels_are_an_advice if {
	some finding in rule.findings with input as {"sentinels": [{"memory": {"request": _amount(1), "limit": _amount(2)}}]}
	finding.severity == "info"
	finding.at == "/sentinels/0/memory/request"
}
