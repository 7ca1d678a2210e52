package source

import (
	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// spotahomeAccess is what the resource's Secret decides, else the configuration.
// The operator knows nothing of TLS, which leaves it to a proxy, if any.
func spotahomeAccess(m *member, c *container, config *redisconf.Config) *topology.Access {
	a := c.access(config, nil)
	a.TLS = topology.Unknown[bool](c.origin)
	secret := specOf(c.pod.x, m.object).at("auth", "secretPath")
	needed, known := a.Password.Get()
	switch {
	case placeholder(secret.root.Text()):
		a.Password = topology.Unknown[bool](secret.origin)
	case secret.root.Text() != "" && !a.NoPass:
		a.Password = topology.Known(true, secret.origin)
	case known && !needed && !a.NoPass:
		a.Password = topology.Known(false, secret.origin)
	}
	return a
}
