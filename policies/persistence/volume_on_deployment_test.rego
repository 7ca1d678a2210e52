package redislint.persistence.volume_on_deployment_test

import data.redislint.persistence.volume_on_deployment as rule

_findings(node) := findings if {
	findings := rule.findings with input as {"nodes": [object.union(
		{
			"overlaps": true,
			"replicas": 1,
			"data": {"kind": "claim"},
		},
		node,
	)]}
}

test_once if {
	_findings({"data": {"access_modes": ["ReadWriteOnce"]}}) == {{
		"at": "/nodes/0/overlaps",
		"message": "an update starts the new Pod before the old one has ended, with one claim for both: ReadWriteOnce keeps it from starting on another machine, and on the same one both write to the same files; set strategy.type Recreate, or use a StatefulSet",
		"related": [{"at": "/nodes/0/data", "message": "the claim"}],
		"fixes": [{"safe": true, "set": [{"at": "/nodes/0/overlaps", "to": false}]}],
	}}
}

test_other_modes if {
	every mode, effect in {"ReadWriteMany": "both write", "ReadWriteOncePod": "from starting at all"} {
		some finding in _findings({"data": {"access_modes": [mode]}})
		contains(finding.message, effect)
	}
	every claim in [{}, {"access_modes": []}] {
		some finding in _findings({"data": claim})
		contains(finding.message, "where the claim is for one machine")
	}
}

test_no_overlap if {
	every node in [{"overlaps": false}, {"replicas": 0}, {"data": {"kind": "emptyDir"}}] {
		_findings(node) == set()
	}
}
