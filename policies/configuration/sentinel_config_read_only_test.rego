package redislint.configuration.sentinel_config_read_only_test

import data.redislint.configuration.sentinel_config_read_only as rule

_findings(file) := findings if {
	findings := rule.findings with input as {"sentinels": [{"config_file": object.union(
		{"path": "/config/sentinel.conf", "volume": "ConfigMap redis"},
		file,
	)}]}
}

test_read_only if {
	_findings({"writable": false}) == {{
		"at": "/sentinels/0/config_file",
		"message": "/config/sentinel.conf is in ConfigMap redis, which is mounted read-only; a Sentinel exits when it cannot write its file; start it with a copy in a volume",
	}}
}

test_writable_or_unknown if {
	_findings({"writable": true}) == set()
	_findings({}) == set()
}
