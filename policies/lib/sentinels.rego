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

# majority sets the quorum to that of the Sentinels.
majority(i, group) := [{
	"safe": true,
	"note": "Sentinels that run keep their quorum until SENTINEL SET changes it, or their file is made anew",
	"set": [{"at": sprintf("/master_groups/%d/quorum", [i]), "to": floor(group.sentinels / 2) + 1}],
}]

# number sets how many Sentinels there are, where one workload runs all of them.
number(i, group, count) := [{"safe": false, "set": [{"at": sprintf("/master_groups/%d/sentinels", [i]), "to": count}]} |
	group.workloads == 1
]
