package redislint.memory.resources_preset_test

import data.redislint.memory.resources_preset as rule

_preset := {"key": "replica.resourcesPreset", "name": "nano", "component": "replica", "request": 134217728, "limit": 201326592}

test_its_numbers if {
	rule.findings == {{
		"at": "/settings/presets/0",
		"message": "the preset nano requests 128Mi of memory for replica and allows 192Mi, whatever it holds; set replica.resources",
	}} with input as {"settings": {"presets": [_preset]}}
}

test_none if {
	every presets in [[], [object.union(_preset, {"name": "none", "request": 0, "limit": 0})]] {
		rule.findings == set() with input as {"settings": {"presets": presets}}
	}
}
