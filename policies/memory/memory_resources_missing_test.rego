package redislint.memory.memory_resources_missing_test

import data.redislint.memory.memory_resources_missing as rule

_findings(request, limit) := findings if {
	findings := rule.findings with input as {"nodes": [{"memory": {
		"request": {"present": request},
		"limit": {"present": limit},
	}}]}
}

test_neither if {
	some finding in _findings(false, false)
	finding.at == "/nodes/0/memory"
	finding.severity == "error"
}

test_any if {
	_findings(true, false) == set()
	_findings(false, true) == set()
	_findings(true, true) == set()
}

test_unknown if {
	every memory in [{}, {"request": {"present": false}}, {"limit": {"present": false}}] {
		rule.findings == set() with input as {"nodes": [{"memory": memory}]}
	}
}

test_sentinels_are_an_advice if {
	some finding in rule.findings with input as {"sentinels": [{"memory": {
		"request": {"present": false},
		"limit": {"present": false},
	}}]}
	finding.severity == "info"
	finding.at == "/sentinels/0/memory"
}
