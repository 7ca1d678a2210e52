package redislint.waivers.waiver_expired_test

import data.redislint.waivers.waiver_expired as rule

_waiver := {"rule": "volume-tight", "reason": "later", "until": "2021-01-31", "expired": false, "dated": true}

_messages(changes) := messages if {
	messages := {f.message | some f in rule.findings} with input as {"waivers": [object.union(_waiver, changes)]}
}

test_holds if _messages({}) == set()

test_past if _messages({"expired": true}) == {"the waiver of volume-tight ended on 2021-01-31"}

test_no_day if {
	_messages({"dated": false, "until": "soon"}) == {"until=soon is no day like 2027-01-31, so the waiver of volume-tight does not hold"}
}

test_without_a_reason if _messages({"expired": true, "reason": ""}) == set()

test_each_at_its_place if {
	places := {f.at | some f in rule.findings} with input as {"waivers": [_waiver, object.union(_waiver, {"expired": true})]}
	places == {"/waivers/1"}
}
