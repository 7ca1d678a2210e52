package topology_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

func TestParts(t *testing.T) {
	t.Parallel()
	set := manifest.Decode([]manifest.Input{{Name: "a.yaml", Data: []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {x: 1}\n")}}, manifest.DefaultOptions())
	origin := topology.Origin{Object: set.Objects[0]}
	redis := &topology.Redis{
		Origin: origin, Name: "a",
		Mode: topology.Known(topology.Standalone, origin.At("spec")),
		Nodes: []topology.Node{{
			Origin:   origin.At("spec", "x"),
			Replicas: topology.Unknown[int64](origin.At("spec", "replicas")),
			Memory:   &topology.Resource{Limit: &topology.Quantity{}},
		}},
	}
	parts := redis.Parts()
	at := func(pointer string) *topology.Part {
		i := slices.IndexFunc(parts, func(p topology.Part) bool { return p.Pointer == pointer })
		if i < 0 {
			return nil
		}
		return &parts[i]
	}
	for _, want := range []topology.Part{
		{"/name", true, origin},
		{"/mode", true, origin.At("spec")},
		{"/nodes", true, origin},
		{"/nodes/0", true, origin.At("spec", "x")},
		{"/nodes/0/replicas", false, origin.At("spec", "replicas")},
		{"/nodes/0/memory/limit/present", true, origin.At("spec", "x")},
		{"/nodes/0/memory/request", false, origin.At("spec", "x")},
		{"/services", false, origin},
	} {
		got := at(want.Pointer)
		if got == nil {
			t.Errorf("%s is not among them", want.Pointer)
			continue
		}
		if diff := cmp.Diff(want.Origin.Path, got.Origin.Path); diff != "" || got.Known != want.Known {
			t.Errorf("%s: known %v %s", want.Pointer, got.Known, diff)
		}
	}
	for _, part := range parts {
		origin, err := redis.Place(part.Pointer)
		if err != nil || !slices.Equal(origin.Path, part.Origin.Path) {
			t.Errorf("%s is at %v, and Place says %v, %v", part.Pointer, part.Origin.Path, origin.Path, err)
		}
	}
	if at("/nodes/0/memory/request/present") != nil {
		t.Error("an unknown part has parts")
	}
}
