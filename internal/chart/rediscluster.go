package chart

var redisClusterChart = chart{
	name:     "redis-cluster",
	versions: []string{"4.4.1", "5.0.2", "6.3.9", "7.6.4", "8.8.2", "9.8.1", "10.3.0", "11.5.4", "12.0.16", "13.0.5"},
	derive:   deriveCluster,
}

var valkeyClusterChart = chart{
	name:     "valkey-cluster",
	versions: []string{"0.1.11", "1.0.3", "2.2.1", "3.0.25"},
	derive:   deriveCluster,
}

func deriveCluster(r *release) {}
