package redislint.network.client_not_cluster_aware_test

import data.redislint.network.client_not_cluster_aware as rule

_findings(mode, cluster) := findings if {
	findings := rule.findings with input as {
		"mode": mode,
		"clients": [{
			"object": {"kind": "Deployment", "name": "web"},
			"variable": "REDIS_URL",
			"host": "redis",
			"cluster": cluster,
		}],
	}
}

test_unaware if {
	_findings("cluster", false) == {{
		"at": "/clients/0",
		"message": "REDIS_URL of Deployment web names redis of a Redis Cluster, and nothing there speaks of one; a client that is not cluster-aware fails on the MOVED that it gets for most keys",
	}}
}

test_aware_or_elsewhere if {
	_findings("cluster", true) == set()
	_findings("sentinel", false) == set()
}
