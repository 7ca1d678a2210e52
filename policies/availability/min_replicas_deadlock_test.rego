package redislint.availability.min_replicas_deadlock_test

import data.redislint.availability.min_replicas_deadlock as rule

_findings(least, replicas, role) := findings if {
	findings := rule.findings with input as {
		"nodes": [{"role": role, "config": {"min_replicas_to_write": {"value": least}}}],
		"shape": {"replicas": replicas},
	}
}

_said(least, replicas) := [finding.severity, finding.message] if {
	some finding in _findings(least, replicas, "any")
	finding.at == "/nodes/0/config/min_replicas_to_write"
}

test_more_than_there_are if {
	_said(3, 2) == ["error", "min-replicas-to-write 3 is more than the 2 replicas there are; every write is refused (NOREPLICAS)"]
	_said(1, 0) == ["error", "min-replicas-to-write 1 is more than the 0 replicas there are; every write is refused (NOREPLICAS)"]
}

test_all_there_are if {
	_said(2, 2) == ["warning", "min-replicas-to-write 2 needs all 2 replicas; when one is lost, or promoted, every write is refused (NOREPLICAS)"]
	_said(1, 1)[0] == "warning"
}

test_fewer if {
	not _said(1, 2)
	not _said(0, 0)
}

test_related if {
	some finding in _findings(2, 2, "master")
	finding.owner == "/nodes/0/replicas"
	finding.related == [{"at": "/shape/replicas", "message": "2 for each master"}]
}

test_a_replica_is_not_asked if _findings(3, 2, "replica") == set()

test_unknown if {
	rule.findings == set() with input as {"nodes": [{"role": "any", "config": {"min_replicas_to_write": {"value": 3}}}], "shape": {}}
	rule.findings == set() with input as {"nodes": [{"config": {"min_replicas_to_write": {"value": 3}}}], "shape": {"replicas": 1}}
}
