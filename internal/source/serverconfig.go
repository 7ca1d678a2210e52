package source

import (
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// hole stands for configuration that cannot be seen: what was set before it is
// not known any more.
func hole(tag any) redisconf.Directive { return redisconf.Directive{Origin: tag, Dynamic: true} }

// configOf is the configuration that the container's server runs with.
func (c *container) configOf(starts []redisconf.Server) *redisconf.Config {
	if len(starts) == 0 {
		if argv, _ := c.argv(); len(argv) > 0 {
			c.hide(argv[0].Value)
			return redisconf.Merge([]redisconf.Directive{hole(argv[0].Origin)})
		}
		return redisconf.Merge(c.imageConfig())
	}
	config := c.merge(starts[0])
	for _, s := range starts[1:] {
		if other := c.merge(s); !alike(config, other) {
			return redisconf.Merge([]redisconf.Directive{hole(written{Origin: c.origin})})
		}
	}
	return config
}

// alike reports whether two ways to start one server agree on what is judged.
func alike(a, b *redisconf.Config) bool {
	sizeA, okA, _ := a.Size("maxmemory")
	sizeB, okB, _ := b.Size("maxmemory")
	appendA, okAppendA, _ := a.Bool("appendonly")
	appendB, okAppendB, _ := b.Bool("appendonly")
	savesA, okSavesA, _ := a.Saves()
	savesB, okSavesB, _ := b.Saves()
	return sizeA == sizeB && okA == okB && appendA == appendB && okAppendA == okAppendB &&
		len(savesA) == len(savesB) && okSavesA == okSavesB
}

// merge is what a server runs with.
func (c *container) merge(s redisconf.Server) *redisconf.Config {
	return c.pod.x.configs.merge(c.layers(s)...)
}

// layers are the file that a server is given, then its options.
func (c *container) layers(s redisconf.Server) [][]redisconf.Directive {
	var file []redisconf.Directive
	switch {
	case s.Stdin:
		file = []redisconf.Directive{hole(s.Command.Program.Origin)}
	case s.File != nil && s.File.Dynamic:
		file = []redisconf.Directive{hole(s.File.Origin)}
	case s.File != nil:
		directives, ok := c.directives(s.File.Value)
		if !ok {
			directives = []redisconf.Directive{hole(s.File.Origin)}
			c.hide(s.File.Value)
		}
		file = directives
	case isBitnami(c.image) && !strings.Contains(s.Command.Program.Value, "/") && c.runsImageScript():
		file = c.imageConfig()
	}
	options := redisconf.Expand(s.Directives, c.include)
	return [][]redisconf.Directive{file, options}
}

// configFacts is what stays unknown when a configuration file is not seen.
var configFacts = []string{"maxmemory", "persistence"}

// directives reads a configuration file with its includes. What it returns is
// not to be changed.
func (c *container) directives(file string) ([]redisconf.Directive, bool) {
	parts, ok := c.open(file, configFacts...)
	if !ok {
		return nil, false
	}
	var all []redisconf.Directive
	for _, part := range parts {
		c.pod.loaded[loadedKey{part.tag.Object, lastOf(part.tag.Path)}] = true
		read := c.pod.x.configs.read(part)
		if len(parts) == 1 {
			all = read
		} else {
			all = append(all, read...)
		}
	}
	if !slices.ContainsFunc(all, func(d redisconf.Directive) bool { return d.Name == "include" }) {
		return all, true
	}
	return redisconf.Expand(all, c.include), true
}

// include reads the file of an include directive. What a script includes in
// some runs only applies in those.
func (c *container) include(d redisconf.Directive) ([]redisconf.Directive, bool) {
	directives, ok := c.directives(d.Args[0].Value)
	if d.Conditional {
		directives = slices.Clone(directives)
		for i := range directives {
			directives[i].Conditional = true
		}
	}
	return directives, ok
}

// loadedKey is one key of a ConfigMap or Secret.
type loadedKey struct {
	object *manifest.Object
	key    string
}

func lastOf(path manifest.Path) string {
	if len(path) == 0 {
		return ""
	}
	return path[len(path)-1]
}

// hide records a file that is neither mounted nor written by what can be seen,
// unless the object it would come from was recorded already.
func (c *container) hide(file string) {
	at, mount := c.locate(file)
	if mount != nil && at.volume != "" {
		for _, u := range c.pod.unseen {
			if u.Kind == "ConfigMap" || u.Kind == "Secret" {
				return
			}
		}
	}
	c.pod.unseen = addUnseen(c.pod.unseen, topology.Unseen{Kind: "file", Name: file, Unknown: configFacts, Origin: c.origin})
}

// unloaded lists directives in ConfigMaps mounted in the container that stand
// in files of a server's configuration, for finding those nobody loads.
func (c *container) unloaded(config *redisconf.Config) []unloadedDirective {
	if !config.Complete() {
		return nil
	}
	var found []unloadedDirective
	for _, m := range c.root.Get("volumeMounts").Items() {
		for _, v := range c.pod.root.Get("volumes").Items() {
			name := v.Get("configMap", "name").Text()
			if name == "" || v.Get("name").Text() != m.Get("name").Text() {
				continue
			}
			o := c.pod.x.find("ConfigMap", name, c.pod.object)
			if o == nil {
				continue
			}
			for key, n := range o.Root.Get("data").Fields() {
				if strings.HasSuffix(key, ".conf") && !strings.Contains(key, "sentinel") && n.Kind() == manifest.String && !c.pod.loaded[loadedKey{o, key}] {
					found = append(found, c.pod.x.strayDirectives(o, key, config)...)
				}
			}
		}
	}
	return found
}

// unloadedDirective is a directive in a file that this server does not load.
type unloadedDirective struct {
	loadedKey
	topology.NotLoadedDirective
}

// strayDirectives returns the directives of a key that the configuration does
// not have from anywhere.
func (x *index) strayDirectives(o *manifest.Object, key string, config *redisconf.Config) []unloadedDirective {
	t, ok := keyText(o, key)
	if !ok {
		return nil
	}
	var found []unloadedDirective
	for _, d := range x.configs.read(t) {
		if d.Name == "sentinel" {
			return nil
		}
		if d.Name == "" || d.Dynamic || config.Last(d.Name) != nil {
			continue
		}
		if value, known := redisconf.Default(d.Name); !known || value == strings.Join(d.Values(), " ") {
			continue
		}
		found = append(found, unloadedDirective{
			loadedKey: loadedKey{o, key},
			NotLoadedDirective: topology.NotLoadedDirective{
				Origin:    stretch(d.Origin, d.Offset, d.End),
				Directive: d.Name,
				Text:      t.value[d.Offset:d.End],
				Place:     key + " of ConfigMap " + o.Name,
				Reason:    "no redis-server of this Redis is started with that file",
				Remedy:    "a file that the server loads, or its command line",
			},
		})
	}
	return found
}
