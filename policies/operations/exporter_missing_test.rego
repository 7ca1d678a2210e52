package redislint.operations.exporter_missing_test

import data.redislint.operations.exporter_missing as rule

test_none if {
	rule.findings == {{
		"at": "/exporter",
		"message": "no exporter in the Pods, and none in the input asks this Redis: nobody sees its memory, evictions and lag",
	}} with input as {"exporter": {"present": false, "kind": ""}}
}

test_one if {
	rule.findings == set() with input as {"exporter": {"present": true, "kind": "sidecar"}}
}

test_unknown if {
	rule.findings == set() with input as {}
	rule.findings == set() with input as {"exporter": {}}
}
