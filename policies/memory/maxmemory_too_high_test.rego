package redislint.memory.maxmemory_too_high_test

import data.redislint.memory.maxmemory_too_high as rule

_findings(maxmemory, limit) := findings if {
	findings := rule.findings with input as {
		"nodes": [{"config": {"maxmemory": {"bytes": maxmemory}}, "memory": {"limit": limit}}],
		"params": {"max_ratio": 75, "error_ratio": 90},
	}
}

_severity(maxmemory, limit) := finding.severity if {
	some finding in _findings(maxmemory, {"present": true, "amount": limit})
}

test_finding if {
	_findings(2147483648, {"present": true, "amount": 2147483648}) == {{
		"at": "/nodes/0/config/maxmemory",
		"owner": "/nodes/0/memory/limit",
		"message": "maxmemory 2gb is 100 % of the 2Gi limit; at most 75 % (param max_ratio) leaves room for fork, buffers and fragmentation",
		"severity": "error",
		"related": [{"at": "/nodes/0/memory/limit", "message": "limit 2Gi"}],
		"fixes": [{"safe": false, "set": [{"at": "/nodes/0/config/maxmemory", "to": 1610612736}]}],
	}}
}

test_bands if {
	not _severity(750, 1000)
	_severity(751, 1000) == "warning"
	_severity(900, 1000) == "warning"
	_severity(901, 1000) == "error"
	_severity(5000, 1000) == "error"
}

test_exactly_three_quarters_of_two_gib if not _severity(1610612736, 2147483648)

test_unlimited if not _severity(0, 1000)

test_no_limit if {
	_findings(1000, {"present": false}) == set()
	_findings(1000, {"present": true, "amount": 0}) == set()
}

test_unknown if {
	_findings(1000, {"present": true}) == set()
	rule.findings == set() with input as {
		"nodes": [{"memory": {"limit": {"present": true, "amount": 1}}}],
		"params": {"max_ratio": 75, "error_ratio": 90},
	}
}
