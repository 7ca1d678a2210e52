# METADATA
# title: Autoscaler on Sentinels or on a Redis Cluster
# description: |
#   Sentinels never forget another Sentinel. When an autoscaler adds some and takes them away again, the
#   majority is still counted over all that ever were, until none can be reached any more and no failover
#   starts. A node that is added to a Redis Cluster owns no slots until somebody moves them there, and one
#   that is taken away takes its slots along: with cluster-require-full-coverage yes, the default, every write
#   is refused from then on. Load does not move by itself either.
#   An autoscaler whose minimum is its maximum changes nothing. Replicas beside Sentinels that have Pods of
#   their own may be scaled.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#adding-or-removing-sentinels
#   description: Removing Sentinels takes a SENTINEL RESET on each that remains
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/scaling/#reshard-the-cluster
#   description: Slots are moved by hand
# custom:
#   severity: error
#   remediation: remove the autoscaler, and set the replicas by hand
#   not_applicable:
#     opstree: "nothing can scale the resource: it has no subresource scale"
#     spotahome: "nothing can scale the resource: it has no subresource scale"
#   examples:
#     bad: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#       spec:
#         serviceName: redis
#         selector:
#           matchLabels: {app: redis}
#         template:
#           metadata:
#             labels: {app: redis}
#           spec:
#             topologySpreadConstraints:
#             - maxSkew: 1
#               topologyKey: kubernetes.io/hostname
#               whenUnsatisfiable: ScheduleAnyway
#               labelSelector: {matchLabels: {app: redis}}
#             containers:
#             - name: redis
#               image: redis:7.2
#               args:
#               - --cluster-enabled yes
#               - --maxmemory 1536mb
#               resources:
#                 requests: {memory: 2Gi}
#                 limits: {memory: 2Gi}
#       ---
#       apiVersion: v1
#       kind: Service
#       metadata:
#         name: redis
#       spec:
#         clusterIP: None
#         selector: {app: redis}
#         ports:
#         - {name: redis, port: 6379}
#       ---
#       apiVersion: autoscaling/v2
#       kind: HorizontalPodAutoscaler
#       metadata:
#         name: redis
#       spec:
#         scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: redis}
#         minReplicas: 6
#         maxReplicas: 12 # want autoscaler-changes-quorum
#     good: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata:
#         name: redis
#       spec:
#         serviceName: redis
#         selector:
#           matchLabels: {app: redis}
#         template:
#           metadata:
#             labels: {app: redis}
#           spec:
#             topologySpreadConstraints:
#             - maxSkew: 1
#               topologyKey: kubernetes.io/hostname
#               whenUnsatisfiable: ScheduleAnyway
#               labelSelector: {matchLabels: {app: redis}}
#             containers:
#             - name: redis
#               image: redis:7.2
#               args:
#               - --cluster-enabled yes
#               - --maxmemory 1536mb
#               resources:
#                 requests: {memory: 2Gi}
#                 limits: {memory: 2Gi}
#       ---
#       apiVersion: v1
#       kind: Service
#       metadata:
#         name: redis
#       spec:
#         clusterIP: None
#         selector: {app: redis}
#         ports:
#         - {name: redis, port: 6379}
#       ---
#       apiVersion: autoscaling/v2
#       kind: HorizontalPodAutoscaler
#       metadata:
#         name: redis
#       spec:
#         scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: redis}
#         minReplicas: 6
#         maxReplicas: 6
package redislint.availability.autoscaler_changes_quorum

findings contains finding if {
	input.mode == "sentinel"
	some i, sentinel in input.sentinels
	scaler := sentinel.autoscaler
	scaler.max > scaler.min
	finding := {
		"at": sprintf("/sentinels/%d/autoscaler", [i]),
		"message": sprintf("%s %s moves the number of Sentinels between %d and %d; they never forget one that is gone, and in the end no majority is left", [
			scaler.object.kind,
			scaler.object.name,
			scaler.min,
			scaler.max,
		]),
	}
}

findings contains finding if {
	input.mode == "cluster"
	some i, node in input.nodes
	scaler := node.autoscaler
	scaler.max > scaler.min
	finding := {
		"at": sprintf("/nodes/%d/autoscaler", [i]),
		"message": sprintf("%s %s moves the number of cluster nodes between %d and %d; a node that is added owns no slots, one that is removed takes its slots along", [
			scaler.object.kind,
			scaler.object.name,
			scaler.min,
			scaler.max,
		]),
	}
}
