# METADATA
# title: No password
# description: |
#   Every connection begins as the user default, and without a password that user may do everything: read and
#   delete all data, save it elsewhere, load code. Whoever reaches the port needs nothing more: each Pod of the
#   cluster where no NetworkPolicy stops it, one compromised container, one FLUSHALL in the wrong shell. In an
#   ACL nopass on the user default counts, whatever requirepass says (Redis 7.0.15 starts with both and asks for
#   nothing). Where the port can be reached from outside the cluster, through a Service, a route or the
#   machine's network, it is an error: such servers are taken over within hours.
#   A server that takes TLS only, and asks its clients for a certificate, is not reported: that is their password.
# related_resources:
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/security/
#   description: Redis on security, with authentication, protected mode and TLS
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
#   description: Users, passwords and nopass
# - ref: https://redis.io/docs/latest/operate/oss_and_stack/management/security/#network-security
#   description: How open servers are found and used
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#spellings
#   description: Spellings, measured
# custom:
#   severity: error
#   remediation: set requirepass (and masterauth) from a Secret, or passwords for the users of an ACL
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
#             - name: redis # want auth-disabled
#               image: redis:7.2
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
#               - --requirepass $(REDIS_PASSWORD)
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
#               env:
#               - name: REDIS_PASSWORD
#                 valueFrom:
#                   secretKeyRef: {name: redis, key: password}
package redislint.security.auth_disabled

findings contains finding if {
	some i, node in input.nodes
	node.access.password == false
	node.access.remote == true
	finding := object.union(
		{
			"at": sprintf("/nodes/%d/access/password", [i]),
			"message": sprintf("%s: %s may read and delete all data", [_why[node.access.nopass], _who(i)]),
		},
		_exposure(i),
	)
}

_why := {
	true: "user default has nopass, which counts whatever requirepass says",
	false: "no password",
}

_who(i) := "everybody who reaches the port from outside the cluster" if {
	_ways[i]
} else := "every Pod that reaches the port"

_exposure(i) := {"severity": "error", "related": [{"at": at, "message": "open to the outside"} | some at in _ways[i]]} if {
	_ways[i]
} else := {"severity": "warning"}

# _ways are the places that let connections from outside reach a node.
_ways[i] contains at if {
	some s, service in input.services
	service.exposed == true
	service.internal == false
	service.restricted == false
	service.redis_port == true
	some i in service.nodes
	at := sprintf("/services/%d/exposed", [s])
}

_ways[i] contains at if {
	some r, route in input.routes
	route.protocol == "tcp"
	route.redis_port == true
	some service in input.services
	service.object.name == route.service
	some i in service.nodes
	at := sprintf("/routes/%d", [r])
}

_ways[i] contains at if {
	some i, node in input.nodes
	node.host_network == true
	at := sprintf("/nodes/%d/host_network", [i])
}
