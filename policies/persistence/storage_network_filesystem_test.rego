package redislint.persistence.storage_network_filesystem_test

import data.redislint.persistence.storage_network_filesystem as rule

_findings(medium, config) := findings if {
	findings := rule.findings with input as {"nodes": [{
		"data": {"kind": "claim", "class": {"medium": medium, "basis": "name", "detail": "class efs"}},
		"config": config,
	}]}
}

test_append_only_file if {
	_findings("network", {"appendonly": {"on": true}}) == {{
		"at": "/nodes/0/data/class",
		"owner": "/nodes/0/data",
		"message": "data on a network file system (class efs); every fsync of the append-only file crosses the network, and a stall there stops all writes",
		"severity": "error",
	}}
}

test_dumps_alone if {
	every config in [{"save": {"on": true}}, {"save": {"on": true}, "appendonly": {"on": false}}] {
		some finding in _findings("network", config)
		finding.severity == "warning"
	}
}

test_nothing_is_saved if {
	_findings("network", {"save": {"on": false}, "appendonly": {"on": false}}) == set()
	_findings("network", {}) == set()
}

test_other_media if {
	every medium in ["ssd", "hdd"] {
		_findings(medium, {"appendonly": {"on": true}}) == set()
	}
}
