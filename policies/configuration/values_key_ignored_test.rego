package redislint.configuration.values_key_ignored_test

import data.redislint.configuration.values_key_ignored as rule

_ignored := [{"key": "auth.password", "reason": "the chart reads no such key", "instead": "password"}]

test_each_key if {
	rule.findings == {{
		"at": "/settings/ignored/0",
		"message": "auth.password has no effect: the chart reads no such key; set password",
	}} with input as {"settings": {"kind": "chart", "ignored": _ignored}}
}

test_of_charts_only if {
	rule.findings == set() with input as {"settings": {"kind": "operator", "ignored": _ignored}}
}

test_none if {
	every settings in [{"kind": "chart", "ignored": []}, {"kind": "chart"}, {}] {
		rule.findings == set() with input as {"settings": settings}
	}
}
