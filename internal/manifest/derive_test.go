package manifest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const derivedFrom = `kind: Values
replica:
  replicaCount: 2
  resources:
    limits: {memory: 1Gi}
commonConfiguration: |-
  appendonly yes
  maxmemory 2gb
extra: --maxmemory 1gb
`

// derivedSet makes a StatefulSet and a ConfigMap out of the values above.
func derivedSet(t *testing.T) (values, workload, config *Object) {
	t.Helper()
	set := Decode([]Input{{Name: "values.yaml", Data: []byte(derivedFrom)}}, Options{})
	if len(set.Errors) > 0 || len(set.Objects) != 1 {
		t.Fatalf("errors %v, %d objects", set.Errors, len(set.Objects))
	}
	values = set.Objects[0]
	root := Ref{Object: values}
	resources := Copy(values.Root.Get("replica", "resources"), root.At("replica", "resources"))
	unset := root.At("replica", "podManagementPolicy")
	unset.Default = true
	workload = Derive(values, "apps/v1", "StatefulSet", "shop", "redis-replicas", Tree{Fields: []FieldTree{
		{"spec", Tree{Fields: []FieldTree{
			{"replicas", Tree{Value: int64(2), Ref: root.At("replica", "replicaCount")}},
			{"podManagementPolicy", Tree{Value: "Parallel", Ref: unset}},
			{"template", Tree{Fields: []FieldTree{{"resources", resources}, {"ports", Tree{Seq: true}}}, Ref: root.At("replica")}},
		}}},
	}})
	common := root.At("commonConfiguration")
	text := values.Root.Get("commonConfiguration").Text()
	config = Derive(values, "v1", "ConfigMap", "shop", "redis-configuration", Tree{Fields: []FieldTree{
		{"data", Tree{Fields: []FieldTree{
			{"redis.conf", Tree{Parts: []Part{{Text: "dir /data\n"}, {Text: text, Ref: common}, {Text: "\nmaxmemory 1gb", Ref: root.At("extra"), Offset: 2}}}},
			{"whole", Tree{Value: text, Ref: common}},
		}}},
	}})
	return values, workload, config
}

func TestDerivedValuesAreLocatedWhereTheyAreWritten(t *testing.T) {
	t.Parallel()
	_, workload, _ := derivedSet(t)
	for name, c := range map[string]struct {
		path  Path
		key   string
		unset bool
		want  Position
	}{
		"a value that is set":                      {Path{"spec", "replicas"}, "replica.replicaCount", false, Position{3, 17, 3, 18}},
		"a value copied with all above it":         {Path{"spec", "template", "resources", "limits", "memory"}, "replica.resources.limits.memory", false, Position{5, 22, 5, 25}},
		"a key that is missing where one could be": {Path{"spec", "template", "resources", "requests", "memory"}, "replica.resources.requests.memory", true, Position{4, 3, 4, 12}},
		"a default, at the nearest key":            {Path{"spec", "podManagementPolicy"}, "replica.podManagementPolicy", true, Position{2, 1, 2, 8}},
		"what no key would set":                    {Path{"spec", "template", "ports", "0", "name"}, "replica", false, Position{2, 1, 2, 8}},
		"the object itself":                        {nil, "", false, Position{1, 1, 1, 5}},
	} {
		ref, ok := workload.Written(c.path, 0)
		if !ok || ref.Key != c.key || ref.Default != c.unset {
			t.Errorf("%s: written at %+v, %t; want key %q, default %t", name, ref, ok, c.key, c.unset)
		}
		if got := workload.Locate(c.path); got != c.want {
			t.Errorf("%s: located at %v, want %v", name, got, c.want)
		}
	}
	if got, want := workload.Root.At(Path{"spec", "replicas"}).Value(), any(int64(2)); got != want {
		t.Errorf("replicas are %v, want %v", got, want)
	}
}

func TestTextPutTogetherIsLocatedByItsParts(t *testing.T) {
	t.Parallel()
	_, _, config := derivedSet(t)
	conf := Path{"data", "redis.conf"}
	if diff := cmp.Diff("dir /data\nappendonly yes\nmaxmemory 2gb\nmaxmemory 1gb", config.Root.At(conf).Text()); diff != "" {
		t.Fatal(diff)
	}
	for name, c := range map[string]struct {
		path           Path
		offset, length int
		key            string
		want           Position
	}{
		"a part of the chart":     {conf, 0, 3, "", Position{1, 1, 1, 5}},
		"a line of a value":       {conf, 25, 13, "commonConfiguration", Position{8, 3, 8, 16}},
		"a part of another value": {conf, 39, 13, "extra", Position{9, 11, 9, 23}},
		"a value as it is":        {Path{"data", "whole"}, 0, 14, "commonConfiguration", Position{7, 3, 7, 17}},
	} {
		if ref, _ := config.Written(c.path, c.offset); ref.Key != c.key {
			t.Errorf("%s: key %q, want %q", name, ref.Key, c.key)
		}
		if got := config.LocateWithin(c.path, c.offset, c.length); got != c.want {
			t.Errorf("%s: located at %v, want %v", name, got, c.want)
		}
	}
}

func TestAnObjectThatWasWrittenIsNotDerived(t *testing.T) {
	t.Parallel()
	values, _, _ := derivedSet(t)
	if ref, ok := values.Written(Path{"replica"}, 0); ok {
		t.Errorf("written at %+v", ref)
	}
}
