package redislint.memory.io_threads_exceed_cpu_test

import data.redislint.memory.io_threads_exceed_cpu as rule

_findings(threads, limit) := findings if {
	findings := rule.findings with input as {"nodes": [{"config": {"io_threads": {"value": threads}}, "cpu": {"limit": limit}}]}
}

test_finding if {
	_findings(4, {"present": true, "amount": 2500}) == {{
		"at": "/nodes/0/config/io_threads",
		"owner": "/nodes/0/cpu/limit",
		"message": "4 io-threads share 2.5 cores and take the CPU from one another",
		"related": [{"at": "/nodes/0/cpu/limit", "message": "limit 2500m"}],
		"fixes": [{"safe": true, "set": [{"at": "/nodes/0/config/io_threads", "to": 2}]}],
	}}
}

test_as_many_as_cores if _findings(4, {"present": true, "amount": 4000}) == set()

test_one_is_no_thread_of_its_own if _findings(1, {"present": true, "amount": 500}) == set()

test_no_limit if _findings(4, {"present": false}) == set()

test_unknown if {
	_findings(4, {"present": true}) == set()
	_findings(4, {"present": true, "amount": 0}) == set()
}
