package redislint.network.client_bypasses_sentinel_test

import data.redislint.network.client_bypasses_sentinel as rule

_findings(mode, client) := findings if {
	findings := rule.findings with input as {
		"mode": mode,
		"clients": [object.union(
			{
				"object": {"kind": "Deployment", "name": "web"},
				"variable": "REDIS_HOST",
				"host": "redis-0.redis",
				"pod": true,
				"reaches": "any",
				"reads": false,
				"asks_sentinel": false,
			},
			client,
		)],
	}
}

test_pod if {
	_findings("sentinel", {}) == {{
		"at": "/clients/0",
		"message": "REDIS_HOST of Deployment web names the Pod redis-0.redis; after a failover the master is elsewhere, which only the Sentinels tell (port 26379)",
	}}
}

test_service if {
	messages := {finding.message | some finding in _findings("sentinel", {"pod": false, "host": "redis", "variable": ""})}
	messages == {"an argument of Deployment web names redis, the Service of all servers; after a failover the master is elsewhere, which only the Sentinels tell (port 26379)"}
}

test_fine_or_unknown if {
	every client in [
		{"asks_sentinel": true},
		{"reads": true},
		{"pod": false, "reaches": "master"},
		{"reaches": "sentinel"},
	] {
		_findings("sentinel", client) == set()
	}
	_findings("replication", {}) == set()
}
