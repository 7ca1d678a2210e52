# When the kubelet restarts a Redis whose liveness probe fails.
package redislint.lib.liveness

# window is the seconds without an answer after which the kubelet restarts the
# node with this index. The first failed probe starts the clock, so that
# failureThreshold counts one period less; the last one runs into its timeout.
window(i) := ((probe.failures - 1) * probe.period) + probe.effective_timeout if {
	probe := input.nodes[i].probes.liveness
}

# budget is the seconds from the start of the container to its restart when
# every probe is answered at once, with an error.
budget(i) := probe.delay + ((probe.failures - 1) * probe.period) if {
	probe := input.nodes[i].probes.liveness
}
