# METADATA
# title: Pods that may share a machine
# description: |
#   Without podAntiAffinity and without a topologySpreadConstraint the scheduler may put the master, its
#   replicas and the Sentinels on one machine. When that machine fails, all are gone at once: no Sentinel is
#   left to promote a replica, and no replica to be promoted. Measured with a cluster of three masters: two of
#   them lost at once, and none was replaced in 30 s in any of 3 trials, every write refused.
#   A term counts when its selector matches the labels of the Pods themselves. One with a misspelt label, or
#   without a labelSelector, selects nothing and keeps nothing apart. A soft (preferred, ScheduleAnyway) term
#   is enough.
#   The same goes for nodes that are workloads of one Pod each: their terms have to select one another, by a
#   label that all of them have.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity
#   description: Affinity and anti-affinity between Pods
# - ref: https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
#   description: Topology spread constraints
# - ref: https://github.com/bitnami/charts/issues/17712
#   description: Redis Pods on one machine
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#masters
#   description: Masters, measured
# custom:
#   severity: warning
#   remediation: add a podAntiAffinity or a topologySpreadConstraint over kubernetes.io/hostname whose selector matches the labels of the Pods; a soft one is enough
#   examples:
#     bad: |
#       apiVersion: databases.spotahome.com/v1
#       kind: RedisFailover
#       metadata:
#         name: redis
#       spec:
#         sentinel:
#           resources: {limits: {memory: 64Mi}}
#         redis:
#           resources: {limits: {memory: 2Gi}}
#           customConfig:
#           - maxmemory 1536mb
#           affinity:
#             podAntiAffinity:
#               preferredDuringSchedulingIgnoredDuringExecution:
#               - weight: 100
#                 podAffinityTerm:
#                   topologyKey: kubernetes.io/hostname
#                   labelSelector: # want replicas-colocated
#                     matchLabels: {redisfailover: redis}
#     good: |
#       apiVersion: databases.spotahome.com/v1
#       kind: RedisFailover
#       metadata:
#         name: redis
#       spec:
#         sentinel:
#           resources: {limits: {memory: 64Mi}}
#         redis:
#           resources: {limits: {memory: 2Gi}}
#           customConfig:
#           - maxmemory 1536mb
#           affinity:
#             podAntiAffinity:
#               preferredDuringSchedulingIgnoredDuringExecution:
#               - weight: 100
#                 podAffinityTerm:
#                   topologyKey: kubernetes.io/hostname
#                   labelSelector:
#                     matchLabels: {redisfailovers.databases.spotahome.com/name: redis}
package redislint.availability.replicas_colocated

import data.redislint.lib.workloads

findings contains finding if {
	some place, workload in _together
	workload.spread.present == false
	finding := {
		"at": sprintf("%s/spread", [place]),
		"owner": sprintf("%s/replicas", [place]),
		"message": sprintf("%d Pods may run on one machine: neither podAntiAffinity nor a topologySpreadConstraint keeps them apart", [workload.replicas]),
	}
}

findings contains finding if {
	some place, workload in _together
	some j, miss in workload.spread.misses
	finding := {
		"at": sprintf("%s/spread/misses/%d", [place, j]),
		"owner": sprintf("%s/replicas", [place]),
		"message": sprintf("%s; %d Pods may run on one machine", [_selects(miss), workload.replicas]),
	}
}

# Workloads of one Pod each: what keeps it apart has to select the Pods of the others.
findings contains finding if {
	some lone in _lone
	count(lone) >= 2
	workload := workloads.of[lone[0]]
	finding := {
		"at": sprintf("%s/spread", [lone[0]]),
		"owner": sprintf("%s/replicas", [lone[0]]),
		"message": sprintf("%d Pods, each of a workload of its own, may run on one machine: %s", [count(lone), _nothing(workload.spread)]),
		"related": [{"at": sprintf("%s/replicas", [place]), "message": "may run on the same"} |
			some place in array.slice(lone, 1, _most_related + 1)
		],
	}
}

_nothing(spread) := "neither podAntiAffinity nor a topologySpreadConstraint keeps them apart" if {
	spread.present == false
} else := "no podAntiAffinity or topologySpreadConstraint of one selects the others"

_most_related := 10

# The servers, and the Sentinels. While anything is unknown of one it may be what the others keep away from.
_lone contains [place |
	some i, node in input.nodes
	_is_lone(node)
	place := sprintf("/nodes/%d", [i])
] if {
	input.mode in {"cluster", "replication", "sentinel"}
	every node in input.nodes {
		_is_known(node)
	}
}

_lone contains [place |
	some i, sentinel in input.sentinels
	_is_lone(sentinel)
	place := sprintf("/sentinels/%d", [i])
] if {
	input.mode == "sentinel"
	every sentinel in input.sentinels {
		_is_known(sentinel)
	}
}

_is_known(workload) if {
	workload.replicas >= 0
	is_boolean(workload.spread.present)
	is_boolean(workload.spread.effective)
	is_boolean(workload.spread.mutual)
}

_is_lone(workload) if {
	workload.replicas == 1
	workload.spread.effective == false
	workload.spread.mutual == false
}

# Pods that do not work together may be wherever they like.
_together[place] := workload if {
	input.mode in {"cluster", "replication", "sentinel"}
	some place, workload in workloads.of
	workload.spread.effective == false
	workload.replicas >= 2
}

_selects(miss) := sprintf("this %s has no selector, so it selects nothing", [miss.kind]) if {
	miss.selector == ""
} else := sprintf("this %s selects other Pods: it asks for %s, and these have %s", [miss.kind, miss.selector, miss.labels])
