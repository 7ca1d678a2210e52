package chart

// Where the templates of one major version do otherwise than those of another, beyond the keys that they read.

// before reports whether the release is one of a chart before a major version.
func (r *release) before(chart string, major int) bool {
	return r.asked.Chart == chart && r.major < major
}

// old reports whether the values are those of redis before 14: cluster.slaveCount, slave, redisPort.
func (r *release) old() bool { return r.before("redis", 14) }

// splitsSentinels reports whether Sentinels run beside the master and beside the slaves, in two workloads, instead of
// beside nodes that are all alike.
func (r *release) splitsSentinels() bool { return r.before("redis", 11) }

// loadsByRole reports whether a node beside a Sentinel loads the master's file when it starts as the master. Later ones
// always load the replicas'.
func (r *release) loadsByRole() bool { return r.before("redis", 16) }

// killsWithoutMaster reports whether a replica that answers MASTERDOWN is not taken to be alive.
func (r *release) killsWithoutMaster() bool {
	return r.before("redis", 16) || r.before("redis-cluster", 7)
}

// writesOldNames reports whether the charts write directives that Redis 5, or 7, calls otherwise.
func (r *release) writesOldNames() bool { return r.before("redis", 16) || r.before("redis-cluster", 8) }

// resolvesNames reports whether Sentinels are told to look up the names of hosts.
func (r *release) resolvesNames() bool { return !r.before("redis", 15) }

// firstMaster is the Pod that Sentinels begin with.
func (r *release) firstMaster() string {
	if r.before("redis", 12) {
		return r.fullname + "-master-0"
	}
	return r.fullname + "-node-0"
}

// sentinelVolume is where a Sentinel keeps its configuration.
func (r *release) sentinelVolume() string {
	if r.before("redis", 16) {
		return "sentinel-tmp-conf"
	}
	return "sentinel-data"
}

// createsByJob reports whether a Job joins the nodes of a cluster, instead of the first of them.
func (r *release) createsByJob() bool { return r.before("redis-cluster", 5) }

// startsBySocket reports whether the startup probes of nodes and their Sentinels only connect.
func (r *release) startsBySocket() bool { return r.before("redis", 17) }

// customProbesFirst reports whether a custom probe replaces the chart's even where that is enabled.
func (r *release) customProbesFirst() bool {
	return !r.before("redis", 17) && !r.before("redis-cluster", 8)
}

// keepsNoMaster reports whether a master with no Pods is made all the same.
func (r *release) keepsNoMaster() bool { return r.before("redis", 18) }

// scalesNodes reports whether an autoscaler is made for nodes beside Sentinels.
func (r *release) scalesNodes() bool { return !r.before("redis", 15) }

// publishesNodes reports whether the names of nodes beside Sentinels are there before the nodes are ready.
func (r *release) publishesNodes() bool { return !r.before("redis", 12) }

// firstPresets reports whether the largest presets are those that the charts began with.
func (r *release) hasFirstPresets() bool {
	return r.before("redis", 19) || r.before("redis-cluster", 10)
}

// portOfNodes is the name of the server's port in nodes beside Sentinels: no Service asks for that of the first valkeys.
func (r *release) portOfNodes() string {
	if r.before("valkey", 4) {
		return "valkey"
	}
	return portName
}

// budgets reports whether a component gets a PodDisruptionBudget when its values, or those of all, say so. Conditions in
// the templates of the first valkeys were turned round, or asked for a key that nobody has.
func (c component) budgets() bool {
	switch count, _ := c.v.at("count").int(); {
	case c.isNone():
		return false
	case c.role == "node":
		return !c.before("valkey", 2)
	case c.role == c.words.master:
		return !c.before("valkey", 3) || count > 0
	default:
		return true
	}
}
