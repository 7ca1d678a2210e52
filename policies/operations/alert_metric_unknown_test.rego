package redislint.operations.alert_metric_unknown_test

import data.redislint.operations.alert_metric_unknown as rule

_findings(change) := findings if {
	metric := object.union({"name": "redis_replication_lag", "exported": false, "nearest": ""}, change)
	findings := rule.findings with input as {"alerts": [
		{"name": "RedisDown", "first": true, "metrics": [{"name": "redis_up", "exported": true}]},
		{"name": "RedisReplicaLags", "first": true, "metrics": [{"name": "redis_up", "exported": true}, metric]},
	]}
}

test_with_the_one_meant if {
	_findings({"nearest": "redis_connected_slave_lag_seconds"}) == {{
		"at": "/alerts/1/metrics/1",
		"message": concat("", [
			"alert RedisReplicaLags never sees redis_replication_lag, which no version of redis_exporter has; ",
			"redis_connected_slave_lag_seconds is probably meant",
		]),
		"fixes": [{"safe": false, "set": [{"at": "/alerts/1/metrics/1/name", "to": "redis_connected_slave_lag_seconds"}]}],
	}}
}

test_like_no_other if {
	some finding in _findings({})
	finding.message == "alert RedisReplicaLags never sees redis_replication_lag, which no version of redis_exporter has"
}

test_told_once_for_all_redis if {
	rule.findings == set() with input as {"alerts": [{"name": "a", "first": false, "metrics": [{"name": "redis_x", "exported": false, "nearest": ""}]}]}
}

test_unknown if {
	rule.findings == set() with input as {"alerts": [{"name": "a", "first": true, "metrics": [{"name": "redis_x"}]}, {"first": true}]}
}
