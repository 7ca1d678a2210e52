package source

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// imageConfig is what a server is configured with when its image starts it:
// the image's own file and the environment variables that it reads.
//
// Bitnami's images (bitnami/containers, redis and redis-cluster, libredis.sh)
// load /opt/bitnami/redis/etc/redis.conf. One in mounted-etc is taken as it is;
// in their own, and in a default file, they turn append-only on unless
// REDIS_AOF_ENABLED says no, and serve all addresses unless
// REDIS_ALLOW_REMOTE_CONNECTIONS does.
func (c *container) imageConfig() []redisconf.Directive {
	base := imageBase(c.image)
	tag := written{Origin: c.origin, altered: true}
	switch {
	case isBitnami(c.image):
		return c.bitnamiConfig(tag)
	case isOfficial(c.image):
		return nil
	case base == "redis-stack" || base == "redis-stack-server":
		return c.flags("REDIS_ARGS", tag)
	default:
		c.hide("the configuration in image " + c.image)
		return []redisconf.Directive{hole(tag)}
	}
}

// runsImageScript reports whether the container's commands go through the
// image's own start script.
func (c *container) runsImageScript() bool {
	return slices.ContainsFunc(c.run(), c.isRunScript)
}

func (c *container) bitnamiConfig(tag written) []redisconf.Directive {
	name, prefix := "redis", "REDIS_"
	if strings.Contains(imageBase(c.image), "valkey") {
		name, prefix = "valkey", "VALKEY_"
	}
	folder := "/opt/bitnami/" + name
	all := []redisconf.Directive{directive("dir", "/bitnami/"+name+"/data", tag)}
	if imageBase(c.image) == name+"-cluster" {
		all = append(all, directive("cluster-enabled", "yes", tag))
	}
	const mounted = "/mounted-etc/"
	seen, taken := false, false
	for _, file := range []string{"/etc/" + name + ".conf", mounted + name + ".conf", "/etc/" + name + "-default.conf"} {
		if directives, ok := c.directives(folder + file); ok {
			all, seen, taken = append(all, directives...), true, strings.HasPrefix(file, mounted)
			break
		}
	}
	if !seen && len(c.pod.unseen) > 0 {
		return []redisconf.Directive{hole(tag)}
	}
	if value, set := c.env[prefix+"ALLOW_REMOTE_CONNECTIONS"]; !taken && (!set || yesNo(value) == "yes") {
		all = append(all, directive("bind", "0.0.0.0", tag))
	}
	switch value, set := c.env[prefix+"AOF_ENABLED"]; {
	case taken:
	case set:
		all = append(all, directive("appendonly", yesNo(value), tag))
	case !seen:
		all = append(all, directive("appendonly", "yes", tag))
	}
	all = append(all, c.replication(prefix, tag)...)
	if overrides, ok := c.directives(folder + mounted + "overrides.conf"); ok {
		all = append(all, overrides...)
	}
	return append(all, c.flags(prefix+"EXTRA_FLAGS", tag)...)
}

// replication is the directive that Bitnami's image makes of the variables of
// a replica.
func (c *container) replication(prefix string, tag written) []redisconf.Directive {
	switch c.env[prefix+"REPLICATION_MODE"] {
	case "slave", "replica":
	default:
		return nil
	}
	host, port := "MASTER_HOST", "MASTER_PORT_NUMBER"
	if prefix == "VALKEY_" {
		host, port = "PRIMARY_HOST", "PRIMARY_PORT_NUMBER"
	}
	d := directive("replicaof", cmp.Or(c.env[prefix+host], "$"+prefix+host), tag)
	d.Args = append(d.Args, redisconf.Arg{Value: cmp.Or(c.env[prefix+port], "6379"), Origin: tag})
	return []redisconf.Directive{d}
}

// imageMonitor is the statement that Bitnami's Sentinel images make of their
// variables, with the defaults of redis-sentinel-env.sh.
func (c *container) imageMonitor() (redisconf.Directive, redisconf.Monitor, bool) {
	if argv, _ := c.argv(); len(argv) > 0 || !isBitnami(c.image) || !slices.Contains(sentinelImages, imageBase(c.image)) {
		return redisconf.Directive{}, redisconf.Monitor{}, false
	}
	prefix, master := "REDIS_", "REDIS_MASTER_"
	if imageBase(c.image) == "valkey-sentinel" {
		prefix, master = "VALKEY_", "VALKEY_PRIMARY_"
	}
	name, _ := c.variable(master+"SET", "mymaster")
	host, _ := c.variable(master+"HOST", "redis")
	text, at := c.variable(prefix+"SENTINEL_QUORUM", "2")
	quorum, err := strconv.Atoi(text)
	if err != nil {
		quorum = -1
	}
	d := directive("sentinel", text, written{Origin: at, altered: true})
	return d, redisconf.Monitor{Name: name, Host: host, Quorum: quorum}, true
}

// variable returns a variable's value and where it is written: the fallback
// where it is not set, "$NAME" where its value cannot be seen.
func (c *container) variable(name, fallback string) (string, topology.Origin) {
	for i, e := range c.root.Get("env").Items() {
		if e.Get("name").Text() == name {
			return cmp.Or(c.env[name], "$"+name), c.origin.At("env", strconv.Itoa(i))
		}
	}
	switch value, set := c.env[name]; {
	case set:
		return value, c.origin.At("envFrom")
	case c.root.Get("envFrom").Len() > 0:
		return "$" + name, c.origin.At("envFrom")
	}
	return fallback, c.origin
}

// flags reads a variable that holds options of the server.
func (c *container) flags(name string, tag written) []redisconf.Directive {
	value, literal := c.env[name]
	for _, e := range c.root.Get("env").Items() {
		if e.Get("name").Text() == name && !literal {
			return []redisconf.Directive{hole(tag)}
		}
	}
	if value == "" {
		return nil
	}
	commands := redisconf.Commands("redis-server "+value, tag)
	if len(commands) == 0 {
		return []redisconf.Directive{hole(tag)}
	}
	s, _ := redisconf.ServerOf(commands[0])
	return s.Directives
}

func directive(name, value string, tag written) redisconf.Directive {
	return redisconf.Directive{Name: name, Written: name, Args: []redisconf.Arg{{Value: value, Origin: tag}}, Origin: tag}
}

func yesNo(value string) string {
	switch strings.ToLower(value) {
	case "yes", "true", "1":
		return "yes"
	default:
		return "no"
	}
}
