package source

import (
	"strings"

	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// settings describes a configuration in the model's terms. unset is where a
// setting that nobody wrote would be written.
func settings(c *redisconf.Config, unset topology.Origin) *topology.Config {
	return &topology.Config{
		Origin:          unset,
		MaxMemory:       size(c, "maxmemory", unset),
		MaxMemoryPolicy: word(c, "maxmemory-policy", unset),
		AppendOnly:      flag(c, "appendonly", unset),
		Save:            saves(c, unset),
		Announce:        announce(c, unset),
		BacklogSize:     size(c, "repl-backlog-size", unset),
		ReplicaBuffer:   replicaBuffer(c, unset),
		MinReplicas:     minReplicas(c, unset),
		IOThreads:       number(c, "io-threads", unset),
		StopWrites:      flag(c, "stop-writes-on-bgsave-error", unset),
		Invalid:         invalid(c),
		NotLoaded:       []topology.NotLoadedDirective{},
		Deprecated:      []topology.DeprecatedDirective{},
	}
}

// at is where a directive was written: its only argument, or all of it.
func at(d *redisconf.Directive, unset topology.Origin) topology.Origin {
	if d == nil {
		return unset
	}
	o := stretch(d.Origin, d.Offset, d.End)
	if len(d.Args) == 1 {
		if arg := stretch(d.Args[0].Origin, d.Args[0].Offset, d.Args[0].End); !arg.IsZero() {
			o = arg
		}
	}
	if o.IsZero() {
		return unset
	}
	return o
}

func size(c *redisconf.Config, name string, unset topology.Origin) *topology.Size {
	bytes, ok, d := c.Size(name)
	if !ok {
		return nil
	}
	s := &topology.Size{Origin: at(d, unset), Set: d != nil}
	s.Bytes = topology.Known(bytes, s.Origin)
	if d != nil {
		s.Text = strings.Join(d.Values(), " ")
	}
	return s
}

func replicaBuffer(c *redisconf.Config, unset topology.Origin) *topology.Size {
	bytes, ok, d := c.OutputBufferLimit("replica")
	if !ok {
		return nil
	}
	s := &topology.Size{Origin: at(d, unset), Set: d != nil}
	s.Bytes = topology.Known(bytes, s.Origin)
	if d != nil {
		s.Text = strings.Join(d.Values(), " ")
	}
	return s
}

func number(c *redisconf.Config, name string, unset topology.Origin) *topology.Number {
	value, ok, d := c.Int(name)
	if !ok {
		return nil
	}
	n := &topology.Number{Origin: at(d, unset), Set: d != nil}
	n.Value = topology.Known(value, n.Origin)
	return n
}

// minReplicas reads min-replicas-to-write, which min-replicas-max-lag 0
// switches off.
func minReplicas(c *redisconf.Config, unset topology.Origin) *topology.Number {
	n := number(c, "min-replicas-to-write", unset)
	switch lag := number(c, "min-replicas-max-lag", unset); {
	case n == nil || lag == nil:
		return nil
	case topology.Is(lag.Value, 0):
		n.Value = topology.Known(int64(0), lag.Origin)
	}
	return n
}

func word(c *redisconf.Config, name string, unset topology.Origin) *topology.Word {
	value, ok, d := c.Enum(name)
	if !ok {
		return nil
	}
	w := &topology.Word{Origin: at(d, unset), Set: d != nil}
	w.Text = topology.Known(value, w.Origin)
	return w
}

func flag(c *redisconf.Config, name string, unset topology.Origin) *topology.Flag {
	on, ok, d := c.Bool(name)
	if !ok {
		return nil
	}
	f := &topology.Flag{Origin: at(d, unset), Set: d != nil}
	f.On = topology.Known(on, f.Origin)
	return f
}

func saves(c *redisconf.Config, unset topology.Origin) *topology.Save {
	points, ok, d := c.Saves()
	if !ok {
		return nil
	}
	s := &topology.Save{Origin: at(d, unset), Set: d != nil}
	s.On = topology.Known(len(points) > 0, s.Origin)
	return s
}

// announce reads what a cluster node tells others of its address. An address
// known only at run time may be the Pod's own, which helps nobody outside.
func announce(c *redisconf.Config, unset topology.Origin) *topology.Announce {
	a := &topology.Announce{Origin: unset}
	for _, name := range []string{"cluster-announce-ip", "cluster-announce-hostname", "cluster-announce-port"} {
		_, known, d := c.Text(name)
		if d == nil || len(d.Args) == 0 {
			continue
		}
		a.Set, a.Origin = true, at(d, unset)
		value := d.Args[0].Value
		switch {
		case isOwnAddress(value) && (known || d.Dynamic):
			a.External = topology.Known(false, a.Origin)
		case !known:
			a.External = topology.Unknown[bool](a.Origin)
			return a
		default:
			a.External = topology.Known(true, a.Origin)
			return a
		}
	}
	if !a.Set {
		if !c.Complete() {
			return nil
		}
		a.External = topology.Known(false, unset)
	}
	return a
}

// isOwnAddress reports whether a word stands for the Pod's own IP.
func isOwnAddress(value string) bool {
	name := strings.ToUpper(strings.Trim(value, "$(){}\""))
	return name == "POD_IP" || name == "PODIP" || name == "MY_POD_IP" || strings.HasPrefix(name, "HOSTNAME -I")
}

// invalid lists what the server refuses to start with. What only this server's
// version decides (an unknown but plausible directive) is left out.
func invalid(c *redisconf.Config) []topology.InvalidDirective {
	found := []topology.InvalidDirective{}
	for _, p := range c.Problems() {
		d := p.Directive
		origin := stretch(d.Origin, d.Offset, d.End)
		if origin.IsZero() || d.Conditional || d.Dynamic {
			continue
		}
		line := strings.TrimSpace(d.Written + " " + strings.Join(d.Values(), " "))
		found = append(found, topology.InvalidDirective{Origin: origin, Directive: d.Name, Text: line, Reason: p.Reason})
	}
	return found
}
