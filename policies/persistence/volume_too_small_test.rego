package redislint.persistence.volume_too_small_test

import data.redislint.persistence.volume_too_small as rule

_gib := 1073741824

_node(size) := {
	"data": {"kind": "claim", "size": {"present": true, "amount": size}},
	"config": {"maxmemory": {"bytes": _gib}, "save": {"on": true}},
	"memory": {"limit": {"present": true, "amount": 2 * _gib}},
}

_findings(node) := findings if {
	findings := rule.findings with input as {"nodes": [node], "params": {"rdb_ratio": 2}}
}

_patched(size, path, value) := _findings(json.patch(_node(size), [{"op": "add", "path": path, "value": value}]))

_severities(findings) := {finding.severity | some finding in findings}

test_finding if {
	_findings(_node(1610612736)) == {{
		"at": "/nodes/0/data/size",
		"owner": "/nodes/0/data",
		"message": "volume 1.5Gi is 1.5x maxmemory 1gb; saving needs 2x (param rdb_ratio), old and new dump side by side",
		"severity": "error",
		"related": [{"at": "/nodes/0/config/maxmemory", "message": "maxmemory 1gb"}],
		"fixes": [{
			"safe": false,
			"note": "claims that exist stay as they are: they are enlarged one by one, and the StatefulSet is made anew",
			"set": [{"at": "/nodes/0/data/size", "to": 2 * _gib}],
		}],
	}}
}

test_exactly_twice_is_enough if {
	count(_findings(_node((2 * _gib) - 1))) == 1
	_findings(_node(2 * _gib)) == set()
}

test_limit_stands_for_the_dataset if {
	_severities(_patched((3 * _gib) - 1, "/config/maxmemory/bytes", 0)) == {"error"}
	_severities(_patched(3 * _gib, "/config/maxmemory/bytes", 0)) == {"warning"}
	_severities(_patched((4 * _gib) - 1, "/config/maxmemory/bytes", 0)) == {"warning"}
	_patched(4 * _gib, "/config/maxmemory/bytes", 0) == set()
}

test_appendonly_alone_counts if {
	count(_patched(_gib, "/config", {"maxmemory": {"bytes": _gib}, "appendonly": {"on": true}})) == 1
}

test_nothing_is_saved if {
	_patched(_gib, "/config/save/on", false) == set()
	_patched(_gib, "/config/save", {}) == set()
}

test_no_claim if {
	_patched(_gib, "/data/kind", "emptyDir") == set()
	_patched(_gib, "/data/size", {}) == set()
}

test_dataset_is_unknown if {
	_patched(1, "/config/maxmemory", {}) == set()
	_findings({
		"data": {"kind": "claim", "size": {"amount": 1}},
		"config": {"maxmemory": {"bytes": 0}, "save": {"on": true}},
		"memory": {"limit": {"present": false}},
	}) == set()
}
