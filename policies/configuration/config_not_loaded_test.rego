package redislint.configuration.config_not_loaded_test

import data.redislint.configuration.config_not_loaded as rule

_entry := {
	"directive": "maxmemory",
	"text": "maxmemory 1gb",
	"place": "master.conf",
	"reason": "start-node.sh never includes it",
	"remedy": "commonConfiguration",
}

test_each_directive if {
	message := "\"maxmemory 1gb\" has no effect in master.conf (start-node.sh never includes it); it belongs in commonConfiguration"
	rule.findings == {
		{"at": "/nodes/1/config/not_loaded/0", "message": message, "severity": "error"},
		{"at": "/nodes/1/config/not_loaded/1", "message": message, "severity": "error"},
	} with input as {"nodes": [{}, {"config": {"not_loaded": [_entry, _entry]}}]}
}

test_other_settings_are_an_advice if {
	some finding in rule.findings with input as {"nodes": [{"config": {"not_loaded": [object.union(
		_entry,
		{"directive": "tcp-backlog", "text": "tcp-backlog 511"},
	)]}}]}
	finding.severity == "info"
}

test_none if {
	rule.findings == set() with input as {"nodes": [{"config": {"not_loaded": []}}, {"config": {}}, {}]}
}
