package source

import (
	"slices"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// access tells who may use the container's server.
func (c *container) access(config *redisconf.Config, starts []redisconf.Server) *topology.Access {
	a := &topology.Access{Origin: c.origin, ProtectedMode: flag(config, "protected-mode", c.origin)}
	a.Password, a.NoPass = c.password(config, starts)
	if f := a.ProtectedMode; f != nil && isBitnami(c.image) && isScript(f.Origin) {
		f.Set = false // the charts' scripts turn it off where no password is asked for
	}
	if topology.Is(a.Password, false) && c.asksForCertificate(config) {
		a.Password = topology.Unknown[bool](a.Password.Origin()) // open to whom the CA makes it
	}
	a.Remote = remote(config, a, c.origin)
	a.TLS = c.tls(config)
	return a
}

// password tells whether the default user needs a password, and whether that
// is because of its nopass. What an ACL says of the user counts, then
// requirepass, then what the image makes of its variables (Redis 7.0: acl.c,
// ACLLoadUsersAtStartup, and ACLLoadFromFile, which forgets requirepass).
func (c *container) password(config *redisconf.Config, starts []redisconf.Server) (needed topology.Field[bool], nopass bool) {
	unknown := topology.Unknown[bool](c.origin)
	users := config.All("user")
	switch file, known, d := config.Text("aclfile"); {
	case !known && (d != nil || !config.Complete()):
		return unknown, false
	case d != nil && file != "":
		parts, ok := c.open(file, "passwords")
		if !ok {
			return unknown, false
		}
		for _, part := range parts {
			users = append(users, redisconf.Parse(part.value, part.tag).Directives...)
		}
		if user, ok := redisconf.DefaultUser(users); ok {
			return defaultUser(user, c.origin)
		}
		return topology.Known(false, at(d, c.origin)), false
	}
	if user, ok := redisconf.DefaultUser(users); ok {
		return defaultUser(user, c.origin)
	}
	text, known, d := config.Text("requirepass")
	switch {
	case d != nil && d.Dynamic && !d.Conditional:
		if len(d.Args) == 1 && c.defines(d.Args[0].Value) {
			return topology.Known(true, at(d, c.origin)), false
		}
		return unknown, false
	case !known && d != nil && isBitnami(c.image) && topology.Is(c.bitnamiPassword(), true): // from REDIS_PASSWORD_FILE reads it from the file
		return topology.Known(true, at(d, c.origin)), false
	case !known:
		return unknown, false
	case d != nil && text != "":
		return topology.Known(true, at(d, c.origin)), false
	case isBitnami(c.image) && (len(starts) == 0 || c.runsImageScript()):
		return c.bitnamiPassword(), false
	default:
		return topology.Known(false, at(d, c.allowsEmpty())), false
	}
}

// isScript reports whether a place is in a script of a ConfigMap.
func isScript(o topology.Origin) bool {
	return o.Object.Kind == "ConfigMap" && len(o.Path) == 2 && strings.HasSuffix(o.Path[1], ".sh")
}

// allowsEmpty is the variable that lets Bitnami's images start without a
// password, the container where it is not written.
func (c *container) allowsEmpty() topology.Origin {
	for i, e := range c.root.Get("env").Items() {
		if isBitnami(c.image) && e.Get("name").Text() == allowEmpty {
			return c.origin.At("env", strconv.Itoa(i), "value")
		}
	}
	return c.origin
}

const allowEmpty = "ALLOW_EMPTY_PASSWORD"

func defaultUser(user redisconf.User, unset topology.Origin) (needed topology.Field[bool], nopass bool) {
	if user.Unsure {
		return topology.Unknown[bool](unset), false
	}
	return topology.Known(!user.NoPass, at(&user.Directive, unset)), user.NoPass
}

// defines reports whether the container has the variable that a word stands
// for, with any value but an empty one.
func (c *container) defines(word string) bool {
	name := strings.Trim(word, `"'$(){}`)
	for _, e := range c.root.Get("env").Items() {
		if e.Get("name").Text() == name {
			value, literal := c.env[name]
			return !literal || value != ""
		}
	}
	return false
}

// bitnamiPassword is what Bitnami's images make of their variables: without a
// password they start only where that is allowed (libredis.sh, redis_validate).
func (c *container) bitnamiPassword() topology.Field[bool] {
	prefix := "REDIS_"
	if strings.Contains(imageBase(c.image), "valkey") {
		prefix = "VALKEY_"
	}
	allowed := topology.Unknown[bool](c.origin)
	for i, e := range c.root.Get("env").Items() {
		at := c.origin.At("env", strconv.Itoa(i))
		switch name := e.Get("name").Text(); name {
		case prefix + "PASSWORD", prefix + "PASSWORD_FILE":
			if value, literal := c.env[name]; !literal || value != "" {
				return topology.Known(true, at)
			}
		case allowEmpty:
			if value, literal := c.env[name]; literal && yesNo(value) == "yes" {
				allowed = topology.Known(false, at.At("value"))
			}
		}
	}
	if c.hasUnseenVariables() || c.env[prefix+"PASSWORD"] != "" {
		return topology.Unknown[bool](c.origin)
	}
	return allowed
}

// hasUnseenVariables reports whether variables come from a Secret, or from a
// ConfigMap that is not in the input.
func (c *container) hasUnseenVariables() bool {
	for _, from := range c.root.Get("envFrom").Items() {
		if c.pod.x.find("ConfigMap", from.Get("configMapRef", "name").Text(), c.pod.object) == nil {
			return true
		}
	}
	return false
}

// remote tells whether clients of other Pods are served.
func remote(config *redisconf.Config, a *topology.Access, unset topology.Origin) topology.Field[bool] {
	_, known, d := config.Text("bind")
	switch {
	case !known:
		return topology.Unknown[bool](unset)
	case d != nil:
		loopback := func(address string) bool { return isLoopback(strings.TrimPrefix(address, "-")) }
		return topology.Known(len(d.Args) == 0 || !allOf(d.Values(), loopback), at(d, unset))
	case a.ProtectedMode == nil:
		return topology.Unknown[bool](unset)
	case a.ProtectedMode.Set && topology.Is(a.ProtectedMode.On, true) && topology.Is(a.Password, false):
		return topology.Known(false, a.ProtectedMode.Origin)
	default:
		return topology.Known(true, unset)
	}
}

func allOf[T any](list []T, f func(T) bool) bool {
	return !slices.ContainsFunc(list, func(item T) bool { return !f(item) })
}

// encrypting are the words in the images of proxies that may speak TLS in front
// of a server in the same Pod.
var encrypting = []string{"stunnel", "ghostunnel", "envoy", "istio", "linkerd", "nginx", "haproxy", "hitch"}

// tls tells whether the server takes clients over TLS.
func (c *container) tls(config *redisconf.Config) topology.Field[bool] {
	port, known, d := config.Int("tls-port")
	for _, prefix := range []string{"REDIS_", "VALKEY_"} {
		if value := c.env[prefix+"TLS_ENABLED"]; isBitnami(c.image) && yesNo(value) == "yes" {
			return topology.Known(true, c.origin.At("env"))
		}
	}
	switch {
	case !known:
		return topology.Unknown[bool](c.origin)
	case port == 0 && (c.pod.isMeshed() || c.pod.hasImageOf(encrypting)):
		return topology.Unknown[bool](c.origin)
	default:
		return topology.Known(port > 0, at(d, c.origin))
	}
}

// asksForCertificate reports whether the server takes clients over TLS only, and
// a certificate of theirs with it, as it does unless tls-auth-clients says
// otherwise.
func (c *container) asksForCertificate(config *redisconf.Config) bool {
	plain, known, d := config.Int("port")
	if !known || d == nil || plain != 0 {
		return false
	}
	if port, known, _ := config.Int("tls-port"); known && port == 0 {
		return false
	}
	clients, _, d := config.Text("tls-auth-clients")
	return d == nil || d.Dynamic || strings.EqualFold(clients, "yes")
}

// isMeshed reports whether the Pods ask a service mesh for its proxy.
func (p *pod) isMeshed() bool {
	for _, list := range []string{"annotations", "labels"} {
		values := p.meta.Get(list)
		for _, name := range []string{"sidecar.istio.io/inject", "linkerd.io/inject", "kuma.io/sidecar-injection", "consul.hashicorp.com/connect-inject"} {
			if value := strings.ToLower(values.Get(name).Text()); value != "" && value != "false" && value != "disabled" {
				return true
			}
		}
	}
	return false
}

func (p *pod) hasImageOf(words []string) bool {
	return slices.ContainsFunc(p.containers, func(c *container) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(imageBase(c.image), word) })
	})
}
