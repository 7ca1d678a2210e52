package chart

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/manifest"
)

// layer is a layer of values written as YAML; "unseen" is one that is not in the input.
func layer(t testing.TB, i int, text string) Layer {
	t.Helper()
	if text == "unseen" {
		return Layer{Unseen: true}
	}
	name := fmt.Sprintf("%d.yaml", i)
	document := "kind: Values\nvalues:\n  " + strings.ReplaceAll(text, "\n", "\n  ")
	set := manifest.Decode([]manifest.Input{{Name: name, Data: []byte(document)}}, manifest.DefaultOptions())
	if len(set.Errors) > 0 || len(set.Objects) != 1 {
		t.Fatalf("%s: %d objects, errors %v", name, len(set.Objects), set.Errors)
	}
	return Layer{Object: set.Objects[0], Path: manifest.Path{"values"}}
}

// merged are the values of redis 23 with layers over them.
func merged(t testing.TB, layers ...Layer) (value, *Rendered) {
	t.Helper()
	r := Release{Chart: "redis", Owner: layer(t, 0, "{}").Object, Layers: layers}
	out := &Rendered{}
	return newValues(r, readFacts("redis", 23), out), out
}

func TestMerge(t *testing.T) {
	t.Parallel()
	for sentence, test := range map[string]struct {
		layers []string
		key    string
		want   string // its text
		at     string // file, key, and "default" when nobody set it
	}{
		"what nobody sets is the chart's": {
			[]string{"{}"}, "replica.replicaCount", "3", "0.yaml replica.replicaCount default",
		},
		"a layer wins over the chart": {
			[]string{"replica: {replicaCount: 5}"}, "replica.replicaCount", "5", "0.yaml replica.replicaCount",
		},
		"a later layer wins": {
			[]string{"replica: {replicaCount: 5}", "replica: {replicaCount: 7}"}, "replica.replicaCount", "7", "1.yaml replica.replicaCount",
		},
		"maps are merged key by key": {
			[]string{"replica: {replicaCount: 5}", "replica: {kind: DaemonSet}"}, "replica.replicaCount", "5", "0.yaml replica.replicaCount",
		},
		"null takes the chart's away": {
			[]string{"replica: {replicaCount: null}"}, "replica.replicaCount", "", "0.yaml replica.replicaCount default",
		},
		"null above takes all below it away": {
			[]string{"replica: {replicaCount: 5}", "replica: null"}, "replica.replicaCount", "", "0.yaml replica.replicaCount default",
		},
		"a map over null brings the chart's back": {
			[]string{"replica: null", "replica: {kind: DaemonSet}"}, "replica.replicaCount", "3", "1.yaml replica.replicaCount default",
		},
		"a list replaces a list": {
			[]string{"master: {extraFlags: [a, b]}", "master: {extraFlags: [c]}"}, "master.extraFlags", "", "1.yaml master.extraFlags",
		},
		"a map replaces a scalar": {
			[]string{"master: nonsense", "master: {count: 2}"}, "master.count", "2", "1.yaml master.count",
		},
		"below a scalar the chart's is left": {
			[]string{"master: nonsense"}, "master.count", "1", "0.yaml master.count default",
		},
		"what an unseen layer may set is unknown": {
			[]string{"unseen", "{}"}, "replica.replicaCount", unseen, "1.yaml replica.replicaCount default",
		},
		"an unseen layer hides those below": {
			[]string{"replica: {replicaCount: 5}", "unseen"}, "replica.replicaCount", unseen, "0.yaml replica.replicaCount default",
		},
		"and none above": {
			[]string{"unseen", "replica: {replicaCount: 5}"}, "replica.replicaCount", "5", "1.yaml replica.replicaCount",
		},
		"a null above it is known": {
			[]string{"unseen", "replica: {replicaCount: null}"}, "replica.replicaCount", "", "1.yaml replica.replicaCount default",
		},
		"below a placeholder all is unknown": {
			[]string{"replica: '{{ .Values.replica }}'"}, "replica.replicaCount", unseen, "0.yaml replica.replicaCount default",
		},
		"a placeholder is passed on": {
			[]string{"replica: {replicaCount: '${COUNT}'}"}, "replica.replicaCount", "${COUNT}", "0.yaml replica.replicaCount",
		},
		"a key that the chart does not read is not there": {
			[]string{"slave: {replicaCount: 5}"}, "slave.replicaCount", "", "0.yaml slave.replicaCount default",
		},
		"an unset key belongs to the layer that has most of those above it": {
			[]string{"master: {persistence: {enabled: true}}", "master: {count: 1}"},
			"master.persistence.size", "8Gi",
			"0.yaml master.persistence.size default",
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			var layers []Layer
			for i, text := range test.layers {
				layers = append(layers, layer(t, i, text))
			}
			v, out := merged(t, layers...)
			x := v.at(test.key)
			ref := x.ref()
			at := ref.Object.File + " " + ref.Key
			if ref.Default {
				at += " default"
			}
			if x.text() != test.want || at != test.at {
				t.Errorf("%s is %q at %s, want %q at %s", test.key, x.text(), at, test.want, test.at)
			}
			if len(out.Errors) > 0 {
				t.Errorf("errors %v", out.Errors)
			}
		})
	}
}

func TestTruth(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]truth{
		"true": yes, "false": no, "1": yes, "0": no, "0.5": yes, "a": yes, "''": no, "'false'": yes, "null": no,
		"[]": no, "[a]": yes, "{}": no, "{a: b}": yes, "'{{ a }}'": maybe, "'$(A)'": maybe,
	} {
		v, _ := merged(t, layer(t, 0, "commonLabels: {}\nmaster:\n  affinity: "+text))
		if got := v.at("master.affinity").truth(); got != want {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
}

func TestPrefixAndUnder(t *testing.T) {
	t.Parallel()
	parent := layer(t, 0, "redis: {replica: {replicaCount: 5}}\nglobal: {storageClass: gp3}")
	redis, global := parent, parent
	redis.Path, redis.Prefix = manifest.Path{"values", "redis"}, "redis."
	global.Path, global.Prefix, global.Under = manifest.Path{"values", "global"}, "global.", "global"
	v, _ := merged(t, redis, global)
	for key, want := range map[string]string{
		"replica.replicaCount": "5 redis.replica.replicaCount values/redis/replica/replicaCount",
		"replica.kind":         "StatefulSet redis.replica.kind values/redis/replica/kind",
		"global.storageClass":  "gp3 global.storageClass values/global/storageClass",
	} {
		x := v.at(key)
		if got := x.text() + " " + x.ref().Key + " " + strings.Join(x.ref().Path, "/"); got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
}

func TestValuesThatAreNoMap(t *testing.T) {
	t.Parallel()
	_, out := merged(t, layer(t, 0, "[a]"), layer(t, 1, "text"), layer(t, 2, "null"), Layer{})
	want := []manifest.Error{
		{File: "0.yaml", Line: 2, Message: "values are a seq, not a map"},
		{File: "1.yaml", Line: 3, Message: "values are a string, not a map"},
	}
	if diff := cmp.Diff(want, out.Errors); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

func TestFactsOfEveryVersion(t *testing.T) {
	t.Parallel()
	var walk func(t *testing.T, f *fact, path string)
	walk = func(t *testing.T, f *fact, path string) {
		seen := map[string]bool{}
		for _, c := range f.below {
			if seen[c.name] || c.name == "" || strings.ContainsAny(c.name, " \t*@=") {
				t.Errorf("%s%s stands there twice, or is no key", path, c.name)
			}
			seen[c.name] = true
			walk(t, c, path+c.name+".")
		}
	}
	for _, c := range charts() {
		for _, version := range c.versions {
			t.Run(c.name+" "+version, func(t *testing.T) {
				t.Parallel()
				facts := readFacts(c.name, c.major(version))
				walk(t, facts, "")
				if facts.at("image.repository").value != "bitnami/"+c.name {
					t.Errorf("the image is %v", facts.at("image.repository").value)
				}
			})
		}
	}
}
