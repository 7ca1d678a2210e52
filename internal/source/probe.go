package source

import (
	"math"
	"strconv"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// probes describes the probes of a container.
func (c *container) probes() *topology.Probes {
	return &topology.Probes{
		Origin:    c.origin,
		Liveness:  c.probe("livenessProbe"),
		Readiness: c.probe("readinessProbe"),
		Startup:   c.probe("startupProbe"),
	}
}

// probe describes one probe, nil when it is a placeholder.
func (c *container) probe(name string) *topology.Probe {
	n := c.root.Get(name)
	p := probeAt(c.origin.At(name), n)
	if p == nil || !p.Present {
		return p
	}
	list := n.Get("exec", "command")
	if list.Kind() != manifest.Seq {
		return p
	}
	var argv []redisconf.Word
	at := p.Origin.At("exec", "command")
	for i, word := range list.Items() {
		value := c.expand(word.Text())
		argv = append(argv, redisconf.Word{
			Value: value, End: len(value),
			Origin: written{Origin: at.At(strconv.Itoa(i)), altered: value != word.Text()},
		})
	}
	command := c.pod.x.probes.probe(argv, c.env, func(file string) (string, bool) {
		parts, ok := c.open(file, "probe script")
		if !ok || len(parts) == 0 {
			return "", false
		}
		return parts[0].value, true
	})
	describeProbe(p, command, at)
	return p
}

// probeAt reads a core/v1 Probe with the API's defaults: timeoutSeconds 1,
// periodSeconds 10, failureThreshold 3, initialDelaySeconds 0.
func probeAt(origin topology.Origin, n *manifest.Node) *topology.Probe {
	p := &topology.Probe{Origin: origin}
	switch n.Kind() {
	case manifest.Absent, manifest.Null:
		return p
	case manifest.Map:
	default:
		return nil
	}
	var kinds []string
	for field, name := range map[string]string{"exec": "exec", "tcpSocket": "tcp", "httpGet": "http", "grpc": "grpc"} {
		if n.Get(field) != nil {
			kinds = append(kinds, name)
		}
	}
	if len(kinds) == 1 { // several are refused
		p.Kind = topology.Known(kinds[0], origin)
	}
	p.Present = true
	p.Timeout = seconds(n, origin, "timeoutSeconds", 1)
	p.Period = seconds(n, origin, "periodSeconds", 10)
	p.Failures = seconds(n, origin, "failureThreshold", 3)
	p.Delay = seconds(n, origin, "initialDelaySeconds", 0)
	p.EffectiveTimeout = p.Timeout
	return p
}

// seconds reads a whole number; absent, null and zero mean the default.
func seconds(n *manifest.Node, origin topology.Origin, name string, fallback int64) topology.Field[int64] {
	at := origin.At(name)
	value := n.Get(name)
	if !isWritten(value) {
		return topology.Known(fallback, at)
	}
	i, ok := value.Int()
	switch {
	case !ok || i < 0 || i > 1<<31:
		return topology.Unknown[int64](at)
	case i == 0:
		return topology.Known(fallback, at)
	default:
		return topology.Known(i, at)
	}
}

// describeProbe adds what the probe's command does.
func describeProbe(p *topology.Probe, command redisconf.Probe, at topology.Origin) {
	if outer, ok := p.Timeout.Get(); ok && command.HasTimeout && command.TimeoutSeconds < float64(outer) {
		p.EffectiveTimeout = topology.Known(int64(math.Ceil(command.TimeoutSeconds)), at)
	}
	p.RequiresPong = verdict(command.RequiresPong, at)
	p.AcceptsLoading = verdict(command.AcceptsLoading, at)
	p.AcceptsMisconf = verdict(command.AcceptsMisconf, at)
	p.OtherHost = verdict(command.OtherHost, at)
}

func verdict(v redisconf.Verdict, at topology.Origin) topology.Field[bool] {
	if v == redisconf.Unknown {
		return topology.Unknown[bool](at)
	}
	return topology.Known(v == redisconf.Yes, at)
}
