# METADATA
# title: Redis image without a version
# description: |
#   A tag that says no version, or none at all, means another Redis whenever somebody has pushed one. The next
#   start of a Pod takes it, after a crash at night too, and its neighbours still run the old one. Redis reads
#   the dumps of older versions only: a replica cannot follow a newer master, and a data directory that a newer
#   server has written keeps the older one from starting, so that there is no way back. A tag of a major version
#   only is an advice: its next minor version may write another format too. A digest is a version.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/containers/images/#image-names
#   description: What no tag and latest mean
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/install/upgrade/
#   description: Upgrading a Redis without a failure
# custom:
#   severity: warning
#   remediation: name the minor version at least (redis:7.2, better redis:7.2.5 or a digest)
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
#             containers:
#             - name: redis
#               image: redis:latest # want image-unpinned
#               args:
#               - --maxmemory 768mb
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
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
#             containers:
#             - name: redis
#               image: redis:7.2
#               args:
#               - --maxmemory 768mb
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
package redislint.operations.image_unpinned

findings contains finding if {
	some i, node in input.nodes
	regex.match(`^[A-Za-z0-9][A-Za-z0-9./:_-]*$`, node.image) # neither a digest nor a placeholder
	case := _case(_parts(node.image))
	finding := {
		"at": sprintf("/nodes/%d/image", [i]),
		"message": sprintf("image %s %s; any start of a Pod may bring another one", [node.image, case.says]),
		"severity": case.severity,
	}
}

_case([_]) := {"says": "has no tag, which means latest", "severity": "warning"}

_case([_, tag]) := {"says": "names no version", "severity": "warning"} if {
	regex.match(
		concat("", [
			"^(latest|stable|unstable|edge|rolling|current|nightly|dev|devel|develop|main|master|",
			"alpine|slim|debian|jessie|stretch|buster|bullseye|bookworm|trixie|forky)[0-9.]*([-_].*)?$",
		]),
		tag,
	)
}

# Images of other names count their builds.
_case([name, tag]) := {"says": "names a major version only", "severity": "info"} if {
	name in {"redis", "redis-stack", "redis-stack-server", "redis-cluster", "valkey", "valkey-cluster", "keydb"}
	regex.match(`^v?[0-9]{1,2}([-_].*)?$`, tag)
}

# _parts are the name of an image without its registry and owner, and its tag if
# it has one.
_parts(image) := split(segments[count(segments) - 1], ":") if segments := split(image, "/")
