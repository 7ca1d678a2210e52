package source

import (
	"cmp"
	"iter"
	"maps"
	"strconv"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// part is a place in a custom resource that an operator makes workloads of,
// whether anything is written there or not.
type part struct {
	x      *index
	origin topology.Origin
	root   *manifest.Node
}

// specOf returns the spec of a custom resource.
func specOf(x *index, o *manifest.Object) part {
	return part{x: x, origin: topology.Origin{Object: o}, root: o.Root}.at("spec")
}

func (p part) at(path ...string) part {
	return part{x: p.x, origin: p.origin.At(path...), root: p.root.Get(path...)}
}

// items yields the items of a list.
func (p part) items() iter.Seq[part] {
	return func(yield func(part) bool) {
		for i, n := range p.root.Items() {
			if !yield(part{x: p.x, origin: p.origin.At(strconv.Itoa(i)), root: n}) {
				return
			}
		}
	}
}

// present reports whether anything but null is written at the part.
func (p part) present() bool { return isWritten(p.root) }

// count reads a whole number; absent means the default.
func (p part) count(fallback int64) topology.Field[int64] {
	return count(p.root, p.origin, fallback)
}

// text reads a string; absent and empty mean the default, if there is one.
func (p part) text(fallback string) topology.Field[string] {
	if k := p.root.Kind(); k == manifest.Map || k == manifest.Seq {
		return topology.Unknown[string](p.origin)
	}
	s := cmp.Or(p.root.Text(), fallback)
	if s == "" {
		return topology.Unknown[string](p.origin)
	}
	return topology.Known(s, p.origin)
}

// resources reads the resources of a container, memory then CPU.
func (p part) resources() (memory, cpu *topology.Resource) {
	return p.x.resources(p.origin, "memory", false), p.x.resources(p.origin, "cpu", false)
}

// container reads the part like a container: its image, command and probes.
func (p part) container() *container {
	return &container{
		pod:    newPod(p.x, p.origin, p.root),
		origin: p.origin,
		root:   p.root,
		image:  p.root.Get("image").Text(),
	}
}

// newPod returns Pods whose spec is what the part holds.
func newPod(x *index, spec topology.Origin, root *manifest.Node) *pod {
	return &pod{x: x, object: spec.Object, spec: spec, root: root, loaded: map[loadedKey]bool{}}
}

// probe describes a probe that is written in the resource.
func (p part) probe(name string) *topology.Probe { return p.container().probe(name) }

// madeProbe is a probe that an operator makes where none is written: it runs
// redis-cli in the container itself. Times are in seconds.
func madeProbe(at topology.Origin, delay, period, timeout, failures int64) *topology.Probe {
	return &topology.Probe{
		Origin: at, Present: true,
		Kind:             topology.Known("exec", at),
		Timeout:          topology.Known(timeout, at),
		EffectiveTimeout: topology.Known(timeout, at),
		Delay:            topology.Known(delay, at),
		Period:           topology.Known(period, at),
		Failures:         topology.Known(failures, at),
		OtherHost:        topology.Known(false, at),
	}
}

// requirePong makes a probe one whose command fails on any answer but PONG.
func requirePong(p *topology.Probe) {
	p.RequiresPong = topology.Known(true, p.Origin)
	p.AcceptsLoading = topology.Known(false, p.Origin)
	p.AcceptsMisconf = topology.Known(false, p.Origin)
}

// withLabels adds the labels of the resource to those of the Pods made of it.
func withLabels(own map[string]string, o *manifest.Object) map[string]string {
	maps.Copy(own, labelsOf(o.Root.Get("metadata", "labels")))
	return own
}

// required reads a whole number that the API server insists on: absent, it is
// written somewhere else.
func (p part) required() topology.Field[int64] {
	if !p.present() {
		return topology.Unknown[int64](p.origin)
	}
	return p.count(0)
}

// port reads the port that the servers listen on; 0 when it is not written.
func (p part) port() int64 {
	if n, ok := p.root.Get("port").Int(); ok && n > 0 && n <= 65535-busOffset {
		return n
	}
	return 0
}
