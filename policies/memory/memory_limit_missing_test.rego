package redislint.memory.memory_limit_missing_test

import data.redislint.memory.memory_limit_missing as rule

_findings(memory) := findings if {
	findings := rule.findings with input as {"nodes": [{"memory": memory}]}
}

test_request_alone if {
	some finding in _findings({"request": {"present": true, "amount": 1}, "limit": {"present": false}})
	finding.at == "/nodes/0/memory/limit"
	finding.severity == "error"
}

test_request_that_cannot_be_read if {
	count(_findings({"request": {"present": true}, "limit": {"present": false}})) == 1
}

test_both_or_neither if {
	every present in [true, false] {
		_findings({"request": {"present": present}, "limit": {"present": present}}) == set()
	}
}

test_unknown if {
	_findings({"request": {"present": true}}) == set()
	_findings({"limit": {"present": false}}) == set()
}

test_sentinels_are_an_advice if {
	some finding in rule.findings with input as {"sentinels": [{"memory": {
		"request": {"present": true},
		"limit": {"present": false},
	}}]}
	finding.severity == "info"
}
