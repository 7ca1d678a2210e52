package redislint.memory.cpu_limit_throttles_test

import data.redislint.memory.cpu_limit_throttles as rule

_findings(limit) := findings if {
	findings := rule.findings with input as {"nodes": [{"cpu": {"limit": limit}}], "params": {"min_cpu": 500}}
}

test_finding if {
	_findings({"present": true, "amount": 150}) == {{
		"at": "/nodes/0/cpu/limit",
		"message": "CPU limit 150m is 15 ms of every 100; then no client is answered for up to 85 ms (at least 500m, param min_cpu)",
		"fixes": [{"safe": false, "set": [{"at": "/nodes/0/cpu/limit", "to": 500}]}],
	}}
}

test_enough if _findings({"present": true, "amount": 500}) == set()

test_no_limit if _findings({"present": false}) == set()

test_unknown if {
	_findings({"present": true}) == set()
	_findings({"present": true, "amount": 0}) == set()
}
