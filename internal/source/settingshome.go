package source

import (
	"path"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// settingsHome is where a setting could be added to what a server is started with: the text of its file, or the list of its
// options. It is zero where a script starts the server, or its file is not written as it is read.
func (c *container) settingsHome(starts []redisconf.Server) topology.Origin {
	if len(starts) != 1 || starts[0].Stdin {
		return topology.Origin{}
	}
	if file := starts[0].File; file != nil {
		if file.Dynamic {
			return topology.Origin{}
		}
		parts, ok := c.open(file.Value)
		if !ok || len(parts) == 0 {
			return topology.Origin{}
		}
		return wholeText(parts[len(parts)-1])
	}
	list := "args"
	if c.root.Get(list).Len() == 0 {
		list = "command"
	}
	words := c.root.Get(list)
	server := false
	for i, word := range words.Items() {
		text, isString := word.Str()
		if !isString || strings.ContainsAny(text, "\n;&|`$") || shells[path.Base(text)] {
			return topology.Origin{}
		}
		server = server || i == 0 && strings.HasPrefix(text, "-") || path.Base(text) == "redis-server" || path.Base(text) == "valkey-server"
	}
	for _, word := range c.root.Get("command").Items() {
		if shells[path.Base(word.Text())] {
			return topology.Origin{}
		}
	}
	if !server && c.root.Get("command").Len() == 0 {
		return topology.Origin{}
	}
	return c.origin.At(list)
}

// shells take what follows for a script.
var shells = map[string]bool{"sh": true, "bash": true, "ash": true, "dash": true, "-c": true, "tini": true, "env": true}

// wholeText is the origin of a text that is read as it is written, else zero.
func wholeText(t text) topology.Origin {
	at := t.tag.Origin
	if at.IsZero() || t.tag.altered || at.Offset != 0 || at.Length != 0 || at.Object.Root.At(at.Path).Kind() != manifest.String {
		return topology.Origin{}
	}
	return at
}

// settingsHome is the list of settings of an operator's resource, or the text of a ConfigMap that it names.
func (r opstree) settingsHome(included part) topology.Origin {
	if r.plainImage() {
		return topology.Origin{}
	}
	if name := included.root.Text(); name != "" {
		o := r.spec.x.find("ConfigMap", name, r.object)
		if o == nil {
			return topology.Origin{}
		}
		if t, ok := keyText(o, opstreeKey); ok {
			return wholeText(t)
		}
	}
	return r.spec.at("redisConfig", "dynamicConfig").origin
}
