package redislint.probes.liveness_restarts_on_full_disk_test

import data.redislint.probes.liveness_restarts_on_full_disk as rule

_findings(config, requires_pong) := findings if {
	findings := rule.findings with input as {"nodes": [{
		"role": "any",
		"config": config,
		"data": {"kind": "claim"},
		"probes": {"liveness": {"accepts_misconf": false, "requires_pong": requires_pong}},
	}]}
}

_dumps(stops) := {
	"appendonly": {"on": false},
	"save": {"on": true},
	"stop_writes_on_bgsave_error": {"on": stops},
}

test_append_only if {
	_findings({"appendonly": {"on": true}}, true) == {{
		"at": "/nodes/0/probes/liveness/accepts_misconf",
		"message": "the probe takes MISCONF for a failure: when the append-only file cannot be written, on a full volume say, Redis is restarted and loses what it still serves",
		"severity": "warning",
	}}
}

test_dumps if {
	count(_findings(_dumps(true), true)) == 1
	_findings(_dumps(false), true) == set()
}

test_loading_is_accepted if {
	{finding.severity | some finding in _findings(_dumps(true), false)} == {"info"}
}

test_misconf_is_accepted if {
	rule.findings == set() with input as {"nodes": [{
		"role": "master",
		"config": {"appendonly": {"on": true}},
		"data": {"kind": "claim"},
		"probes": {"liveness": {"accepts_misconf": true, "requires_pong": false}},
	}]}
}

test_no_volume_to_fill if {
	rule.findings == set() with input as {"nodes": [{
		"role": "any",
		"config": {"appendonly": {"on": true}},
		"data": {"kind": "emptyDir"},
		"probes": {"liveness": {"accepts_misconf": false, "requires_pong": true}},
	}]}
}

test_replica if {
	rule.findings == set() with input as {"nodes": [{
		"role": "replica",
		"config": {"appendonly": {"on": true}},
		"data": {"kind": "claim"},
		"probes": {"liveness": {"accepts_misconf": false, "requires_pong": true}},
	}]}
}
