package topology

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/manifest"
)

const text = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis}
spec:
  replicas: 3
  template:
    spec:
      containers:
      - name: redis
        resources:
          limits: {memory: 1Gi}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: redis}
data:
  redis.conf: |
    # how much
    maxmemory 700mb
`

func objects(t *testing.T) (workload, config *manifest.Object) {
	t.Helper()
	set := manifest.Decode([]manifest.Input{{Name: "redis.yaml", Data: []byte(text)}}, manifest.Options{})
	if len(set.Objects) != 2 {
		t.Fatalf("%d objects, %v", len(set.Objects), set.Errors)
	}
	return set.Objects[0], set.Objects[1]
}

func model(t *testing.T) *Redis {
	t.Helper()
	workload, config := objects(t)
	at := func(path ...string) Origin { return Origin{Object: workload, Path: path} }
	container := []string{"spec", "template", "spec", "containers", "0"}
	value, _ := config.Root.Get("data", "redis.conf").Str()
	directive := Origin{Object: config, Path: manifest.Path{"data", "redis.conf"}}.Within(strings.Index(value, "700mb"), len("700mb"))
	resources := at(container...).At("resources")
	return &Redis{
		Origin: at(), Name: "redis", Mode: Known(Standalone, at()),
		Nodes: []Node{{
			Origin:   at(container...),
			Replicas: Known(int64(3), at("spec", "replicas")),
			Memory: &Resource{
				Origin:  resources,
				Request: &Quantity{Origin: resources.At("requests", "memory")},
				Limit:   &Quantity{Origin: resources.At("limits", "memory"), Present: true, Amount: Known(int64(1<<30), resources.At("limits", "memory"))},
			},
			Config: &Config{Origin: at(container...), MaxMemory: &Size{Origin: directive, Set: true, Bytes: Known(int64(700<<20), directive)}},
		}},
		Sentinels: []SentinelNode{},
	}
}

func TestEncodeLeavesOutWhatIsUnknown(t *testing.T) {
	t.Parallel()
	encoded := model(t).Encode()
	node := encoded["nodes"].([]any)[0].(map[string]any)
	for _, unknown := range []string{"cpu", "data", "probes", "image", "role"} {
		if value, there := node[unknown]; there {
			t.Errorf("unknown %s is encoded as %v", unknown, value)
		}
	}
	want := map[string]any{"present": false, "text": "", "defaulted": false}
	if diff := cmp.Diff(want, node["memory"].(map[string]any)["request"]); diff != "" {
		t.Errorf("what is not there (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]any{}, encoded["sentinels"]); diff != "" {
		t.Errorf("none at all is not unknown (-want +got):\n%s", diff)
	}
	if _, there := encoded["services"]; there {
		t.Error("services that nobody looked for are encoded")
	}
	if got := encoded["mode"]; got != "standalone" {
		t.Errorf("mode is %#v", got)
	}
}

func TestPlace(t *testing.T) {
	t.Parallel()
	r := model(t)
	for pointer, want := range map[string][2]int{
		"":                                {1, 1},
		"/nodes/0/replicas":               {5, 13},
		"/nodes/0/memory/limit/amount":    {11, 28},
		"/nodes/0/memory/limit":           {11, 28},
		"/nodes/0/memory/request":         {10, 9}, // not there: the resources that it would be in
		"/nodes/0/memory/request/amount":  {10, 9},
		"/nodes/0/config/maxmemory":       {19, 15},
		"/nodes/0/config/maxmemory/bytes": {19, 15},
		"/nodes/0/config/appendonly":      {9, 9}, // unknown: the container
		"/nodes/0/probes":                 {9, 9},
		"/nodes/0/probes/liveness/period": {9, 9}, // in what is unknown
	} {
		origin, err := r.Place(pointer)
		if err != nil {
			t.Errorf("%s: %v", pointer, err)
			continue
		}
		if at := origin.Position(); at.Line != want[0] || at.Column != want[1] {
			t.Errorf("%s was written at %d:%d, want %d:%d", pointer, at.Line, at.Column, want[0], want[1])
		}
	}
	for _, pointer := range []string{"/nodes/1", "/nodes/x", "/nope", "nodes", "/nodes/0/replicas/x", "/nodes/0/probes/x"} {
		if _, err := r.Place(pointer); err == nil {
			t.Errorf("%s leads nowhere and has a place", pointer)
		}
	}
}

// What is unknown may be there, so that nobody can say how it is written; what the model has not is a mistake.
func TestFactOfWhatIsUnseen(t *testing.T) {
	t.Parallel()
	r := model(t)
	for pointer, unseen := range map[string]bool{
		"/nodes/0/config/appendonly":      true,
		"/nodes/0/probes/liveness/period": true,
		"/nodes/0/probes/x":               false,
		"/nodes/0/memory":                 false,
	} {
		if fact, err := r.Fact(pointer); err == nil || errors.Is(err, ErrUnseen) != unseen {
			t.Errorf("%s: got %+v, %v; want ErrUnseen: %t", pointer, fact, err, unseen)
		}
	}
}

// Every object of the schema is closed, so that a misspelt field in a policy
// does not compile, and every encoded key is in it.
func TestSchema(t *testing.T) {
	t.Parallel()
	schema := Schema()
	if _, err := json.Marshal(schema); err != nil {
		t.Fatal(err)
	}
	var closed func(path string, s map[string]any)
	closed = func(path string, s map[string]any) {
		switch s["type"] {
		case "object":
			if s["additionalProperties"] != false && path != "/params" {
				t.Errorf("%s takes unknown properties", path)
			}
			properties, _ := s["properties"].(map[string]any)
			for name, property := range properties {
				closed(path+"/"+name, property.(map[string]any))
			}
		case "array":
			closed(path+"/*", s["items"].(map[string]any))
		case "string", "integer", "boolean":
		default:
			t.Errorf("%s is of type %v", path, s["type"])
		}
	}
	closed("", schema)

	var known func(path string, value any, s map[string]any)
	known = func(path string, value any, s map[string]any) {
		switch v := value.(type) {
		case map[string]any:
			properties, _ := s["properties"].(map[string]any)
			for name, inner := range v {
				if properties[name] == nil {
					t.Errorf("%s/%s is encoded and not in the schema", path, name)
					continue
				}
				known(path+"/"+name, inner, properties[name].(map[string]any))
			}
		case []any:
			for _, inner := range v {
				known(path+"/*", inner, s["items"].(map[string]any))
			}
		}
	}
	known("", model(t).Encode(), schema)
}

func TestStopped(t *testing.T) {
	t.Parallel()
	scaled := func(replicas ...Field[int64]) *Redis {
		r := &Redis{}
		for _, n := range replicas {
			r.Nodes = append(r.Nodes, Node{Replicas: n})
		}
		return r
	}
	zero, one := Known(int64(0), Origin{}), Known(int64(1), Origin{})
	for name, c := range map[string]struct {
		r    *Redis
		want bool
	}{
		"all at 0":  {scaled(zero, zero), true},
		"one runs":  {scaled(zero, one), false},
		"one hides": {scaled(zero, Unknown[int64](Origin{})), false},
		"nothing":   {scaled(), false},
	} {
		if got := c.r.Stopped(); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// An origin's path is its own: two below one place do not overwrite each other.
func TestOriginsDoNotShareTheirPaths(t *testing.T) {
	t.Parallel()
	base := Origin{Path: make(manifest.Path, 0, 8)}.At("a")
	b, c := base.At("b"), base.At("c")
	if !slices.Equal(b.Path, manifest.Path{"a", "b"}) || !slices.Equal(c.Path, manifest.Path{"a", "c"}) {
		t.Errorf("paths %v and %v", b.Path, c.Path)
	}
}
