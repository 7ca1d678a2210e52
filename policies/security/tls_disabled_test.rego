package redislint.security.tls_disabled_test

import data.redislint.security.tls_disabled as rule

_findings(access) := findings if {
	findings := rule.findings with input as {"nodes": [{
		"object": {"kind": "StatefulSet", "name": "redis"},
		"access": object.union({"tls": false, "remote": true}, access),
	}]}
}

test_plain if {
	_findings({}) == {{
		"at": "/nodes/0/access/tls",
		"message": "no tls-port: passwords and data cross the network in plain text",
	}}
}

test_fine if {
	_findings({"tls": true}) == set()
	_findings({"remote": false}) == set()
}
