# METADATA
# title: Amount in the wrong unit
# description: |
#   Kubernetes reads 256m of memory as 256 thousandths of a byte; the suffix for mebibytes is Mi. A number
#   without a suffix is bytes. With such a limit the container does not even start, with such a request the
#   scheduler reserves nothing.
#   In redis.conf k, m and g are powers of ten, kb, mb and gb powers of two: 1g is 1000000000 bytes, 6.9 %
#   less than 1gb. Beside a limit in Gi it is mostly meant otherwise; beside a limit in G it is not, and
#   nothing is said.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#meaning-of-memory
#   description: What the suffixes mean
# - ref: https://github.com/redis/redis/blob/7.0/redis.conf
#   description: Units in redis.conf
# - ref: https://github.com/redislint/redislint/blob/main/docs/evidence.md#spellings
#   description: Spellings, measured
# custom:
#   severity: warning
#   remediation: write Mi or Gi in resources, and mb or gb in redis.conf
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
#               image: redis:7.2
#               args:
#               - --maxmemory 700m # want quantity-suspicious
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
#               - --maxmemory 700mb
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
package redislint.memory.quantity_suspicious

import data.redislint.lib.bytes
import data.redislint.lib.memory

findings contains finding if {
	some place, quantity in _quantities
	finding := {
		"at": place,
		"message": _misread(quantity),
		"fixes": [{"safe": true, "set": [{"at": place, "to": to_number(trim_suffix(quantity.text, "m")) * 1048576}]} |
			regex.match(`^[0-9]{1,9}m$`, quantity.text)
		],
	}
}

findings contains finding if {
	some place, directive in _directives
	unit := regex.find_n(`^[0-9]+[kmgKMG]$`, directive.size.text, 1)[0]
	_binary(directive.limit)
	finding := {
		"at": place,
		"owner": directive.owner,
		"message": sprintf("%s %s is %d bytes; %sb, as it is mostly meant, is a power of two", [directive.name, unit, directive.size.bytes, unit]),
		"fixes": [{"safe": false, "set": [{"at": place, "to": number * _units[lower(letter)]}]} |
			letter := substring(unit, count(unit) - 1, 1)
			number := to_number(trim_suffix(unit, letter))
		],
	}
}

# _binary is true beside a limit in Mi or Gi, or beside none: then nobody counts in powers of ten.
_units := {"k": 1024, "m": 1048576, "g": 1073741824}

_binary(limit) if limit.present == false

_binary(limit) if endswith(limit.text, "i")

_directives[place] := {"name": "maxmemory", "size": node.config.maxmemory, "limit": node.memory.limit, "owner": owner} if {
	some i, node in input.nodes
	place := sprintf("/nodes/%d/config/maxmemory", [i])
	owner := sprintf("/nodes/%d/memory/limit", [i])
}

_directives[place] := {"name": "repl-backlog-size", "size": node.config.repl_backlog_size, "limit": node.memory.limit, "owner": owner} if {
	some i, node in input.nodes
	place := sprintf("/nodes/%d/config/repl_backlog_size", [i])
	owner := sprintf("/nodes/%d/memory/limit", [i])
}

_quantities[place] := container.memory.limit if {
	some container in memory.containers
	place := sprintf("%s/limit", [container.at])
}

_quantities[place] := container.memory.request if {
	some container in memory.containers
	container.memory.request.defaulted == false
	place := sprintf("%s/request", [container.at])
}

_quantities[place] := node.data.size if {
	some i, node in input.nodes
	place := sprintf("/nodes/%d/data/size", [i])
}

_misread(quantity) := sprintf("%s is %v bytes in Kubernetes; %si is what is meant", [
	quantity.text,
	to_number(trim_suffix(quantity.text, "m")) / 1000,
	upper(quantity.text),
]) if {
	regex.match(`^[0-9]{1,9}m$`, quantity.text)
}

_misread(quantity) := sprintf("%s are bytes in Kubernetes; no Redis fits into %s", [quantity.text, bytes.kubernetes(quantity.amount)]) if {
	regex.match(`^[0-9]+$`, quantity.text)
	quantity.amount > 0
	quantity.amount < 1048576
}
