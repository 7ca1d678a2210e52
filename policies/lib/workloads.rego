# The workloads of a Redis whose Pods are placed, drained and scaled by themselves.
package redislint.lib.workloads

# of are the nodes, and the Sentinels that have Pods of their own, by their place.
of[place] := node if {
	some i, node in input.nodes
	place := sprintf("/nodes/%d", [i])
}

of[place] := sentinel if {
	some i, sentinel in input.sentinels
	place := sprintf("/sentinels/%d", [i])
}
