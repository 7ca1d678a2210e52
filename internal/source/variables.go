package source

import (
	"iter"
	"strconv"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// setting is one variable of a container whose value can be seen.
type setting struct {
	name, value string
	origin      topology.Origin
}

// variables yields the variables of a container with what they are set to,
// where that can be seen, and where it is written.
func (c *container) variables() iter.Seq[setting] {
	x, o := c.pod.x, c.pod.object
	return func(yield func(setting) bool) {
		seen := map[string]bool{}
		for i, e := range c.root.Get("env").Items() {
			name := e.Get("name").Text()
			seen[name] = true
			at := c.origin.At("env", strconv.Itoa(i))
			ref := e.Get("valueFrom", "configMapKeyRef")
			switch held := x.find("ConfigMap", ref.Get("name").Text(), o); {
			case e.Get("value").Kind() == manifest.String:
				if !yield(setting{name, c.expand(e.Get("value").Text()), at.At("value")}) {
					return
				}
			case held != nil:
				path := manifest.Path{"data", ref.Get("key").Text()}
				if value, ok := held.Root.At(path).Str(); ok && !yield(setting{name, value, topology.Origin{Object: held, Path: path}}) {
					return
				}
			}
		}
		for _, from := range c.root.Get("envFrom").Items() {
			held := x.find("ConfigMap", from.Get("configMapRef", "name").Text(), o)
			if held == nil {
				continue
			}
			for key, n := range held.Root.Get("data").Fields() {
				name := from.Get("prefix").Text() + key
				value, ok := n.Str()
				if !ok || seen[name] {
					continue
				}
				if !yield(setting{name, value, topology.Origin{Object: held, Path: manifest.Path{"data", key}}}) {
					return
				}
			}
		}
	}
}
