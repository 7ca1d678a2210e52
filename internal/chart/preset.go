package chart

import (
	"maps"
	"slices"
	"strconv"

	"github.com/redislint/redislint/internal/manifest"
)

// preset is a set of resources that the charts have a name for.
type preset struct{ request, limit amounts }

type amounts struct {
	cpu    string
	memory int64 // MiB
}

// presets are those of chart common, which the others share (templates/_resources.tpl).
var presets = map[string]preset{
	"nano":    {amounts{"100m", 128}, amounts{"150m", 192}},
	"micro":   {amounts{"250m", 256}, amounts{"375m", 384}},
	"small":   {amounts{"500m", 512}, amounts{"750m", 768}},
	"medium":  {amounts{"500m", 1024}, amounts{"750m", 1536}},
	"large":   {amounts{"1.0", 2048}, amounts{"1.5", 3072}},
	"xlarge":  {amounts{"1.0", 3072}, amounts{"3.0", 6144}},
	"2xlarge": {amounts{"1.0", 3072}, amounts{"6.0", 12288}},
}

// firstPresets are where the first charts with presets differ: redis 18, redis-cluster 9.
var firstPresets = map[string]preset{
	"xlarge":  {amounts{"2.0", 4096}, amounts{"3.0", 6144}},
	"2xlarge": {amounts{"4.0", 8192}, amounts{"6.0", 12288}},
}

func (r *release) preset(name string) (preset, bool) {
	if r.hasFirstPresets() {
		if p, ok := firstPresets[name]; ok {
			return p, true
		}
	}
	p, ok := presets[name]
	return p, ok
}

// resources derives the resources of a container from those of its values, or from the preset that they name.
func (r *release) resources(x value, component string) manifest.FieldTree {
	own, named := x.at("resources"), x.at("resourcesPreset")
	if !own.off() || named.fact == nil {
		return field("resources", own.resources())
	}
	name := named.text()
	if named.truth() == maybe {
		return field("resources", from(named, literal(unseen)))
	}
	p, ok := r.preset(name)
	switch {
	case name == "none":
		return field("resources", own.resources())
	case !ok:
		allowed := append([]string{"none"}, slices.Sorted(maps.Keys(presets))...)
		r.out.Invalid = append(r.out.Invalid, Invalid{Ref: named.ref(), Value: name, Allowed: allowed})
		return none
	}
	r.out.Presets = append(r.out.Presets, Preset{
		Ref: named.ref(), Name: name, Component: component, Request: p.request.memory << 20, Limit: p.limit.memory << 20,
	})
	// What a preset yields is changed by setting the resources; where the preset is written, that is what stands for them.
	at := func(kind, resource string) manifest.Ref {
		ref := own.at(kind).at(resource).ref()
		if named.isSet() {
			ref.Object, ref.Path = named.ref().Object, named.ref().Path
		}
		return ref
	}
	side := func(kind string, a amounts) manifest.FieldTree {
		memory := literal(strconv.FormatInt(a.memory, 10) + "Mi")
		memory.Ref = at(kind, "memory")
		cpu := literal(a.cpu)
		cpu.Ref = at(kind, "cpu")
		return field(kind, fields(field("cpu", cpu), field("memory", memory)))
	}
	t := fields(side("requests", p.request), side("limits", p.limit))
	t.Ref, t.Open = own.ref(), true
	return field("resources", t)
}

// resources is a container's resources as they stand, with what an unseen layer may add as unknown: Kubernetes would
// make something of its absence.
func (x value) resources() manifest.Tree {
	t := x.tree()
	if t.Value != nil || !slices.ContainsFunc(x.parts, func(p part) bool { return p.node == nil }) {
		return t
	}
	t = manifest.Tree{Ref: x.ref(), Map: true, Open: true}
	for _, kind := range []string{"requests", "limits"} {
		side := manifest.Tree{Ref: x.at(kind).ref(), Map: true, Open: true}
		for _, resource := range []string{"cpu", "memory"} {
			if amount := x.at(kind).at(resource); len(amount.parts) > 0 {
				side.Fields = append(side.Fields, field(resource, amount.tree()))
			}
		}
		t.Fields = append(t.Fields, field(kind, side))
	}
	return t
}
