package redislint.availability.probe_missing_test

import data.redislint.availability.probe_missing as rule

_messages(probes) := messages if {
	findings := rule.findings with input as {"nodes": [{"probes": probes}]}
	every finding in findings {
		finding.at == "/nodes/0/probes"
	}
	messages := {finding.message | some finding in findings}
}

_probes(readiness, liveness) := {"readiness": {"present": readiness}, "liveness": {"present": liveness}}

test_one_of_them if {
	_messages(_probes(false, true)) == {"no readiness probe; clients are sent to a server that still loads its data"}
	_messages(_probes(true, false)) == {"no liveness probe; a server that hangs stays as it is"}
}

test_both if {
	_messages(_probes(false, false)) == {"no readiness or liveness probe; clients are sent to a server that still loads its data, and one that hangs stays as it is"}
}

test_none_missing if _messages(_probes(true, true)) == set()

test_unknown if {
	_messages({"liveness": {"present": false}}) == set()
	_messages({"readiness": {"present": false}}) == set()
}
