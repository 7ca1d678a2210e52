package redislint.network.http_ingress_to_redis_test

import data.redislint.network.http_ingress_to_redis as rule

_findings(route) := findings if {
	findings := rule.findings with input as {"routes": [object.union(
		{
			"object": {"kind": "Ingress", "name": "web"},
			"service": "redis",
			"protocol": "http",
			"redis_port": true,
		},
		route,
	)]}
}

test_http if {
	_findings({}) == {{
		"at": "/routes/0",
		"message": "Ingress web sends HTTP to the data port of Service redis; Redis closes such connections at once",
	}}
}

test_tcp_or_another_port if {
	_findings({"protocol": "tcp"}) == set()
	_findings({"redis_port": false}) == set()
}
