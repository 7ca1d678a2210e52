# How many Sentinels watch a Redis and how many of them have to agree.
package main

import data.containers
import data.documents

deny contains msg if {
	some group in sentinel_groups
	group.count < 3
	msg := sprintf("sentinel-too-few: %s: %d Sentinels, a failover needs a majority of at least 3", [group.where, group.count])
}

warn contains msg if {
	some group in sentinel_groups
	group.count > 3
	group.count % 2 == 0
	msg := sprintf("sentinel-even: %s: %d Sentinels survive no more failures than %d", [group.where, group.count, group.count - 1])
}

deny contains msg if {
	some group in sentinel_groups
	group.quorum > group.count
	msg := sprintf("sentinel-quorum-unreachable: %s: quorum %d of %d Sentinels", [group.where, group.quorum, group.count])
}

warn contains msg if {
	some group in sentinel_groups
	group.count >= 3
	group.quorum * 2 <= group.count
	msg := sprintf("sentinel-quorum-minority: %s: quorum %d of %d Sentinels is a minority", [group.where, group.quorum, group.count])
}

warn contains msg if {
	some group in sentinel_groups
	group.count >= 3
	group.quorum == group.count
	msg := sprintf("sentinel-quorum-all: %s: all %d Sentinels must agree", [group.where, group.count])
}

# Sentinels that monitor the same group in one namespace vote together, whichever workload runs them.
sentinel_groups := [group |
	some namespace, by_name in _sentinels
	some name, members in by_name
	group := {
		"where": sprintf("%s/%s", [namespace, name]),
		"count": sum([member.replicas | some member in members]),
		"quorum": max([member.quorum | some member in members]),
	}
]

_sentinels := object.union_n([{documents.namespace(sentinel.workload): {_group(sentinel): {sentinel.workload.metadata.name: {
	"replicas": sentinel.replicas,
	"quorum": object.get(sentinel, ["monitor", "quorum"], 0),
}}}} |
	some sentinel in containers.sentinels
])

_group(sentinel) := sprintf("%s of %s", [
	object.get(sentinel, ["monitor", "group"], "?"),
	trim_suffix(sentinel.workload.metadata.name, "-sentinel"),
])
