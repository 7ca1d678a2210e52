package redislint.probes.liveness_kills_while_loading_test

import data.redislint.probes.liveness_kills_while_loading as rule

_gib := 1073741824

# _node loads for 60 s and is killed after 50 s.
_node := {
	"probes": {
		"liveness": {"kind": "exec", "requires_pong": true, "delay": 30, "period": 10, "failures": 3},
		"startup": {"present": false},
	},
	"config": {"maxmemory": {"bytes": 6 * _gib}, "appendonly": {"on": false}, "save": {"on": true}},
	"data": {"kind": "claim"},
	"cpu": {"limit": {"present": false}},
}

_findings(node) := findings if {
	findings := rule.findings with input as {
		"nodes": [node],
		"params": {"rdb_seconds_per_gib": 10, "aof_seconds_per_gib": 25},
	}
}

_patched(path, value) := _findings(json.patch(_node, [{"op": "add", "path": path, "value": value}]))

test_finding if {
	_findings(_node) == {{
		"at": "/nodes/0/probes/liveness/requires_pong",
		"message": "loading up to maxmemory 6gb takes about 60 s (10 s per GiB, param rdb_seconds_per_gib); the probe takes LOADING for a failure and restarts Redis after 50 s",
		"related": [{"at": "/nodes/0/config/maxmemory", "message": "maxmemory 6gb"}],
	}}
}

test_as_long_as_the_probe_allows if {
	_patched("/config/maxmemory/bytes", 5 * _gib) == set()
	count(_patched("/config/maxmemory/bytes", (5 * _gib) + 1)) == 1
}

test_append_only_file_loads_slower if {
	aof := json.patch(_node, [
		{"op": "replace", "path": "/config/appendonly/on", "value": true},
		{"op": "replace", "path": "/config/maxmemory/bytes", "value": 3 * _gib},
	])
	some finding in _findings(aof)
	contains(finding.message, "takes about 75 s (25 s per GiB, param aof_seconds_per_gib)")
}

test_less_than_a_core_loads_slower if {
	slow := json.patch(_node, [
		{"op": "add", "path": "/cpu/limit", "value": {"present": true, "amount": 500}},
		{"op": "replace", "path": "/config/maxmemory/bytes", "value": 3 * _gib},
	])
	some finding in _findings(slow)
	contains(finding.message, "takes about 60 s (10 s per GiB, param rdb_seconds_per_gib, CPU limit 500m)")
}

test_more_than_a_core_does_not_help if {
	every limit in [{"present": true, "amount": 4000}, {"present": true}, {}] {
		_patched("/cpu/limit", limit) == _findings(_node)
	}
}

test_limit_stands_for_the_dataset if {
	some finding in _findings(json.patch(_node, [
		{"op": "replace", "path": "/config/maxmemory/bytes", "value": 0},
		{"op": "add", "path": "/memory", "value": {"limit": {"present": true, "amount": 8 * _gib}}},
	]))
	contains(finding.message, "the memory limit 8Gi takes about 80 s")
	finding.related[0].at == "/nodes/0/memory/limit"
}

test_probes_that_wait if {
	_patched("/probes/startup/present", true) == set()
	_patched("/probes/liveness/requires_pong", false) == set()
}

test_nothing_to_load if {
	_patched("/data/kind", "none") == set()
	_patched("/config/save/on", false) == set()
}

test_unknown if {
	every path in [
		"/probes/liveness/requires_pong",
		"/probes/liveness/delay",
		"/probes/liveness/period",
		"/probes/liveness/failures",
		"/probes/startup/present",
		"/config/maxmemory/bytes",
		"/config/save/on",
		"/data/kind",
	] {
		_findings(json.remove(_node, [path])) == set()
	}
}
