package redislint.operations.alert_on_unset_maxmemory_test

import data.redislint.operations.alert_on_unset_maxmemory as rule

_findings(change, maxmemory) := findings if {
	alert := object.union({"name": "RedisMemoryHigh", "covers": true, "unlimited": "fires"}, change)
	findings := rule.findings with input as {
		"alerts": [{"name": "RedisDown", "covers": true}, alert],
		"nodes": [{}, {"config": {"maxmemory": maxmemory}}],
	}
}

test_fires_all_the_time if {
	_findings({}, {"bytes": 0}) == {{
		"at": "/alerts/1",
		"owner": "/nodes/1/config/maxmemory",
		"message": "alert RedisMemoryHigh compares used memory with redis_memory_max_bytes, which is 0 while maxmemory is not set: it fires as long as Redis runs",
	}}
}

test_set if _findings({}, {"bytes": 1}) == set()

test_guarded if _findings({"unlimited": "silent"}, {"bytes": 0}) == set()

test_of_another_redis if _findings({"covers": false}, {"bytes": 0}) == set()

test_unknown if {
	_findings({}, {}) == set()
	rule.findings == set() with input as {}
}
