package redislint.waivers.waiver_unused_test

import data.redislint.waivers.waiver_unused as rule

_waiver := {
	"rule": "volume-tight", "known": true, "nearest": "", "reason": "later", "until": "",
	"expired": false, "dated": true, "forbidden": false, "used": false,
}

_messages(changes) := messages if {
	messages := {f.message | some f in rule.findings} with input as {"waivers": [object.union(_waiver, changes)]}
}

test_used if _messages({"used": true}) == set()

test_unused if _messages({}) == {"volume-tight finds nothing that this waives"}

test_unknown if {
	rule.findings == set() with input as {"waivers": [object.remove(_waiver, ["used"])]}
}

test_of_a_rule_that_does_not_exist if {
	_messages({"rule": "volume-tigt", "known": false, "nearest": "volume-tight"}) == {"there is no rule volume-tigt, did you mean volume-tight?"}
	_messages({"rule": "colour", "known": false}) == {"there is no rule colour"}
}

test_forbidden if _messages({"forbidden": true}) == {"nobody may waive volume-tight here"}

test_that_cannot_be_read if {
	want := {"a comment for redislint reads: # redislint: ignore[rule] reason"}
	_messages({"rule": "", "known": false}) == want
	_messages({"rule": "", "known": false, "reason": ""}) == want
}

test_said_elsewhere if {
	_messages({"expired": true}) == set()
	_messages({"dated": false}) == set()
	_messages({"reason": ""}) == set()
}
