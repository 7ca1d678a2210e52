package redislint.probes.liveness_delay_short_test

import data.redislint.probes.liveness_delay_short as rule

_findings(liveness, startup) := findings if {
	findings := rule.findings with input as {
		"nodes": [{"probes": {"liveness": liveness, "startup": startup}}],
		"params": {"min_delay": 5},
	}
}

test_finding if {
	_findings({"kind": "exec", "delay": 0}, {"present": false}) == {{
		"at": "/nodes/0/probes/liveness/delay",
		"message": "the probe starts after 0 s and no startupProbe holds it back; at least 5 s (param min_delay) let Redis open its port",
		"fixes": [{"safe": true, "set": [{"at": "/nodes/0/probes/liveness/delay", "to": 5}]}],
	}}
}

test_tcp_too if count(_findings({"kind": "tcp", "delay": 4}, {"present": false})) == 1

test_five_seconds_are_enough if _findings({"kind": "exec", "delay": 5}, {"present": false}) == set()

test_startup_probe if _findings({"kind": "exec", "delay": 0}, {"present": true}) == set()

test_unknown if {
	_findings({"kind": "exec", "delay": 0}, {}) == set()
	_findings({"kind": "exec"}, {"present": false}) == set()
	_findings({"delay": 0}, {"present": false}) == set()
}
