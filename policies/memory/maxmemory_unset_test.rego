package redislint.memory.maxmemory_unset_test

import data.redislint.memory.maxmemory_unset as rule

_findings(maxmemory, limit) := findings if {
	findings := rule.findings with input as {"nodes": [{
		"config": {"maxmemory": maxmemory},
		"memory": {"limit": limit},
	}]}
}

test_unlimited_in_a_limit if {
	_findings({"bytes": 0}, {"present": true, "amount": 2147483648}) == {{
		"at": "/nodes/0/config/maxmemory",
		"owner": "/nodes/0/memory/limit",
		"message": "no maxmemory; Redis knows no limit, grows past it and is killed at 2Gi",
		"related": [{"at": "/nodes/0/memory/limit", "message": "limit 2Gi"}],
		"fixes": [{"safe": false, "set": [{"at": "/nodes/0/config/maxmemory", "to": 1610612736}]}],
	}}
}

test_set if _findings({"bytes": 1}, {"present": true, "amount": 1}) == set()

test_no_limit if {
	_findings({"bytes": 0}, {"present": false}) == set()
	_findings({"bytes": 0}, {"present": true, "amount": 0}) == set()
}

test_unknown if {
	_findings({}, {"present": true, "amount": 1}) == set()
	_findings({"bytes": 0}, {}) == set()
}
