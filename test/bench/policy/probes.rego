# Liveness probes that restart a Redis which is only busy.
package main

import data.containers

warn contains msg if {
	some probe in probes
	probe.timeout < 5
	msg := sprintf("liveness-timeout-short: %s: %d s", [probe.server.where, probe.timeout])
}

deny contains msg if {
	some probe in probes
	probe.window < 15
	msg := sprintf("liveness-window-short: %s: restarted after %d s without an answer", [probe.server.where, probe.window])
}

warn contains msg if {
	some probe in probes
	not probe.server.container.startupProbe
	probe.delay < 5
	msg := sprintf("liveness-delay-short: %s: probed %d s after the start", [probe.server.where, probe.delay])
}

deny contains msg if {
	some probe in probes
	not probe.server.container.startupProbe
	needs_pong(probe)
	dataset := containers.dataset(probe.server)
	(dataset * 10) / 1073741824 > probe.delay + probe.window
	msg := sprintf("liveness-kills-while-loading: %s: %d bytes load for longer than the probe waits", [probe.server.where, dataset])
}

warn contains msg if {
	some probe in probes
	regex.match(`_local_and_master\.sh|_and_primary\.sh`, probe.command)
	msg := sprintf("liveness-depends-on-master: %s: %s", [probe.server.where, probe.command])
}

probes := [probe |
	some server in containers.servers
	liveness := server.container.livenessProbe
	command := concat(" ", liveness.exec.command)
	timeout := min({object.get(liveness, "timeoutSeconds", 1), inner_timeout(command)})
	probe := {
		"server": server,
		"command": command,
		"script": script(server, command),
		"timeout": timeout,
		"delay": object.get(liveness, "initialDelaySeconds", 0),
		"window": ((object.get(liveness, "failureThreshold", 3) - 1) * object.get(liveness, "periodSeconds", 10)) + timeout,
	}
]

inner_timeout(command) := to_number(found[0][1]) if {
	found := regex.find_all_string_submatch_n(`(?:timeout(?: -\S+(?: [0-9]+)?)*|\.sh) ([0-9]+)`, command, 1)
	count(found) == 1
} else := 3600

# The text of the script that the command names, where a mounted ConfigMap holds it.
script(server, command) := text if {
	found := regex.find_all_string_submatch_n(`/([^/\s]+\.sh)`, command, 1)
	some config_map in containers.mounted(server.workload)
	text := config_map.data[found[0][1]]
} else := ""

needs_pong(probe) if {
	text := concat("\n", [probe.command, probe.script])
	contains(text, "PONG")
	not contains(text, "LOADING")
}
