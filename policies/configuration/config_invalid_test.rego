package redislint.configuration.config_invalid_test

import data.redislint.configuration.config_invalid as rule

test_each_directive if {
	rule.findings == {
		{
			"at": "/nodes/0/config/invalid/0",
			"message": "the server refuses to start with \"maxmemory 1Gi\": argument must be a memory value",
			"fixes": [{"safe": true, "set": [{"at": "/nodes/0/config/invalid/0/text", "to": "maxmemory 1gb"}]}],
		},
		{
			"at": "/nodes/0/config/invalid/1",
			"message": "the server refuses to start with \"requirepass\": wrong number of arguments",
			"fixes": [],
		},
	} with input as {"nodes": [{"config": {"invalid": [
		{"directive": "maxmemory", "text": "maxmemory 1Gi", "reason": "argument must be a memory value"},
		{"directive": "requirepass", "text": "requirepass a b", "reason": "wrong number of arguments"},
	]}}]}
}

test_none if {
	rule.findings == set() with input as {"nodes": [{"config": {"invalid": []}}, {"config": {}}, {}]}
}
