# Nodes in messages.
package redislint.lib.nodes

# count is a number of replicas in words.
count(1) := "1 replica"

count(number) := sprintf("%d replicas", [number]) if number != 1
