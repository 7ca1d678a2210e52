package admission

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/source"
)

// surveyed is what a survey tells, by namespace.
func surveyed(t testing.TB, v *View, config Config, unread ...Unread) map[string]Standing {
	t.Helper()
	policy, err := NewPolicy(library, config)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]Standing{}
	var order []string
	if err := v.Survey(t.Context(), policy, unread, func(context.Context) {}, func(s Standing) {
		all[s.Namespace] = s
		order = append(order, s.Namespace)
	}); err != nil {
		t.Fatal(err)
	}
	if last := len(order) - 1; order[last] != "" || !slices.IsSorted(order[:last]) {
		t.Errorf("told in the order %q", order)
	}
	return all
}

// outcome is what is told of a namespace, in words.
func outcome(s Standing) []string {
	words := []string{}
	for _, f := range s.Findings {
		word := f.Rule.ID
		if f.Suppressed != nil {
			word += " waived"
		}
		words = append(words, word)
	}
	return words
}

func TestSurvey(t *testing.T) {
	t.Parallel()
	tight := object(t, sound, "700mb", "1gb")
	waived := object(t, sound, "700mb", "1gb", "labels: {a: b}", `annotations: {ignore.redislint.dev/maxmemory-too-high: "measured"}`)
	budget := Unread{Kind: "policy/PodDisruptionBudget"}
	for name, c := range map[string]struct {
		objects []*unstructured.Unstructured
		config  Config
		unread  []Unread
		finds   []string // in the namespace shop
		not     []string
		none    bool // nothing is told of the namespace
	}{
		"what stands is found":                           {objects: []*unstructured.Unstructured{tight}, finds: []string{"maxmemory-too-high", "disruption-budget-missing"}},
		"a waiver counts":                                {objects: []*unstructured.Unstructured{waived}, finds: []string{"maxmemory-too-high waived"}, not: []string{"maxmemory-too-high"}},
		"the configuration counts":                       {objects: []*unstructured.Unstructured{tight}, config: Config{Selection: rules.Selection{Disable: []string{"maxmemory-too-high"}}}, not: []string{"maxmemory-too-high"}},
		"what was never read is unknown":                 {objects: []*unstructured.Unstructured{tight}, unread: []Unread{budget}, finds: []string{"maxmemory-too-high"}, not: []string{"disruption-budget-missing"}},
		"what is stale is known":                         {objects: []*unstructured.Unstructured{tight}, unread: []Unread{{budget.Kind, true}}, finds: []string{"disruption-budget-missing"}},
		"a namespace may choose not to be judged":        {objects: []*unstructured.Unstructured{tight, object(t, "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {redislint.dev/mode: \"off\"}}}")}, none: true},
		"a namespace without a Redis is not looked into": {objects: []*unstructured.Unstructured{object(t, ringService)}, none: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, told := surveyed(t, viewOf(t, append(c.objects, object(t, sentinelConfig))...), c.config, c.unread...)["shop"]
			if told == c.none {
				t.Fatalf("told: %t", told)
			}
			got := outcome(s)
			for _, rule := range c.finds {
				if !slices.Contains(got, rule) {
					t.Errorf("%s is not found: %v", rule, got)
				}
			}
			for _, rule := range c.not {
				if slices.Contains(got, rule) {
					t.Errorf("%s is found", rule)
				}
			}
			if s.Err != nil || !c.none && s.Redis != 1 {
				t.Errorf("%d Redis, %v", s.Redis, s.Err)
			}
		})
	}
}

// An entry of the configuration that no longer holds is nobody's namespace.
func TestSurveyOfTheConfigurationsWaivers(t *testing.T) {
	t.Parallel()
	expired := rules.Entry{Rule: "maxmemory-too-high", Name: "redis", Reason: "measured", Until: "2020-01-31"}
	all := surveyed(t, viewOf(t, object(t, sound)), Config{Selection: rules.Selection{Waivers: []rules.Entry{expired}}})
	if diff := cmp.Diff([]string{"waiver-expired"}, outcome(all[""])); diff != "" {
		t.Error(diff)
	}
}

func TestSurveyTellsUIDs(t *testing.T) {
	t.Parallel()
	redis := object(t, sound, "700mb", "1gb")
	redis.SetUID("4711")
	s := surveyed(t, viewOf(t, redis), Config{})["shop"]
	for _, f := range s.Findings {
		if f.Object.Kind == "StatefulSet" && s.UID(f.Object) != types.UID("4711") {
			t.Errorf("%s is about the object %q", f.Rule.ID, s.UID(f.Object))
		}
	}
	if len(s.Findings) == 0 {
		t.Error("nothing is found")
	}
}

// A survey keeps no namespace decoded, but takes what reviews have decoded.
func TestSurveyKeepsNothing(t *testing.T) {
	t.Parallel()
	v := viewOf(t, object(t, sound), object(t, sound, "shop", "store"))
	kept := v.snapshot("store")
	surveyed(t, v, Config{})
	if v.recent.Len() != 1 || v.look("store") != kept {
		t.Errorf("%d namespaces are decoded", v.recent.Len())
	}
}

func TestSurveyEndsWithItsContext(t *testing.T) {
	t.Parallel()
	policy, err := NewPolicy(library, Config{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	told := 0
	err = viewOf(t, object(t, sound), object(t, sound, "shop", "store")).Survey(ctx, policy, nil, func(context.Context) { cancel() }, func(Standing) { told++ })
	if err == nil || told > 0 {
		t.Errorf("%v after %d namespaces", err, told)
	}
}

// A fault of ours in one namespace leaves the others alone.
func TestSurveySurvivesPanics(t *testing.T) {
	t.Parallel()
	policy, err := NewPolicy(library, Config{})
	if err != nil {
		t.Fatal(err)
	}
	told, paused := map[string]error{}, 0
	err = viewOf(t, object(t, sound), object(t, sound, "shop", "store")).Survey(t.Context(), policy, nil, func(context.Context) {
		if paused++; paused == 1 {
			panic("oops")
		}
	}, func(s Standing) { told[s.Namespace] = s.Err })
	if err != nil || told["shop"] == nil || told["store"] != nil || len(told) != 3 {
		t.Errorf("%v; told %v", err, told)
	}
}

// What watches keep of objects is enough: a survey finds what is found in the
// whole objects, as redislint audit reads them.
func TestSurveyFindsWhatAnAuditFinds(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../fixtures/*/*.yaml")
	if err != nil || len(files) < 100 {
		t.Fatalf("%d fixtures, %v", len(files), err)
	}
	compared := 0
	for _, file := range files {
		objects := running(t, file)
		evaluator, err := library.Select(rules.Selection{})
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for namespace, some := range byNamespace(objects) {
			var inputs []manifest.Input
			for _, o := range some {
				text, err := json.Marshal(o.Object)
				if err != nil {
					t.Fatal(err)
				}
				inputs = append(inputs, manifest.Input{Name: o.GetKind() + " " + o.GetNamespace() + "/" + o.GetName(), Data: text})
			}
			set := manifest.Decode(inputs, manifest.DefaultOptions())
			set.Stats.Files = 0 // they are none
			result, err := lint.Run(t.Context(), set, evaluator)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range result.Findings {
				want = append(want, fmt.Sprint(namespace, " ", f.Rule.ID, " ", f.Fingerprint))
			}
		}
		for namespace, s := range surveyed(t, viewOf(t, objects...), Config{}) {
			for _, f := range s.Findings {
				got = append(got, fmt.Sprint(namespace, " ", f.Rule.ID, " ", f.Fingerprint))
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		compared += len(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-audit +survey):\n%s", file, diff)
		}
	}
	if compared < 500 {
		t.Errorf("only %d findings were compared", compared)
	}
}

// running are the objects of a file that a cluster would hold, of the kinds
// that are read there.
func running(t testing.TB, file string) []*unstructured.Unstructured {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []*unstructured.Unstructured
	for document := range strings.SplitSeq(string(text), "\n---\n") {
		u := &unstructured.Unstructured{}
		if yaml.Unmarshal([]byte(document), &u.Object) != nil || u.Object == nil {
			continue // not every fixture is sound
		}
		if group := u.GroupVersionKind().Group; u.GetName() == "" || !slices.Contains(source.Observed(), group+"/"+u.GetKind()) {
			continue
		}
		if u.GetNamespace() == "" && u.GetKind() != "StorageClass" && !strings.Contains(u.GetKind(), "lusterwide") && !strings.HasPrefix(u.GetKind(), "Global") {
			u.SetNamespace("default")
		}
		u.SetResourceVersion("")
		all = append(all, u)
	}
	return all
}

// byNamespace groups objects, with those of no namespace in each.
func byNamespace(objects []*unstructured.Unstructured) map[string][]*unstructured.Unstructured {
	groups := map[string][]*unstructured.Unstructured{}
	for _, o := range objects {
		if o.GetNamespace() != "" {
			groups[o.GetNamespace()] = append(groups[o.GetNamespace()], o)
		}
	}
	for namespace := range groups {
		for _, o := range objects {
			if o.GetNamespace() == "" {
				groups[namespace] = append(groups[namespace], o)
			}
		}
	}
	return groups
}
