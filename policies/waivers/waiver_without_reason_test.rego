package redislint.waivers.waiver_without_reason_test

import data.redislint.waivers.waiver_without_reason as rule

_findings(reason, name) := findings if {
	findings := rule.findings with input as {"waivers": [{"rule": name, "reason": reason}]}
}

test_with_a_reason if _findings("why", "volume-tight") == set()

test_without if {
	_findings("", "volume-tight") == {{
		"at": "/waivers/0",
		"message": "the waiver of volume-tight gives no reason, so it does not hold",
	}}
}

test_that_cannot_be_read if _findings("", "") == set()
