package redislint.memory.replica_buffers_unreserved_test

import data.redislint.memory.replica_buffers_unreserved as rule

_findings(maxmemory, limit, buffer) := findings if {
	findings := rule.findings with input as {
		"shape": {"replicas": 2},
		"nodes": [{
			"role": "any",
			"config": {"maxmemory": {"bytes": maxmemory}, "replica_output_buffer": {"bytes": buffer}},
			"memory": {"limit": {"present": true, "amount": limit}},
		}],
		"params": {"factor": 2},
	}
}

test_finding if {
	_findings(805306368, 1073741824, 268435456) == {{
		"at": "/nodes/0/memory/limit",
		"message": "256Mi between maxmemory and the limit, and a replica that syncs may take 2 (param factor) times its output buffer limit of 256mb",
		"related": [
			{"at": "/nodes/0/config/maxmemory", "message": "maxmemory 768mb"},
			{"at": "/nodes/0/config/replica_output_buffer", "message": "client-output-buffer-limit replica"},
		],
		"fixes": [{"safe": false, "set": [{"at": "/nodes/0/config/maxmemory", "to": 536870912}]}],
	}}
}

test_without_a_limit if {
	some finding in _findings(1, 1073741825, 0)
	finding.message == "1Gi between maxmemory and the limit, and the output buffer of a replica has no limit (client-output-buffer-limit replica 0)"
}

test_exactly_enough if _findings(1610612736, 2147483648, 268435456) == set()

test_another_rule_says_it if {
	_findings(91, 100, 10) == set()
	count(_findings(90, 100, 10)) == 1
}

test_unlimited if _findings(0, 1073741824, 268435456) == set()

test_nobody_replicates if {
	rule.findings == set() with input as {"shape": {"replicas": 0}, "nodes": [{"role": "any"}]}
	rule.findings == set() with input as {"shape": {"replicas": 1}, "nodes": [{"role": "replica"}]}
}
