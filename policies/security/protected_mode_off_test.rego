package redislint.security.protected_mode_off_test

import data.redislint.security.protected_mode_off as rule

_findings(access) := findings if {
	findings := rule.findings with input as {"nodes": [{"access": object.union(
		{
			"password": false,
			"remote": true,
			"protected_mode": {"set": true, "on": false},
		},
		access,
	)}]}
}

test_off if {
	_findings({}) == {{
		"at": "/nodes/0/access/protected_mode",
		"message": "protected-mode no without a password serves whoever reaches the port; with a password the line is not needed",
	}}
}

test_fine if {
	every access in [
		{"password": true},
		{"remote": false},
		{"protected_mode": {"set": true, "on": true}},
		{"protected_mode": {"set": false, "on": false}},
	] {
		_findings(access) == set()
	}
}
