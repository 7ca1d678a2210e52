package redislint.configuration.operator_setting_ignored_test

import data.redislint.configuration.operator_setting_ignored as rule

_ignored := [
	{"key": "spec.resources", "reason": "the operator reads it nowhere", "instead": "spec.kubernetesConfig.resources"},
	{"key": "spec.sentinel.quorum", "reason": "the operator makes it 2", "instead": ""},
]

test_each_setting if {
	rule.findings == {
		{
			"at": "/settings/ignored/0",
			"message": "spec.resources has no effect: the operator reads it nowhere; set spec.kubernetesConfig.resources",
		},
		{
			"at": "/settings/ignored/1",
			"message": "spec.sentinel.quorum has no effect: the operator makes it 2",
		},
	} with input as {"settings": {"kind": "operator", "ignored": _ignored}}
}

test_of_operators_only if {
	rule.findings == set() with input as {"settings": {"kind": "chart", "ignored": _ignored}}
}

test_none if {
	every settings in [{"kind": "operator", "ignored": []}, {"kind": "operator"}, {}] {
		rule.findings == set() with input as {"settings": settings}
	}
}
