package redislint.network.cluster_exposed_without_announce_test

import data.redislint.network.cluster_exposed_without_announce as rule

_service := {
	"object": {"kind": "Service", "name": "redis"},
	"type": "LoadBalancer",
	"redis_port": true,
	"per_pod": false,
	"internal": false,
	"nodes": [0],
}

_node := {"host_network": false, "config": {"announce": {"set": false}}}

_findings(service, node) := findings if {
	findings := rule.findings with input as {"mode": "cluster", "services": [service], "nodes": [node]}
}

_service_with(patch) := _findings(object.union(_service, patch), _node)

_node_with(patch) := _findings(_service, object.union(_node, patch))

_severities(findings) := {finding.severity | some finding in findings}

test_finding if {
	_findings(_service, _node) == {{
		"at": "/services/0/type",
		"message": "LoadBalancer redis leads to any node of a Redis Cluster; nodes answer MOVED with Pod IPs that clients outside cannot reach",
		"severity": "error",
		"related": [{"at": "/nodes/0/config/announce", "message": "no address for clients outside is announced"}],
	}}
}

test_node_port if _severities(_service_with({"type": "NodePort"})) == {"error"}

test_inner_address_announced if {
	count(_node_with({"config": {"announce": {"set": true, "external": false}}})) == 1
}

test_internal_load_balancer if {
	_severities(_service_with({"internal": true})) == {"warning"}
	_severities(_findings(object.remove(_service, {"internal"}), _node)) == {"warning"}
}

test_inside if {
	every type in ["ClusterIP", "ExternalName"] {
		_service_with({"type": type}) == set()
	}
}

test_other_services if {
	_service_with({"per_pod": true}) == set()
	_service_with({"redis_port": false}) == set()
	_service_with({"nodes": []}) == set()
}

test_reachable_nodes if {
	_node_with({"host_network": true}) == set()
	_node_with({"config": {"announce": {"set": true, "external": true}}}) == set()
}

test_one_node_of_several_is_enough if {
	some finding in rule.findings with input as {
		"mode": "cluster",
		"services": [object.union(_service, {"nodes": [0, 1]})],
		"nodes": [{"host_network": true}, _node],
	}
	finding.related[0].at == "/nodes/1/config/announce"
}

test_unknown if {
	every key in ["type", "redis_port", "per_pod", "nodes"] {
		_findings(object.remove(_service, {key}), _node) == set()
	}
	every key in ["host_network", "config"] {
		_findings(_service, object.remove(_node, {key})) == set()
	}
	_node_with({"config": {"announce": {"set": true}}}) == set()
}

test_other_modes if {
	rule.findings == set() with input as {"mode": "standalone", "services": [_service], "nodes": [_node]}
}
