package redislint.configuration.config_deprecated_test

import data.redislint.configuration.config_deprecated as rule

_findings(entry) := findings if {
	findings := rule.findings with input as {"nodes": [{"config": {"deprecated": [object.union(
		{
			"directive": "slave-priority",
			"replacement": "replica-priority",
			"since": "5.0",
			"replaced": true,
		},
		entry,
	)]}}]}
}

test_renamed if {
	_findings({}) == {{
		"at": "/nodes/0/config/deprecated/0",
		"message": "slave-priority is the old name of replica-priority since Redis 5.0",
		"fixes": [{"safe": true, "set": [{"at": "/nodes/0/config/deprecated/0/directive", "to": "replica-priority"}]}],
	}}
}

test_dropped if {
	messages := {finding.message | some finding in _findings({"directive": "lua-replicate-commands", "replacement": "", "since": "7.0"})}
	messages == {"lua-replicate-commands has no effect any more since Redis 7.0"}
}

test_an_older_server if _findings({"replaced": false}) == set()
