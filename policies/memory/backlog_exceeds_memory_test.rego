package redislint.memory.backlog_exceeds_memory_test

import data.redislint.memory.backlog_exceeds_memory as rule

_node(backlog, maxmemory, limit) := {
	"role": "any",
	"config": {"repl_backlog_size": {"bytes": backlog}, "maxmemory": {"bytes": maxmemory}},
	"memory": {"limit": {"present": true, "amount": limit}},
}

_messages(mode, node) := {finding.message | some finding in findings} if {
	findings := rule.findings with input as {"mode": mode, "nodes": [node]}
}

test_finding if {
	findings := rule.findings with input as {"mode": "cluster", "nodes": [_node(1073741824, 1073741824, 2147483648)]}
	findings == {{
		"at": "/nodes/0/config/repl_backlog_size",
		"owner": "/nodes/0/memory",
		"message": "a full repl-backlog-size of 1gb leaves nothing of maxmemory 1gb; every key is evicted, and every write refused",
		"fixes": [{"safe": false, "set": [{"at": "/nodes/0/config/repl_backlog_size", "to": 67108864}]}],
	}}
}

test_the_limit if {
	_messages("sentinel", _node(5368709120, 0, 4294967296)) == {"a full repl-backlog-size of 5gb does not fit into the memory limit 4Gi; Redis is killed"}
}

test_it_fits if {
	_messages("sentinel", _node(1048576, 1073741824, 2147483648)) == set()
	_messages("sentinel", _node(1048576, 0, 2147483648)) == set()
}

test_nobody_replicates if {
	_messages("standalone", _node(2, 1, 1)) == set()
	_messages("replication", object.union(_node(2, 1, 1), {"role": "replica"})) == set()
}

test_unknown if {
	_messages("sentinel", {"role": "any", "config": {"repl_backlog_size": {"bytes": 2}}}) == set()
	_messages("sentinel", {"role": "any", "config": {"maxmemory": {"bytes": 1}}}) == set()
}
