package redislint.availability.replicas_colocated_test

import data.redislint.availability.replicas_colocated as rule

_findings(mode, workload) := findings if {
	findings := rule.findings with input as {"mode": mode, "nodes": [workload]}
}

_alone := {"replicas": 3, "spread": {"present": false, "effective": false, "misses": []}}

_missed(miss) := {"replicas": 3, "spread": {"present": true, "effective": false, "misses": [miss]}}

test_nothing_keeps_them_apart if {
	_findings("sentinel", _alone) == {{
		"at": "/nodes/0/spread",
		"owner": "/nodes/0/replicas",
		"message": "3 Pods may run on one machine: neither podAntiAffinity nor a topologySpreadConstraint keeps them apart",
	}}
}

test_a_term_for_others if {
	miss := {"kind": "podAntiAffinity", "selector": "app=radis", "labels": "app=redis"}
	_findings("cluster", _missed(miss)) == {{
		"at": "/nodes/0/spread/misses/0",
		"owner": "/nodes/0/replicas",
		"message": "this podAntiAffinity selects other Pods: it asks for app=radis, and these have app=redis; 3 Pods may run on one machine",
	}}
}

test_a_term_for_nobody if {
	some finding in _findings("replication", _missed({"kind": "topologySpreadConstraint", "selector": "", "labels": ""}))
	finding.message == "this topologySpreadConstraint has no selector, so it selects nothing; 3 Pods may run on one machine"
}

test_sentinels if {
	findings := rule.findings with input as {"mode": "sentinel", "sentinels": [_alone]}
	{finding.at | some finding in findings} == {"/sentinels/0/spread"}
}

test_apart if {
	_findings("sentinel", {"replicas": 3, "spread": {"present": true, "effective": true, "misses": [{"kind": "podAntiAffinity", "selector": "a", "labels": "b"}]}}) == set()
	_findings("sentinel", object.union(_alone, {"replicas": 1})) == set()
}

test_each_on_its_own if _findings("standalone", _alone) == set()

test_unknown if {
	_findings("sentinel", {"replicas": 3, "spread": {"present": false, "misses": []}}) == set()
	_findings("sentinel", {"spread": {"present": false, "effective": false, "misses": []}}) == set()
}
