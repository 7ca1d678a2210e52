package source

import (
	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// access is what the resource's Secrets decide, else the configuration. Without
// a password the image switches protected mode off (entrypoint.sh).
func (r opstree) access(config *redisconf.Config) *topology.Access {
	secret := r.spec.at("kubernetesConfig", "redisSecret")
	a := &topology.Access{
		Origin:        secret.origin,
		ProtectedMode: flag(config, "protected-mode", secret.origin),
		Remote:        topology.Known(true, secret.origin),
		TLS:           topology.Known(r.spec.at("TLS").present(), r.spec.at("TLS").origin),
	}
	user, declared := redisconf.DefaultUser(config.All("user"))
	text, known, d := config.Text("requirepass")
	switch {
	case r.spec.at("acl").present(), !known:
		a.Password = topology.Unknown[bool](secret.origin)
	case declared:
		a.Password, a.NoPass = defaultUser(user, secret.origin)
	case d != nil && text != "":
		a.Password = topology.Known(true, at(d, secret.origin))
	case secret.present() && r.plainImage():
		a.Password = topology.Unknown[bool](secret.origin)
	default:
		a.Password = topology.Known(secret.present(), secret.origin)
	}
	return a
}
