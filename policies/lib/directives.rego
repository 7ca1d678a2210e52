# Configuration lines in messages.
package redislint.lib.directives

# text is a directive as written, cut to a readable length, and only the name of one
# that may hold a password: messages end up in the API server's log.
text(entry) := entry.directive if {
	lower(entry.directive) in _secret
} else := substring(entry.text, 0, 80) if {
	entry.directive
}

_secret := {
	"masterauth",
	"masteruser",
	"requirepass",
	"sentinel",
	"tls-client-key-file-pass",
	"tls-key-file-pass",
	"user",
}
