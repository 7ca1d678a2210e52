package redislint.security.password_in_plain_text_test

import data.redislint.security.password_in_plain_text as rule

test_each_password if {
	rule.findings == {
		{
			"at": "/settings/passwords/0",
			"message": "redis.auth.password stands here in plain text, for everyone who can read the file or its history; keep it in a Secret and name that in redis.auth.existingSecret",
			"severity": "warning",
		},
		{
			"at": "/settings/passwords/1",
			"message": "password stands here in plain text, for everyone who can read the file or its history; keep it in a Secret and name that in existingSecret",
			"severity": "warning",
		},
		{
			"at": "/settings/passwords/2",
			"message": "auth.acl.users[0].password stands here in plain text, for everyone who can read the file or its history; keep it in a Secret",
			"severity": "warning",
		},
	} with input as {"settings": {"passwords": [
		{"key": "redis.auth.password"},
		{"key": "password"},
		{"key": "auth.acl.users[0].password"},
	]}}
}

test_in_a_manifest if {
	rule.findings == {{
		"at": "/passwords/0",
		"message": "the password of requirepass stands here in plain text, for everyone who may see the ConfigMap; keep it in a Secret",
	}} with input as {"passwords": [{"setting": "requirepass", "kind": "ConfigMap"}]}
}

test_none if {
	every settings in [{"passwords": []}, {}] {
		rule.findings == set() with input as {"settings": settings}
	}
}
