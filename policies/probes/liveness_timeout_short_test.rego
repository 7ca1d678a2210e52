package redislint.probes.liveness_timeout_short_test

import data.redislint.probes.liveness_timeout_short as rule

_probe := {"kind": "exec", "timeout": 1, "effective_timeout": 1, "delay": 20, "period": 10, "failures": 3}

_findings(probe) := findings if {
	findings := rule.findings with input as {
		"nodes": [{"probes": {"liveness": probe}}],
		"params": {"min_timeout": 5, "min_window": 15},
	}
}

_patched(patch) := _findings(object.union(_probe, patch))

_severities(findings) := {finding.severity | some finding in findings}

test_finding if {
	_findings(_probe) == {{
		"at": "/nodes/0/probes/liveness/timeout",
		"message": "the probe waits 1 s for an answer; slow commands take up to 5 s (param min_timeout)",
		"severity": "warning",
		"fixes": [{"safe": true, "set": [{"at": "/nodes/0/probes/liveness/timeout", "to": 5}]}],
	}}
}

test_short_window_is_an_error if {
	_patched({"period": 5}) == {{
		"at": "/nodes/0/probes/liveness/timeout",
		"message": "the probe waits 1 s for an answer; slow commands take up to 5 s (param min_timeout), and a single one can restart Redis",
		"severity": "error",
		"fixes": [{"safe": true, "set": [{"at": "/nodes/0/probes/liveness/timeout", "to": 5}]}],
	}}
	_severities(_patched({"period": 7})) == {"warning"}
}

test_single_failure_is_an_error if _severities(_patched({"failures": 1, "period": 60})) == {"error"}

test_unknown_window_is_a_warning if {
	_severities(_findings(object.remove(_probe, {"failures", "period"}))) == {"warning"}
}

test_timeout_inside_the_command if {
	some finding in _patched({"timeout": 6})
	finding.at == "/nodes/0/probes/liveness/effective_timeout"
	contains(finding.message, "waits 1 s for an answer (the timeout inside its command)")
}

test_five_seconds_are_enough if {
	_patched({"timeout": 5, "effective_timeout": 5}) == set()
	count(_patched({"timeout": 4, "effective_timeout": 4})) == 1
}

test_other_kinds if {
	every kind in ["tcp", "http", "grpc"] {
		_patched({"kind": kind}) == set()
	}
}

test_unknown if {
	every key in ["kind", "timeout", "effective_timeout"] {
		_findings(object.remove(_probe, {key})) == set()
	}
}
