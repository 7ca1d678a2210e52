# METADATA
# title: Password in plain text
# description: |
#   A password in a ConfigMap, in a variable or among arguments is shown to everyone who may see the Pods or the
#   ConfigMaps of the namespace, which is far more people than may see its Secrets, and stands in the repository
#   and its history. One among a chart's values is there too, in the Secret that Helm keeps of each release, and in
#   the output of every tool that shows either: that is a warning. Whoever may read one of them may read and delete
#   all data, and replacing the password means a restart of every server and client at once. Passwords belong in
#   a Secret that is made apart: by hand, by a secret store, or sealed.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/security/secrets-good-practices/
#   description: Kubernetes on Secrets
# - ref: https://kubernetes.io/docs/concepts/configuration/configmap/
#   description: What a ConfigMap is not for
# - ref: https://github.com/bitnami/charts/tree/main/bitnami/redis#parameters
#   description: The password of the chart, and the Secret that can hold it instead
# custom:
#   severity: error
#   remediation: keep the password in a Secret, and refer to it (secretKeyRef, a mounted file, the chart's existingSecret)
#   examples:
#     bad: |
#       apiVersion: v1
#       kind: ConfigMap
#       metadata:
#         name: redis
#       data:
#         redis.conf: |
#           maxmemory 768mb
#           # want password-in-plain-text
#           requirepass swordfish
#       ---
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
#               command: [redis-server, /config/redis.conf]
#               resources:
#                 requests: {memory: 1Gi}
#                 limits: {memory: 1Gi}
#               volumeMounts:
#               - {name: config, mountPath: /config}
#             volumes:
#             - name: config
#               configMap: {name: redis}
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
package redislint.security.password_in_plain_text

findings contains finding if {
	some i, password in input.passwords
	finding := {
		"at": sprintf("/passwords/%d", [i]),
		"message": sprintf("the password of %s stands here in plain text, for everyone who may see the %s; keep it in a Secret", [
			password.setting,
			password.kind,
		]),
	}
}

findings contains finding if {
	some i, password in input.settings.passwords
	finding := {
		"at": sprintf("/settings/passwords/%d", [i]),
		"message": sprintf("%s stands here in plain text, for everyone who can read the file or its history; keep it in a Secret%s", [
			password.key,
			_named(password.key),
		]),
		"severity": "warning",
	}
}

# _named is the key beside a password that takes the name of a Secret.
_named(key) := sprintf(" and name that in %sexistingSecret", [trim_suffix(key, "password")]) if {
	regex.match(`^([\w-]+\.)*password$`, key)
} else := ""
