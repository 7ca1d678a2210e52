package redislint.memory.eviction_policy_missing_test

import data.redislint.memory.eviction_policy_missing as rule

_findings(profile, policy, maxmemory) := findings if {
	findings := rule.findings with input as {
		"profile": profile,
		"profile_basis": "the name cart-cache",
		"nodes": [{"config": {"maxmemory_policy": {"text": policy}, "maxmemory": {"bytes": maxmemory}}}],
	}
}

test_finding if {
	_findings("cache", "noeviction", 1073741824) == {{
		"at": "/nodes/0/config/maxmemory_policy",
		"owner": "/nodes/0/config",
		"message": "maxmemory-policy noeviction refuses every write once 1gb are full, and this is a cache (the name cart-cache)",
		"fixes": [{"safe": false, "set": [{"at": "/nodes/0/config/maxmemory_policy", "to": "allkeys-lru"}]}],
	}}
}

test_stores_keep_all if {
	_findings("store", "noeviction", 1) == set()
	_findings("unknown", "noeviction", 1) == set()
}

test_evicting if _findings("cache", "volatile-lru", 1) == set()

test_unlimited_is_another_rule if _findings("cache", "noeviction", 0) == set()
