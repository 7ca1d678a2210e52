package redislint.persistence.aof_on_ephemeral_volume_test

import data.redislint.persistence.aof_on_ephemeral_volume as rule

_findings(profile, kind) := findings if {
	findings := rule.findings with input as {
		"profile": profile,
		"nodes": [{
			"config": {"appendonly": {"on": true}},
			"data": {"kind": kind, "mount": "/data", "unused": {"present": false}},
		}],
	}
}

test_empty_dir if {
	_findings("unknown", "emptyDir") == {{
		"at": "/nodes/0/config/appendonly",
		"message": "appendonly yes logs every write to /data, an emptyDir, which is deleted with the Pod; put it on a claim, or set appendonly no",
		"severity": "warning",
		"fixes": [{"safe": false, "set": [{"at": "/nodes/0/config/appendonly", "to": false}]}],
	}}
}

test_container if {
	{finding.message | some finding in _findings("store", "none")} == {"appendonly yes logs every write to /data, in the container itself, which each restart empties; put it on a claim, or set appendonly no"}
}

test_cache if {
	{finding.severity | some finding in _findings("cache", "memory")} == {"info"}
}

test_claim if _findings("unknown", "claim") == set()

test_off_or_claimed_elsewhere if {
	rule.findings == set() with input as {
		"profile": "store",
		"nodes": [
			{"config": {"appendonly": {"on": false}}, "data": {"kind": "emptyDir", "mount": "/data", "unused": {"present": false}}},
			{"config": {"appendonly": {"on": true}}, "data": {"kind": "emptyDir", "mount": "/data", "unused": {"present": true}}},
			{"config": {"appendonly": {"on": true}}},
		],
	}
}
