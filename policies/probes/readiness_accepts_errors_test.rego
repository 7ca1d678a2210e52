package redislint.probes.readiness_accepts_errors_test

import data.redislint.probes.readiness_accepts_errors as rule

_findings(readiness) := findings if {
	findings := rule.findings with input as {"nodes": [{"probes": {"readiness": readiness}}]}
}

test_any_answer if {
	_findings({"accepts_loading": true}) == {{
		"at": "/nodes/0/probes/readiness/accepts_loading",
		"message": "the probe takes LOADING and other errors for ready, so that clients are sent to a server that answers none of them; let only PONG count",
	}}
}

test_pong_or_unknown if {
	_findings({"accepts_loading": false}) == set()
	_findings({"present": false}) == set()
}
