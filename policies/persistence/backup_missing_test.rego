package redislint.persistence.backup_missing_test

import data.redislint.persistence.backup_missing as rule

_node := {
	"data": {"kind": "claim"},
	"config": {"maxmemory_policy": {"text": "noeviction"}, "appendonly": {"on": true}},
}

_findings(change, profile, present) := findings if {
	findings := rule.findings with input as {
		"profile": profile,
		"backups": {"present": present},
		"nodes": [{}, object.union(_node, change), object.union(_node, change)],
	}
}

test_once_for_the_nodes_of_a_redis if {
	every profile in ["store", "unknown"] {
		_findings({}, profile, false) == {{
			"at": "/backups",
			"message": "the data is kept on a claim, and nothing in the input copies it to another place",
		}}
	}
}

test_a_store_that_evicts if {
	count(_findings({"config": {"maxmemory_policy": {"text": "allkeys-lru"}}}, "store", false)) == 1
}

test_copied if _findings({}, "store", true) == set()

test_nothing_to_keep if {
	_findings({}, "cache", false) == set()
	every change in [
		{"data": {"kind": "emptyDir"}},
		{"config": {"appendonly": {"on": false}}},
		{"config": {"maxmemory_policy": {"text": "allkeys-lru"}}},
	] {
		_findings(change, "unknown", false) == set()
	}
}

test_unknown if {
	rule.findings == set() with input as {"profile": "store", "nodes": [_node]}
	rule.findings == set() with input as {"profile": "store", "backups": {"present": false}}
	rule.findings == set() with input as {"backups": {"present": false}, "nodes": [_node]}
}
