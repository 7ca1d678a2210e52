package redislint.probes.liveness_window_short_test

import data.redislint.probes.liveness_window_short as rule

_probe := {"kind": "exec", "timeout": 5, "effective_timeout": 5, "delay": 20, "period": 5, "failures": 3}

_findings(probe) := findings if {
	findings := rule.findings with input as {
		"nodes": [{"probes": {"liveness": probe}}],
		"params": {"min_window": 15},
	}
}

_patched(patch) := _findings(object.union(_probe, patch))

test_fifteen_seconds_are_enough if _findings(_probe) == set()

test_short if {
	_patched({"failures": 2}) == {{
		"at": "/nodes/0/probes/liveness/failures",
		"message": "Redis is restarted after 10 s without an answer: (2 - 1) x 5 s + 5 s timeout; at least 15 s (param min_window) let a stall pass",
		"fixes": [{"safe": true, "set": [{"at": "/nodes/0/probes/liveness/failures", "to": 3}]}],
	}}
	count(_patched({"effective_timeout": 4})) == 1
}

test_single_failure if {
	every probe in [{"failures": 1}, {"failures": 1, "effective_timeout": 60}] {
		some finding in _patched(probe)
		contains(finding.message, "failureThreshold 1")
	}
}

test_other_kinds if {
	_patched({"kind": "tcp", "failures": 1}) == set()
	_patched({"kind": "tcp", "failures": 2}) == set()
}

test_unknown if {
	every key in ["kind", "effective_timeout", "period", "failures"] {
		_findings(object.remove(object.union(_probe, {"failures": 2}), {key})) == set()
	}
}
