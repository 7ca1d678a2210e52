package redislint.persistence.volume_tight_test

import data.redislint.persistence.volume_tight as rule

_gib := 1073741824

_findings(size, config) := findings if {
	findings := rule.findings with input as {
		"nodes": [{
			"data": {"kind": "claim", "size": {"present": true, "amount": size}},
			"config": object.union({"maxmemory": {"bytes": _gib}}, config),
			"memory": {"limit": {"present": true, "amount": 2 * _gib}},
		}],
		"params": {"rdb_ratio": 2, "aof_ratio": 3, "both_ratio": 4},
	}
}

_aof := {"appendonly": {"on": true}, "save": {"on": false}}

_both := {"appendonly": {"on": true}, "save": {"on": true}}

test_finding if {
	_findings(3 * _gib, _both) == {{
		"at": "/nodes/0/data/size",
		"owner": "/nodes/0/data",
		"message": "volume 3Gi is 3x maxmemory 1gb; an append-only file beside dumps needs 4x (param both_ratio) while it is rewritten",
		"severity": "warning",
		"related": [{"at": "/nodes/0/config/maxmemory", "message": "maxmemory 1gb"}],
		"fixes": [{
			"safe": false,
			"note": "claims that exist stay as they are: they are enlarged one by one, and the StatefulSet is made anew",
			"set": [{"at": "/nodes/0/data/size", "to": 4 * _gib}],
		}],
	}}
}

test_append_only_file_needs_three_times if {
	count(_findings(2 * _gib, _aof)) == 1
	count(_findings((3 * _gib) - 1, _aof)) == 1
	_findings(3 * _gib, _aof) == set()
}

test_with_dumps_four_times if {
	count(_findings((4 * _gib) - 1, _both)) == 1
	_findings(4 * _gib, _both) == set()
}

test_unknown_save_points_need_three_times if {
	count(_findings((3 * _gib) - 1, {"appendonly": {"on": true}})) == 1
	_findings(3 * _gib, {"appendonly": {"on": true}}) == set()
}

test_too_small_is_another_rule if _findings((2 * _gib) - 1, _both) == set()

test_limit_stands_for_the_dataset if {
	some finding in _findings(5 * _gib, object.union(_aof, {"maxmemory": {"bytes": 0}}))
	finding.severity == "info"
}

test_no_append_only_file if {
	_findings(2 * _gib, {"appendonly": {"on": false}, "save": {"on": true}}) == set()
	_findings(2 * _gib, {"save": {"on": true}}) == set()
}
