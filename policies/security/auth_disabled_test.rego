package redislint.security.auth_disabled_test

import data.redislint.security.auth_disabled as rule

_node(access) := {
	"object": {"kind": "StatefulSet", "name": "redis"},
	"host_network": false,
	"access": object.union({"password": false, "nopass": false, "remote": true}, access),
}

_findings(node, rest) := findings if {
	findings := rule.findings with input as object.union({"nodes": [node]}, rest)
}

_service := {
	"object": {"name": "redis"},
	"exposed": true,
	"internal": false,
	"restricted": false,
	"redis_port": true,
	"nodes": [0],
}

test_inside if {
	_findings(_node({}), {}) == {{
		"at": "/nodes/0/access/password",
		"message": "no password: every Pod that reaches the port may read and delete all data",
		"severity": "warning",
	}}
}

test_nopass if {
	messages := {finding.message | some finding in _findings(_node({"nopass": true}), {})}
	messages == {"user default has nopass, which counts whatever requirepass says: every Pod that reaches the port may read and delete all data"}
}

test_exposed if {
	_findings(_node({}), {"services": [_service]}) == {{
		"at": "/nodes/0/access/password",
		"message": "no password: everybody who reaches the port from outside the cluster may read and delete all data",
		"severity": "error",
		"related": [{"at": "/services/0/exposed", "message": "open to the outside"}],
	}}
}

test_routed if {
	related := [finding.related | some finding in _findings(_node({}), {
		"services": [object.union(_service, {"exposed": false})],
		"routes": [{"service": "redis", "protocol": "tcp", "redis_port": true}],
	})]
	related == [[{"at": "/routes/0", "message": "open to the outside"}]]
}

test_on_the_network_of_its_machine if {
	{finding.severity | some finding in _findings(object.union(_node({}), {"host_network": true}), {})} == {"error"}
}

test_not_open_to_everybody if {
	every service in [{"internal": true}, {"restricted": true}, {"redis_port": false}, {"nodes": []}] {
		severities := {finding.severity | some finding in _findings(_node({}), {"services": [object.union(_service, service)]})}
		severities == {"warning"}
	}
}

test_a_password_or_nobody_to_ask_for_it if {
	_findings(_node({"password": true}), {}) == set()
	_findings(_node({"remote": false}), {}) == set()
}
