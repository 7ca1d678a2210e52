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

_lone := {"replicas": 1, "spread": {"present": false, "effective": false, "mutual": false, "misses": []}}

_judged(nodes) := findings if {
	findings := rule.findings with input as {"mode": "cluster", "nodes": nodes}
}

test_workloads_of_one_pod_each if {
	_judged([_lone, object.union(_lone, {"replicas": 2, "spread": {"effective": true}}), _lone]) == {{
		"at": "/nodes/0/spread",
		"owner": "/nodes/0/replicas",
		"message": "2 Pods, each of a workload of its own, may run on one machine: neither podAntiAffinity nor a topologySpreadConstraint keeps them apart",
		"related": [{"at": "/nodes/2/replicas", "message": "may run on the same"}],
	}}
}

test_terms_for_none_of_the_others if {
	term := object.union(_lone, {"spread": {"present": true}})
	some finding in _judged([term, term])
	endswith(finding.message, ": no podAntiAffinity or topologySpreadConstraint of one selects the others")
}

test_many_of_one_pod_each if {
	some finding in _judged([_lone | some _ in numbers.range(1, 40)])
	startswith(finding.message, "40 Pods")
	count(finding.related) == 10
}

test_sentinels_of_one_pod_each if {
	findings := rule.findings with input as {"mode": "sentinel", "nodes": [_lone], "sentinels": [_lone, _lone, _lone]}
	{finding.at | some finding in findings} == {"/sentinels/0/spread"}
}

test_kept_apart_by_one_another if {
	_judged([_lone]) == set()
	_judged([_lone, object.union(_lone, {"spread": {"mutual": true}})]) == set()
	_judged([_lone, object.union(_lone, {"spread": {"effective": true}})]) == set()
	_judged([_lone, {"replicas": 1, "spread": {"present": false, "effective": false, "misses": []}}]) == set()
}

test_one_is_unknown if {
	every path in ["replicas", "spread/present", "spread/effective", "spread/mutual"] {
		_judged([json.remove(_lone, [path]), _lone, _lone]) == set()
	}
}

test_servers_of_their_own if {
	findings := rule.findings with input as {"mode": "standalone", "nodes": [_lone, _lone]}
	findings == set()
}

test_each_on_its_own if _findings("standalone", _alone) == set()

test_unknown if {
	_findings("sentinel", {"replicas": 3, "spread": {"present": false, "misses": []}}) == set()
	_findings("sentinel", {"spread": {"present": false, "effective": false, "misses": []}}) == set()
}
