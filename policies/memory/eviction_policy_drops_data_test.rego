package redislint.memory.eviction_policy_drops_data_test

import data.redislint.memory.eviction_policy_drops_data as rule

_findings(profile, policy, maxmemory) := findings if {
	findings := rule.findings with input as {
		"profile": profile,
		"profile_basis": "Deployment worker runs Sidekiq",
		"nodes": [{"config": {"maxmemory_policy": {"text": policy}, "maxmemory": {"bytes": maxmemory}}}],
	}
}

test_finding if {
	_findings("store", "allkeys-lru", 1073741824) == {{
		"at": "/nodes/0/config/maxmemory_policy",
		"owner": "/nodes/0/config",
		"message": "maxmemory-policy allkeys-lru deletes any key once 1gb are full, and this is a store (Deployment worker runs Sidekiq)",
		"fixes": [{"safe": false, "set": [{"at": "/nodes/0/config/maxmemory_policy", "to": "noeviction"}]}],
	}}
}

test_caches_evict if {
	_findings("cache", "allkeys-lru", 1) == set()
	_findings("unknown", "allkeys-lru", 1) == set()
}

test_keys_with_a_time_to_live_may_go if {
	_findings("store", "volatile-ttl", 1) == set()
	_findings("store", "noeviction", 1) == set()
}

test_nothing_is_evicted_without_a_limit if _findings("store", "allkeys-lru", 0) == set()

test_unknown if {
	rule.findings == set() with input as {"profile": "store", "nodes": [{"config": {"maxmemory_policy": {"text": "allkeys-lru"}}}]}
}
