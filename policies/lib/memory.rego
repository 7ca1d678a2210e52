# The containers whose memory is judged, and how seriously.
package redislint.lib.memory

# containers are the memory of every node, and as an advice only that of the
# Sentinels, which need some 10 MB.
containers contains {"at": at, "memory": node.memory, "severity": "error"} if {
	some i, node in input.nodes
	at := sprintf("/nodes/%d/memory", [i])
}

containers contains {"at": at, "memory": sentinel.memory, "severity": "info"} if {
	some i, sentinel in input.sentinels
	at := sprintf("/sentinels/%d/memory", [i])
}
