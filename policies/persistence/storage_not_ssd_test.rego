package redislint.persistence.storage_not_ssd_test

import data.redislint.persistence.storage_not_ssd as rule

_findings(class, config) := findings if {
	findings := rule.findings with input as {"nodes": [{
		"data": {"kind": "claim", "class": object.union({"medium": "hdd", "detail": "type st1"}, class)},
		"config": config,
	}]}
}

_severity(class, config) := finding.severity if some finding in _findings(class, config)

test_finding if {
	_findings({"basis": "provisioner"}, {"save": {"on": true}}) == {{
		"at": "/nodes/0/data/class",
		"owner": "/nodes/0/data",
		"message": "data on a spinning disk (type st1); saving and loading run at its speed",
		"severity": "error",
	}}
}

test_message_of_an_append_only_file if {
	some finding in _findings({"basis": "provisioner"}, {"appendonly": {"on": true}})
	endswith(finding.message, "an fsync of the append-only file that takes over 2 s stops all writes")
}

test_name_alone if {
	_severity({"basis": "name"}, {"save": {"on": true}, "appendonly": {"on": false}}) == "warning"
	_severity({"basis": "name"}, {"appendonly": {"on": true}}) == "error"
}

test_configured if {
	_severity({"basis": "configuration"}, {"save": {"on": true}, "appendonly": {"on": false}}) == "error"
}

test_other_media if {
	every medium in ["ssd", "network"] {
		_findings({"medium": medium}, {"save": {"on": true}}) == set()
	}
}

test_nothing_is_saved if {
	_findings({"basis": "provisioner"}, {"save": {"on": false}, "appendonly": {"on": false}}) == set()
	_findings({"basis": "provisioner"}, {}) == set()
}
