# The containers that run a Redis server or a Sentinel, with what the files around them say of their configuration.
package containers

import data.documents

workloads := [document |
	some document in documents.all
	document.kind in {"StatefulSet", "Deployment", "DaemonSet", "ReplicaSet"}
]

servers := [server |
	some workload in workloads
	pod := workload.spec.template
	some container in pod.spec.containers
	command := command_line(container)
	runs_server(container, command)
	config := config_text(workload)
	server := {
		"workload": workload,
		"pod": pod,
		"container": container,
		"command": command,
		"config": config,
		"where": sprintf("%s container %s", [documents.id(workload), container.name]),
	}
]

sentinels := [sentinel |
	some workload in workloads
	some container in workload.spec.template.spec.containers
	runs_sentinel(container, command_line(container))
	sentinel := {
		"workload": workload,
		"replicas": object.get(workload.spec, "replicas", 1),
		"monitor": monitor(workload),
	}
]

command_line(container) := concat(" ", array.concat(
	[word | some word in object.get(container, "command", [])],
	[word | some word in object.get(container, "args", [])],
))

runs_server(container, command) if {
	regex.match(`(redis|valkey|keydb)-server|start-(master|replica|node|primary)\.sh|redis-cluster/run\.sh`, command)
	not runs_sentinel(container, command)
}

runs_server(container, command) if {
	regex.match(`^(--|$)`, command)
	regex.match(`^([^@]*/)?(redis|valkey|keydb|redis-stack|redis-stack-server|redis-cluster)(:[^/]*)?(@.*)?$`, container.image)
}

runs_sentinel(container, command) if regex.match(`redis-sentinel|valkey-sentinel|--sentinel|start-sentinel\.sh`, command)

mounted(workload) := [config_map |
	some volume in object.get(workload.spec.template.spec, "volumes", [])
	config_map := documents.by.ConfigMap[documents.namespace(workload)][volume.configMap.name]
]

# The files that the server reads, in the order in which the later wins. With side-cars the chart never reads master.conf.
config_text(workload) := concat("\n", [text |
	some config_map in mounted(workload)
	some key in ["redis-default.conf", "redis.conf", "valkey.conf", "replica.conf", "master.conf"]
	loads(workload, key)
	text := config_map.data[key]
])

loads(workload, key) if {
	endswith(workload.metadata.name, "-master")
	key != "replica.conf"
}

loads(workload, key) if {
	not endswith(workload.metadata.name, "-master")
	key != "master.conf"
}

# The last value of a directive: the command line is read after the file.
setting(server, name) := value if {
	found := regex.find_all_string_submatch_n(sprintf(`--%s\s+("[^"]*"|[^\s"]+)`, [name]), server.command, -1)
	value := trim(found[count(found) - 1][1], `"`)
} else := value if {
	found := regex.find_all_string_submatch_n(sprintf(`(?mi)^\s*%s[ \t]+("[^"\n]*"|.*?)[ \t]*$`, [name]), server.config, -1)
	value := trim(found[count(found) - 1][1], `"`)
}

# Redis writes 1gb for what Kubernetes writes as 1Gi, and 1g for 1G.
bytes(value) := units.parse_bytes(replace(replace(replace(lower(value), "kb", "kib"), "mb", "mib"), "gb", "gib")) if {
	regex.match(`(?i)^[0-9]+(b|kb?|mb?|gb?)?$`, value)
}

maxmemory(server) := size if {
	size := bytes(setting(server, "maxmemory"))
	size > 0
}

limit(server) := units.parse_bytes(server.container.resources.limits.memory)

request(server) := units.parse_bytes(server.container.resources.requests.memory)

# What the data set may grow to.
dataset(server) := size if {
	size := maxmemory(server)
} else := limit(server)

append_only(server) if setting(server, "appendonly") == "yes"

append_only(server) if {
	some variable in server.container.env
	variable.name == "REDIS_AOF_ENABLED"
	variable.value == "yes"
}

saves(server) if not saves_nothing(server)

saves_nothing(server) if setting(server, "save") == ""

# Redis saves snapshots unless it is told not to.
persists(server) if append_only(server)

persists(server) if saves(server)

clustered(server) if setting(server, "cluster-enabled") == "yes"

monitor(workload) := {"group": found[0][1], "quorum": to_number(found[0][2])} if {
	some config_map in mounted(workload)
	found := regex.find_all_string_submatch_n(`(?m)^\s*sentinel monitor (\S+) \S+ \S+ ([0-9]+)`, config_map.data["sentinel.conf"], 1)
	count(found) == 1
}
