package redislint.configuration.architecture_invalid_test

import data.redislint.configuration.architecture_invalid as rule

_findings(setting) := findings if {
	findings := rule.findings with input as {"settings": {"kind": "chart", "name": "bitnami/redis", "invalid": [object.union(
		{"key": "architecture", "value": "cluster", "allowed": ["standalone", "replication"], "instead": ""},
		setting,
	)]}}
}

test_another_chart_has_it if {
	_findings({"instead": "bitnami/redis-cluster"}) == {{
		"at": "/settings/invalid/0",
		"message": "architecture \"cluster\" fails the installation; bitnami/redis takes standalone or replication, and bitnami/redis-cluster is what has it",
	}}
}

test_no_other_chart_has_it if {
	_findings({"value": "sentinel"}) == {{
		"at": "/settings/invalid/0",
		"message": "architecture \"sentinel\" fails the installation; bitnami/redis takes standalone or replication",
	}}
}

test_none if {
	every settings in [{"invalid": []}, {}] {
		rule.findings == set() with input as {"settings": settings}
	}
}
