package redislint.configuration.sentinel_hostname_unresolved_test

import data.redislint.configuration.sentinel_hostname_unresolved as rule

_findings(monitored) := findings if {
	findings := rule.findings with input as {"sentinels": [{"monitored": object.union(
		{"host": "redis-0.redis", "named": true, "resolved": false},
		monitored,
	)}]}
}

test_name if {
	_findings({}) == {{
		"at": "/sentinels/0/monitored",
		"message": "the master is redis-0.redis, a name, which a Sentinel does not look up without resolve-hostnames yes: it exits at start",
		"fixes": [{"safe": true, "set": [{"before": "/sentinels/0/monitored", "line": "sentinel resolve-hostnames yes"}]}],
	}}
}

test_address_or_resolved if {
	_findings({"named": false}) == set()
	_findings({"resolved": true}) == set()
}
