package redislint.operations.alerts_missing_test

import data.redislint.operations.alerts_missing as rule

test_none if {
	rule.findings == {{
		"at": "/exporter",
		"message": "metrics of this Redis are collected, and no PrometheusRule in the input has an alert on them",
	}} with input as {"alerts": []}
}

test_one if {
	rule.findings == set() with input as {"alerts": [{}]}
}

test_unknown if {
	rule.findings == set() with input as {}
}
