package chart

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/manifest"
)

func TestParseSet(t *testing.T) {
	t.Parallel()
	for argument, want := range map[string][]Setting{
		"a=1":              {{Key: "a", Value: "1"}},
		"a=1,b.c=two":      {{Key: "a", Value: "1"}, {Key: "b.c", Value: "two"}},
		"a={1,2},b=3":      {{Key: "a", Value: "{1,2}"}, {Key: "b", Value: "3"}},
		`a=x\,y`:           {{Key: "a", Value: "x,y"}},
		`a\.b=c`:           {{Key: `a\.b`, Value: "c"}},
		"a=":               {{Key: "a"}},
		"a[0].b=c=d":       {{Key: "a[0].b", Value: "c=d"}},
		"a={unclosed,b=c":  {{Key: "a", Value: "{unclosed"}, {Key: "b", Value: "c"}},
		"a={},b=":          {{Key: "a", Value: "{}"}, {Key: "b"}},
		"a={x\\,y,z},b={}": {{Key: "a", Value: "{x\\,y,z}"}, {Key: "b", Value: "{}"}},
		"":                 nil,
	} {
		got, err := ParseSet(argument, false, manifest.Ref{})
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s, error %v (-want +got):\n%s", argument, err, diff)
		}
	}
	for _, argument := range []string{"a", "=b", "a=1,b", "a=1,,b=2"} {
		if got, err := ParseSet(argument, false, manifest.Ref{}); err == nil {
			t.Errorf("%s is read as %v", argument, got)
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	below := "master: {extraFlags: [--a, --b], count: 4}\nreplica: {podLabels: {a.b/c: d}}"
	for sentence, test := range map[string]struct {
		set         Setting
		key         string
		want        any
		errorsMatch string
	}{
		"a number":                       {set: Setting{Key: "replica.replicaCount", Value: "5"}, key: "replica.replicaCount", want: int64(5)},
		"text by force":                  {set: Setting{Key: "replica.replicaCount", Value: "5", ForceString: true}, key: "replica.replicaCount", want: "5"},
		"a truth":                        {set: Setting{Key: "sentinel.enabled", Value: "true"}, key: "sentinel.enabled", want: true},
		"null":                           {set: Setting{Key: "master.count", Value: "null"}, key: "master.count", want: nil},
		"what begins with 0 is text":     {set: Setting{Key: "auth.password", Value: "0123"}, key: "auth.password", want: "0123"},
		"so is a fraction":               {set: Setting{Key: "auth.password", Value: "1.5"}, key: "auth.password", want: "1.5"},
		"0 is a number":                  {set: Setting{Key: "master.count", Value: "0"}, key: "master.count", want: int64(0)},
		"a list":                         {set: Setting{Key: "master.extraFlags", Value: "{--c,--d}"}, key: "master.extraFlags", want: []any{"--c", "--d"}},
		"an empty list":                  {set: Setting{Key: "master.extraFlags", Value: "{}"}, key: "master.extraFlags", want: []any{}},
		"an item of a list below":        {set: Setting{Key: "master.extraFlags[1]", Value: "--c"}, key: "master.extraFlags", want: []any{"--a", "--c"}},
		"an item behind it":              {set: Setting{Key: "master.extraFlags[3]", Value: "--c"}, key: "master.extraFlags", want: []any{"--a", "--b", nil, "--c"}},
		"a map in a list":                {set: Setting{Key: "master.sidecars[0].name", Value: "x"}, key: "master.sidecars", want: []any{map[string]any{"name": "x"}}},
		"lists in lists":                 {set: Setting{Key: "master.sidecars[0][1]", Value: "x"}, key: "master.sidecars", want: []any{[]any{nil, "x"}}},
		"a name with dots":               {set: Setting{Key: `replica.podLabels.a\.b/c`, Value: "e"}, key: "replica.podLabels", want: map[string]any{"a.b/c": "e"}},
		"a key that leaves others be":    {set: Setting{Key: "master.kind", Value: "Deployment"}, key: "master.count", want: int64(4)},
		"an index is no name":            {set: Setting{Key: "master.extraFlags[x]", Value: "a"}, errorsMatch: `setting "master.extraFlags[x]": index "x" is no number up to 1024`},
		"an index is not too large":      {set: Setting{Key: "master.extraFlags[1025]", Value: "a"}, errorsMatch: `setting "master.extraFlags[1025]": index "1025" is no number up to 1024`},
		"nothing comes between an index": {set: Setting{Key: "master.extraFlags[0]x", Value: "a"}, errorsMatch: `setting "master.extraFlags[0]x": "x" behind an index`},
		"a name is not empty":            {set: Setting{Key: "master..count", Value: "1"}, errorsMatch: `setting "master..count": a name is empty`},
		"a key does not go down without end": {
			set:         Setting{Key: "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a", Value: "1"},
			errorsMatch: `setting "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a": more than 30 names deep`,
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			v, out := merged(t, layer(t, 0, below), Layer{Set: []Setting{test.set}})
			if test.errorsMatch != "" {
				if len(out.Errors) != 1 || out.Errors[0].Message != test.errorsMatch {
					t.Errorf("got errors %v, want %s", out.Errors, test.errorsMatch)
				}
				return
			}
			var got any
			if x := v.at(test.key); x.isMap() {
				labels := map[string]any{}
				for _, c := range x.children(false) {
					labels[c.name()] = c.node().Value()
				}
				got = labels
			} else {
				got = x.node().Value()
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.key, diff)
			}
		})
	}
}

func TestSettingsKnowTheirPlaces(t *testing.T) {
	t.Parallel()
	application := layer(t, 0, "parameters:\n  - {name: replica.replicaCount, value: '5'}")
	place := manifest.Path{"values", "parameters", "0", "value"}
	v, _ := merged(t, Layer{Set: []Setting{
		{Key: "replica.replicaCount", Value: "5", Ref: manifest.Ref{Object: application.Object, Path: place}},
	}})
	got := v.at("replica.replicaCount").ref()
	want := manifest.Ref{Object: application.Object, Path: place, Key: "replica.replicaCount"}
	if got.Object != want.Object || !cmp.Equal(got.Path, want.Path) || got.Key != want.Key || got.Default {
		t.Errorf("got %s at %v of %s, default %v", got.Key, got.Path, got.Object.File, got.Default)
	}
}
