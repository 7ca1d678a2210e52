package redislint.persistence.replication_without_persistence_test

import data.redislint.persistence.replication_without_persistence as rule

_input(mode, profile, node) := {
	"mode": mode,
	"profile": profile,
	"shape": {"replicas": 2},
	"nodes": [object.union({"role": "any"}, node)],
}

_off := {"config": {"appendonly": {"on": false}, "save": {"on": false}}}

_on(kind) := {
	"config": {"appendonly": {"on": true}, "save": {"on": false}},
	"data": {"kind": kind, "mount": "/data", "unused": {"present": false}},
}

_findings(mode, profile, node) := findings if {
	findings := rule.findings with input as _input(mode, profile, node)
}

test_nothing_is_saved if {
	_findings("sentinel", "store", _off) == {{
		"at": "/nodes/0/config/save",
		"message": "neither save points nor appendonly: a restart loses all data; a master that starts empty empties its replicas too",
		"severity": "error",
	}}
}

test_unknown_profile if {
	{finding.severity | some finding in _findings("replication", "unknown", _off)} == {"warning"}
}

test_cache if _findings("sentinel", "cache", _off) == set()

test_saved_in_the_container if {
	{finding.message | some finding in _findings("sentinel", "store", _on("none"))} == {"/data is in the container itself: a restart loses all data; a master that starts empty empties its replicas too"}
}

test_empty_dir_without_sentinels if {
	_findings("replication", "store", _on("emptyDir")) == {{
		"at": "/nodes/0/data",
		"message": "/data is an emptyDir: a new Pod has no data; a master that starts empty empties its replicas too",
		"severity": "error",
	}}
	_findings("sentinel", "store", _on("emptyDir")) == set()
}

test_one_replica if {
	messages := {finding.message | some finding in rule.findings} with input as object.union(_input("replication", "store", _off), {"shape": {"replicas": 1}})
	messages == {"neither save points nor appendonly: a restart loses all data; a master that starts empty empties its replica too"}
}

test_no_replicas if {
	rule.findings == set() with input as object.union(_input("replication", "store", _off), {"shape": {"replicas": 0}})
}

test_claim if _findings("replication", "store", _on("claim")) == set()

test_a_replica_may_be_empty if _findings("replication", "store", object.union(_off, {"role": "replica"})) == set()

test_standalone if _findings("standalone", "store", _off) == set()
