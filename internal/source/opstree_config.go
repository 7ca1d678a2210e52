package source

import (
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// opstreeKey is the only key of a ConfigMap that the servers include.
const opstreeKey = "redis-additional.conf"

// configure adds the configuration of a server: what the operator's image
// writes into its file, the ConfigMap it includes, and dynamicConfig, which is
// set once the server runs.
func (r opstree) configure(n *node, s opstreeServer) {
	top := r.spec.at("redisConfig")
	own := s.own.at("redisConfig") // the same, but for a RedisCluster
	image := r.imageConfig(s)
	included := r.included(own.at("additionalRedisConfig"))
	if r.plainImage() {
		included = maybe(included)
	}
	taken, refused := configSet{
		list: top.at("dynamicConfig"), name: "spec.redisConfig.dynamicConfig", elsewhere: opstreeKey + " of the ConfigMap additionalRedisConfig names",
	}.read()
	config := redisconf.Merge(image, included, taken)
	n.Config = settings(config, top.origin)
	n.Config.Home = r.settingsHome(own.at("additionalRedisConfig"))
	n.Config.Deprecated = deprecated(config, r.spec.root.Get("kubernetesConfig", "image").Text())
	if len(r.nodes) == 0 {
		n.Access = r.access(config) // the same for all nodes of a RedisCluster
	}
	n.Overlaps = topology.Known(false, s.own.origin)
	r.passwords = append(r.passwords, passwords(config)...)
	n.Config.NotLoaded = r.notedFirst(append(refused, inertPercentage(top, n.Config)...))
	n.unloaded = r.otherKeys(own.at("additionalRedisConfig"), config)
}

// notedFirst leaves out what is noted for an earlier node: the nodes of a
// RedisCluster share their settings.
func (r opstree) notedFirst(found []topology.NotLoadedDirective) []topology.NotLoadedDirective {
	first := []topology.NotLoadedDirective{}
	for _, d := range found {
		same := func(e topology.NotLoadedDirective) bool { return slices.Equal(d.Origin.Path, e.Origin.Path) }
		if !slices.ContainsFunc(r.nodes, func(n node) bool { return slices.ContainsFunc(n.Config.NotLoaded, same) }) {
			first = append(first, d)
		}
	}
	return first
}

// imageConfig is what matters of the file that the operator's image writes.
func (r opstree) imageConfig(s opstreeServer) []redisconf.Directive {
	var all []redisconf.Directive
	if on, known := r.persistent().Get(); on || !known {
		lines := "appendonly yes\n"
		if !r.plainImage() { // which saves too, at other points
			lines = "save 900 1\nsave 300 10\nsave 60 10000\n" + lines
		}
		all = redisconf.Parse(lines, written{Origin: r.persistent().Origin(), altered: true}).Directives
		if !known || r.plainImage() {
			all = maybe(all)
		}
	}
	if s.setup != "cluster" {
		return all
	}
	// Each Pod announces its own address, or that of its node and the ports of
	// a NodePort Service of its own.
	service := r.spec.at("kubernetesConfig", "service", "serviceType")
	tag := written{Origin: service.origin, altered: true}
	announced := directive("cluster-announce-ip", "$(POD_IP)", tag)
	switch kind := service.root.Text(); {
	case kind == "NodePort":
		announced.Args[0].Value = "node"
	case strings.ContainsAny(kind, "{$"):
		announced.Args[0].Value, announced.Dynamic = kind, true
	}
	return append(all, directive("cluster-enabled", "yes", tag), announced)
}

// plainImage reports whether the servers run Docker's official image, which
// knows nothing of what the operator hands to its own: unless the operator
// runs with the feature gate GenerateConfigInInitContainer, none of it counts.
func (r opstree) plainImage() bool {
	image, _, _ := strings.Cut(r.spec.root.Get("kubernetesConfig", "image").Text(), "@")
	for _, prefix := range []string{"docker.io/", "index.docker.io/", "library/"} {
		image = strings.TrimPrefix(image, prefix)
	}
	image, _, _ = strings.Cut(image, ":")
	return image == "redis" || image == "valkey/valkey"
}

// maybe returns the directives as such that may or may not apply.
func maybe(directives []redisconf.Directive) []redisconf.Directive {
	directives = slices.Clone(directives)
	for i := range directives {
		directives[i].Conditional = true
	}
	return directives
}

// included reads the ConfigMap that a field names.
func (r opstree) included(field part) []redisconf.Directive {
	name := field.root.Text()
	if name == "" {
		return nil
	}
	o := r.spec.x.find("ConfigMap", name, r.object)
	if o == nil {
		r.member.unseen = addUnseen(r.member.unseen, topology.Unseen{Kind: "ConfigMap", Name: name, Unknown: configFacts, Origin: field.origin})
		return []redisconf.Directive{hole(written{Origin: field.origin})}
	}
	r.related = append(r.related, o)
	t, ok := keyText(o, opstreeKey)
	if !ok {
		return nil
	}
	r.loaded[loadedKey{o, opstreeKey}] = true
	return r.spec.x.configs.read(t)
}

// otherKeys are settings in the ConfigMap under keys that are not included.
func (r opstree) otherKeys(field part, config *redisconf.Config) []unloadedDirective {
	o := r.spec.x.find("ConfigMap", field.root.Text(), r.object)
	if o == nil || !config.Complete() {
		return nil
	}
	var found []unloadedDirective
	for key, n := range o.Root.Get("data").Fields() {
		if key == opstreeKey || strings.Contains(key, "sentinel") || n.Kind() != manifest.String {
			continue
		}
		if !strings.HasSuffix(key, ".conf") && !isSettings(n.Text()) {
			continue
		}
		for _, d := range r.spec.x.strayDirectives(o, key, config) {
			d.Reason = "the servers include the key " + opstreeKey + " only"
			d.Remedy = "the key " + opstreeKey
			if !slices.ContainsFunc(r.nodes, func(n node) bool { return slices.ContainsFunc(n.unloaded, d.same) }) {
				found = append(found, d)
			}
		}
	}
	return found
}

// same reports whether two are one directive, found for two servers.
func (d unloadedDirective) same(e unloadedDirective) bool {
	return d.loadedKey == e.loadedKey && d.Origin.Offset == e.Origin.Offset
}

// isSettings reports whether a text is a configuration file, whatever its name:
// settings that the server takes and nothing else.
func isSettings(content string) bool {
	directives := redisconf.Parse(content, nil).Directives
	for _, d := range directives {
		if _, known := redisconf.Default(d.Name); !known {
			return false
		}
	}
	return len(directives) > 0 && len(redisconf.Merge(directives).Problems()) == 0
}

// inertPercentage finds a maxMemoryPercentOfLimit that is all there is to limit
// the memory: the operator makes an environment variable of it, which its
// image does not read (OT-CONTAINER-KIT/redis-operator issues 1607 and 1641).
func inertPercentage(redisConfig part, config *topology.Config) []topology.NotLoadedDirective {
	percentage := redisConfig.at("maxMemoryPercentOfLimit")
	n, ok := percentage.root.Int()
	if !ok || n <= 0 || config.MaxMemory == nil || config.MaxMemory.Set {
		return nil
	}
	return []topology.NotLoadedDirective{{
		Origin: percentage.origin, Directive: "maxmemory", Text: "maxMemoryPercentOfLimit: " + percentage.root.Text(),
		Place:  "spec.redisConfig",
		Reason: "the image reads no REDIS_MAX_MEMORY; only the operator's feature gate GenerateConfigInInitContainer makes it count",
		Remedy: "dynamicConfig or the ConfigMap of additionalRedisConfig, as maxmemory",
	}}
}
