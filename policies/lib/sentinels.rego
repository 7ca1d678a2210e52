# The Sentinels that watch one master group.
package redislint.lib.sentinels

# count is a number of Sentinels in words.
count(1) := "1 Sentinel"

count(number) := sprintf("%d Sentinels", [number]) if number != 1

# master is a group as a message names it: its name may be known only at run time.
master(group) := sprintf("master group %s", [group.name]) if group.name != ""

master(group) := "its master group" if group.name == ""

# workloads are the places of a group's Sentinels, when there are several.
workloads(group) := [{"at": at, "message": message} |
	group.workloads > 1
	some i, sentinel in input.sentinels
	sentinel.master_group == group.name
	at := sprintf("/sentinels/%d/replicas", [i])
	message := sprintf("%s here", [count(sentinel.replicas)])
]
