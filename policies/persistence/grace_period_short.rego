# METADATA
# title: Pod killed before Redis has saved
# description: |
#   When a Pod ends, its preStop hook comes first, and SIGTERM, on which Redis saves its data, only after the
#   hook. Both have to fit into the grace period: when it is over and the hook is not, the kubelet sends SIGTERM
#   all the same, and SIGKILL 2 seconds later. Saving took 3 to 4 s for 512 MB of data; in 12 of 12 trials with 1
#   or 2 seconds for it every write since the last save was lost. Spotahome's operator gives its Pods 30 seconds
#   unless told otherwise, and its script sleeps for 31 on the master before it saves, which it then never does.
#   What replicas hold survives where one of them is promoted; what they did not get is lost, and everything
#   since the last save when they end too. An append-only file needs no saving, and an emptyDir ends with its
#   Pod.
# related_resources:
# - ref: https://github.com/spotahome/redis-operator/issues/565
#   description: Why the shutdown script sleeps for 31 seconds
# - ref: https://github.com/spotahome/redis-operator/pull/327
#   description: The operator's terminationGracePeriod
# - ref: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
#   description: The hook, the grace period, and the 2 seconds
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#shutdowns
#   description: Measured, what a short grace period loses
# custom:
#   severity: error
#   remediation: set the grace period to what the hook sleeps and 10 s per GiB of data on top
#   not_applicable:
#     opstree: the operator's preStop hooks end before the grace period does, and no field asks for another
#   examples:
#     bad: |
#       apiVersion: databases.spotahome.com/v1
#       kind: RedisFailover
#       metadata:
#         name: redis
#       spec:
#         redis:
#           terminationGracePeriod: 30 # want grace-period-short
#           resources:
#             limits: {memory: 2Gi}
#           customConfig: [maxmemory 1536mb]
#           customLivenessProbe:
#             exec: {command: [redis-cli, ping]}
#             initialDelaySeconds: 30
#             periodSeconds: 15
#             timeoutSeconds: 5
#           storage:
#             persistentVolumeClaim:
#               metadata: {name: redis}
#               spec:
#                 accessModes: [ReadWriteOnce]
#                 resources:
#                   requests: {storage: 4Gi}
#         sentinel:
#           resources:
#             limits: {memory: 64Mi}
#     good: |
#       apiVersion: databases.spotahome.com/v1
#       kind: RedisFailover
#       metadata:
#         name: redis
#       spec:
#         redis:
#           terminationGracePeriod: 60
#           resources:
#             limits: {memory: 2Gi}
#           customConfig: [maxmemory 1536mb]
#           customLivenessProbe:
#             exec: {command: [redis-cli, ping]}
#             initialDelaySeconds: 30
#             periodSeconds: 15
#             timeoutSeconds: 5
#           storage:
#             persistentVolumeClaim:
#               metadata: {name: redis}
#               spec:
#                 accessModes: [ReadWriteOnce]
#                 resources:
#                   requests: {storage: 4Gi}
#         sentinel:
#           resources:
#             limits: {memory: 64Mi}
package redislint.persistence.grace_period_short

import data.redislint.lib.dataset

findings contains finding if {
	some i, node in input.nodes
	node.data.kind == "claim"
	node.config.appendonly.on == false
	node.config.save.on == true
	node.shutdown.delay >= node.grace_period
	finding := {
		"at": sprintf("/nodes/%d/grace_period", [i]),
		"message": sprintf("%s sleeps %d s, and the grace period ends after %d s: Redis is told to end 2 s before it is killed, too late to save", [
			node.shutdown.hook,
			node.shutdown.delay,
			node.grace_period,
		]),
		"fixes": [{"safe": true, "set": [{
			"at": sprintf("/nodes/%d/grace_period", [i]),
			"to": node.shutdown.delay + _saving(i),
		}]}],
	}
}

# 10 s for each GiB, and not less than Kubernetes gives to all Pods.
_saving(i) := max([30, ceil((dataset.of(i).bytes * 10) / 1073741824)]) if {
	dataset.of(i)
} else := 30
