package redislint.network.exposed_outside_cluster_test

import data.redislint.network.exposed_outside_cluster as rule

_service := {
	"type": "LoadBalancer",
	"exposed": true,
	"internal": false,
	"restricted": false,
	"redis_port": true,
	"sentinel_port": false,
}

_findings(service) := findings if {
	findings := rule.findings with input as {"services": [object.union(_service, service)]}
}

test_data_port if {
	_findings({}) == {{
		"at": "/services/0/exposed",
		"message": "the LoadBalancer takes connections to the data port from outside the cluster",
		"severity": "warning",
	}}
}

test_sentinels if {
	messages := {finding.message | some finding in _findings({"redis_port": false, "sentinel_port": true})}
	messages == {"the LoadBalancer takes connections to the Sentinels from outside the cluster, whom they tell the Pod IP of the master, which cannot be reached there"}
}

test_internal_or_restricted_is_advice if {
	[[finding.severity, finding.message] | some finding in _findings({"internal": true})] == [["info", "the LoadBalancer takes connections to the data port from outside the cluster, through an internal load balancer"]]
	[[finding.severity, finding.message] | some finding in _findings({"restricted": true})] == [["info", "the LoadBalancer takes connections to the data port from outside the cluster, of loadBalancerSourceRanges only"]]
	[finding.severity | some finding in _findings({"internal": true, "restricted": true})] == ["info"]
}

test_external_ips if {
	messages := {finding.message | some finding in _findings({"type": "ClusterIP"})}
	messages == {"the Service with externalIPs takes connections to the data port from outside the cluster"}
}

test_inside_or_another_port if {
	_findings({"exposed": false}) == set()
	_findings({"redis_port": false}) == set()
}

test_tcp_route if {
	rule.findings == {{
		"at": "/routes/0",
		"message": "TCPRoute redis leads connections from outside the cluster to the data port of Service redis",
		"severity": "warning",
	}} with input as {"routes": [{
		"object": {"kind": "TCPRoute", "name": "redis"},
		"service": "redis",
		"protocol": "tcp",
		"redis_port": true,
	}]}
}

test_http_route if {
	rule.findings == set() with input as {"routes": [{
		"object": {"kind": "Ingress", "name": "redis"},
		"service": "redis",
		"protocol": "http",
		"redis_port": true,
	}]}
}
