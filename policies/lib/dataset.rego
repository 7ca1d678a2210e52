# How much data a node may hold, and whether it writes it to disk.
package redislint.lib.dataset

import data.redislint.lib.bytes

# of is the most data that the node with this index may hold, and the fact that
# says so: maxmemory, or where nobody set one the memory limit, up to which
# Redis can grow. Undefined where the configuration cannot be seen.
of(i) := {
	"bytes": amount,
	"basis": "maxmemory",
	"text": sprintf("maxmemory %s", [bytes.redis(amount)]),
	"at": sprintf("/nodes/%d/config/maxmemory", [i]),
} if {
	amount := input.nodes[i].config.maxmemory.bytes
	amount > 0
}

of(i) := {
	"bytes": amount,
	"basis": "limit",
	"text": sprintf("the memory limit %s", [bytes.kubernetes(amount)]),
	"at": sprintf("/nodes/%d/memory/limit", [i]),
} if {
	input.nodes[i].config.maxmemory.bytes == 0
	input.nodes[i].memory.limit.present == true
	amount := input.nodes[i].memory.limit.amount
	amount > 0
}

# written is true for a node that is known to save its data in any form.
written(i) if input.nodes[i].config.appendonly.on == true

written(i) if input.nodes[i].config.save.on == true
