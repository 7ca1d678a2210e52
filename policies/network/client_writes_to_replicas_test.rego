package redislint.network.client_writes_to_replicas_test

import data.redislint.network.client_writes_to_replicas as rule

_client := {
	"object": {"kind": "Deployment", "name": "web"},
	"variable": "REDIS_HOST",
	"host": "redis",
	"pod": false,
	"reaches": "any",
	"reads": false,
	"asks_sentinel": false,
}

_of_client(mode, client) := findings if {
	findings := rule.findings with input as {
		"mode": mode,
		"shape": {"replicas": 2},
		"clients": [object.union(_client, client)],
	}
}

test_client if {
	_of_client("sentinel", {}) == {{
		"at": "/clients/0",
		"message": "REDIS_HOST of Deployment web names redis, a Service of the master and its 2 replicas; a replica answers writes with READONLY",
	}}
	count(_of_client("replication", {})) == 1
}

test_client_that_is_fine if {
	every client in [
		{"reaches": "master"},
		{"reaches": "replica"},
		{"pod": true},
		{"reads": true},
		{"asks_sentinel": true},
	] {
		_of_client("replication", client) == set()
	}
	_of_client("cluster", {}) == set()
}

_service := {
	"object": {"name": "redis"},
	"reaches": "any",
	"headless": false,
	"per_pod": false,
	"redis_port": true,
	"sentinel_port": false,
}

_of_services(mode, services) := findings if {
	findings := rule.findings with input as {
		"mode": mode,
		"shape": {"replicas": 1},
		"services": [object.union(_service, service) | some service in services],
	}
}

test_service if {
	_of_services("replication", [{}, {"headless": true}]) == {{
		"at": "/services/0/reaches",
		"message": "Service redis selects the master and its 1 replica, and no Service the master alone; a replica answers writes with READONLY",
	}}
}

test_service_that_is_fine if {
	every service in [
		{"headless": true},
		{"per_pod": true},
		{"redis_port": false},
		{"sentinel_port": true},
		{"reaches": "replica"},
		{"object": {"name": "redis-read"}},
		{"object": {"name": "redis-ro"}},
	] {
		_of_services("replication", [service]) == set()
	}
	_of_services("replication", [{}, {"reaches": "master"}]) == set()
	_of_services("sentinel", [{}]) == set()
}
