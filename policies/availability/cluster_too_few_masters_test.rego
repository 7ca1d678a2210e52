package redislint.availability.cluster_too_few_masters_test

import data.redislint.availability.cluster_too_few_masters as rule

_findings(shape) := findings if {
	findings := rule.findings with input as {"mode": "cluster", "shape": shape}
}

test_of_a_chart if {
	_findings({"whole": true, "nodes": 4, "each": 1, "masters": 2}) == {{
		"at": "/shape/masters",
		"message": "4 nodes with 1 replicas for each master make 2 masters; a failed one is replaced by the votes of a majority of at least 3",
		"severity": "error",
		"fixes": [{"safe": false, "set": [{"at": "/shape/nodes", "to": 6}]}, {"safe": false, "set": [{"at": "/shape/masters", "to": 3}]}],
	}}
}

test_of_an_operator if {
	_findings({"whole": true, "nodes": 4, "masters": 2}) == {{
		"at": "/shape/masters",
		"message": "2 of at least 3 masters; a failed one is replaced by the votes of a majority of at least 3",
		"severity": "error",
		"fixes": [{"safe": false, "set": [{"at": "/shape/masters", "to": 3}]}],
	}}
}

test_more_may_be_elsewhere if {
	{finding.severity | some finding in _findings({"whole": false, "nodes": 2, "masters": 2})} == {"warning"}
	_findings({"whole": false, "nodes": 1, "masters": 1}) == set()
}

test_enough if _findings({"whole": true, "masters": 3}) == set()

test_unknown if {
	_findings({"whole": true}) == set()
	_findings({"masters": 2}) == set()
}
