package redislint.persistence.data_not_on_volume_test

import data.redislint.persistence.data_not_on_volume as rule

_findings(home) := findings if {
	findings := rule.findings with input as {"nodes": [{
		"config": {"appendonly": {"on": true}},
		"data": home,
	}]}
}

test_mounted_elsewhere if {
	_findings({"kind": "none", "mount": "/data", "unused": {"present": true, "name": "data", "mount": "/var/lib/redis"}}) == {{
		"at": "/nodes/0/data/unused",
		"message": "claim data is mounted at /var/lib/redis; the server writes to /data, in the container itself, where a new Pod finds nothing",
	}}
}

test_mounted_nowhere if {
	messages := {finding.message | some finding in _findings({"kind": "emptyDir", "mount": "/data", "unused": {"present": true, "name": "data", "mount": ""}})}
	messages == {"claim data is mounted in no container; the server writes to /data, an emptyDir, where a new Pod finds nothing"}
}

test_used_or_unknown if {
	every home in [{"kind": "claim", "mount": "/data", "unused": {"present": false, "name": "", "mount": ""}}, {"kind": "none", "mount": "/data"}] {
		_findings(home) == set()
	}
}

test_nothing_is_written if {
	rule.findings == set() with input as {"nodes": [{
		"config": {"appendonly": {"on": false}, "save": {"on": false}},
		"data": {"kind": "none", "mount": "/data", "unused": {"present": true, "name": "data", "mount": ""}},
	}]}
}
