package redislint.memory.quantity_suspicious_test

import data.redislint.memory.quantity_suspicious as rule

_memory(text, amount) := {finding.message | some finding in findings} if {
	findings := rule.findings with input as {"nodes": [{"memory": {"limit": {"present": true, "defaulted": false, "text": text, "amount": amount}}}]}
}

_config(text, limit) := findings if {
	findings := rule.findings with input as {"nodes": [{
		"config": {"maxmemory": {"text": text, "bytes": 1000000000}},
		"memory": {"limit": limit},
	}]}
}

test_thousandths_of_a_byte if {
	_memory("256m", 1) == {"256m is 0.256 bytes in Kubernetes; 256Mi is what is meant"}
}

test_bytes if {
	_memory("512", 512) == {"512 are bytes in Kubernetes; no Redis fits into 512"}
}

test_meant_as_written if {
	every case in [["256Mi", 268435456], ["1G", 1000000000], ["0", 0], ["268435456", 268435456]] {
		_memory(case[0], case[1]) == set()
	}
}

test_everywhere if {
	quantity := {"defaulted": false, "text": "8m", "amount": 1}
	findings := rule.findings with input as {
		"nodes": [{"data": {"size": quantity}, "memory": {"request": quantity}}],
		"sentinels": [{"memory": {"limit": quantity, "request": {"defaulted": true, "text": "8m", "amount": 1}}}],
	}
	{finding.at | some finding in findings} == {"/nodes/0/data/size", "/nodes/0/memory/request", "/sentinels/0/memory/limit"}
}

test_powers_of_ten if {
	_config("1g", {"present": true, "text": "2Gi"}) == {{
		"at": "/nodes/0/config/maxmemory",
		"owner": "/nodes/0/memory/limit",
		"message": "maxmemory 1g is 1000000000 bytes; 1gb, as it is mostly meant, is a power of two",
		"fixes": [{"safe": false, "set": [{"at": "/nodes/0/config/maxmemory", "to": 1073741824}]}],
	}}
	count(_config("1G", {"present": false})) == 1
}

test_the_backlog_too if {
	findings := rule.findings with input as {"nodes": [{
		"config": {"repl_backlog_size": {"text": "64M", "bytes": 64000000}},
		"memory": {"limit": {"present": false}},
	}]}
	{finding.message | some finding in findings} == {"repl-backlog-size 64M is 64000000 bytes; 64Mb, as it is mostly meant, is a power of two"}
}

test_powers_of_ten_throughout if _config("1g", {"present": true, "text": "2G"}) == set()

test_powers_of_two if {
	_config("1gb", {"present": false}) == set()
	_config("1000000000", {"present": false}) == set()
	_config("", {"present": false}) == set()
}
