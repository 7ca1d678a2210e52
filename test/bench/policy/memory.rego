# Requests and limits of memory, and what Redis is told of them.
package main

import data.containers
import data.documents

deny contains msg if {
	some server in containers.servers
	containers.request(server) < containers.limit(server)
	msg := sprintf("memory-request-below-limit: %s: request %s, limit %s", [
		server.where,
		server.container.resources.requests.memory,
		server.container.resources.limits.memory,
	])
}

deny contains msg if {
	some server in containers.servers
	server.container.resources.requests.memory
	not server.container.resources.limits.memory
	msg := sprintf("memory-limit-missing: %s: a request of %s without a limit", [server.where, server.container.resources.requests.memory])
}

deny contains msg if {
	some server in containers.servers
	not server.container.resources.requests.memory
	not server.container.resources.limits.memory
	msg := sprintf("memory-resources-missing: %s: neither request nor limit", [server.where])
}

deny contains msg if {
	some server in containers.servers
	size := containers.maxmemory(server)
	limit := containers.limit(server)
	size * 100 > limit * 90
	msg := sprintf("maxmemory-too-high: %s: maxmemory %d is over 90%% of the limit %d", [server.where, size, limit])
}

warn contains msg if {
	some server in containers.servers
	size := containers.maxmemory(server)
	limit := containers.limit(server)
	size * 100 > limit * 75
	size * 100 <= limit * 90
	msg := sprintf("maxmemory-too-high: %s: maxmemory %d is over 75%% of the limit %d", [server.where, size, limit])
}

warn contains msg if {
	some server in containers.servers
	documents.combined
	containers.limit(server)
	not containers.setting(server, "maxmemory")
	msg := sprintf("maxmemory-unset: %s: no maxmemory under a limit of %s", [server.where, server.container.resources.limits.memory])
}

deny contains msg if {
	some server in containers.servers
	value := containers.setting(server, "maxmemory")
	not containers.bytes(value)
	msg := sprintf("config-invalid: %s: maxmemory %s is no size", [server.where, value])
}

deny contains msg if {
	some server in containers.servers
	not containers.setting(server, "maxmemory")
	some config_map in containers.mounted(server.workload)
	some key, text in config_map.data
	endswith(key, ".conf")
	regex.match(`(?m)^\s*maxmemory\s`, text)
	msg := sprintf("config-not-loaded: %s: maxmemory in %s of %s is never read", [server.where, key, documents.id(config_map)])
}
