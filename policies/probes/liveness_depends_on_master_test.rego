package redislint.probes.liveness_depends_on_master_test

import data.redislint.probes.liveness_depends_on_master as rule

_findings(probe) := findings if {
	findings := rule.findings with input as {"nodes": [{"probes": {"liveness": probe}}]}
}

test_other_pod if {
	some finding in _findings({"other_host": true})
	finding.at == "/nodes/0/probes/liveness/other_host"
}

test_this_pod_or_unknown if {
	_findings({"other_host": false}) == set()
	_findings({}) == set()
}
