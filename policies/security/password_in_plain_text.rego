# METADATA
# title: Password in plain text
# description: |
#   A password among the values is in the repository and its history, in the Secret that Helm keeps of each
#   release, and in the output of every tool that shows either. Whoever may read one of them may read and delete
#   all data, and replacing the password means a restart of every server and client at once. Passwords belong in
#   a Secret that is made apart from the chart: by hand, by a secret store, or sealed.
# related_resources:
# - ref: https://github.com/bitnami/charts/tree/main/bitnami/redis#parameters
#   description: The password of the chart, and the Secret that can hold it instead
# - ref: https://kubernetes.io/docs/concepts/security/secrets-good-practices/
#   description: Kubernetes on Secrets
# custom:
#   severity: warning
#   remediation: keep the password in a Secret and name that in existingSecret
#   examples:
#     bad: |
#       apiVersion: helm.toolkit.fluxcd.io/v2
#       kind: HelmRelease
#       metadata:
#         name: redis
#       spec:
#         interval: 1h
#         chart:
#           spec:
#             chart: redis
#             version: 23.1.1
#             sourceRef: {kind: HelmRepository, name: bitnami}
#         values:
#           architecture: standalone
#           auth:
#             password: swordfish # want password-in-plain-text
#           commonConfiguration: |-
#             maxmemory 512mb
#             appendonly yes
#             save ""
#           master:
#             resources:
#               requests: {memory: 768Mi}
#               limits: {memory: 768Mi}
#     good: |
#       apiVersion: helm.toolkit.fluxcd.io/v2
#       kind: HelmRelease
#       metadata:
#         name: redis
#       spec:
#         interval: 1h
#         chart:
#           spec:
#             chart: redis
#             version: 23.1.1
#             sourceRef: {kind: HelmRepository, name: bitnami}
#         values:
#           architecture: standalone
#           auth:
#             existingSecret: redis
#           commonConfiguration: |-
#             maxmemory 512mb
#             appendonly yes
#             save ""
#           master:
#             resources:
#               requests: {memory: 768Mi}
#               limits: {memory: 768Mi}
package redislint.security.password_in_plain_text

findings contains finding if {
	some i, password in input.settings.passwords
	finding := {
		"at": sprintf("/settings/passwords/%d", [i]),
		"message": sprintf("%s stands here in plain text, for everyone who can read the file or its history; keep it in a Secret%s", [
			password.key,
			_named(password.key),
		]),
	}
}

# _named is the key beside a password that takes the name of a Secret.
_named(key) := sprintf(" and name that in %sexistingSecret", [trim_suffix(key, "password")]) if {
	regex.match(`^([\w-]+\.)*password$`, key)
} else := ""
