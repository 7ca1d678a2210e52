package chart_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/chart"
	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/source"
	"github.com/redislint/redislint/policies"
)

// TestValuesAreJudgedAsTheirRender lints each values file of testdata and of the fixtures alone, and the rendered chart of the
// same name among the fixtures: the same rules have to speak of the same objects.
func TestValuesAreJudgedAsTheirRender(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no values: %v", err)
	}
	for _, file := range append(files, fixture.Files(t, "../../fixtures/values")...) {
		name := filepath.Base(file)
		t.Run(strings.TrimSuffix(name, ".yaml"), func(t *testing.T) {
			t.Parallel()
			values, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			render, err := os.ReadFile(filepath.Join("../../fixtures/bitnami", name))
			if err != nil {
				t.Fatal(err)
			}
			want := decode(t, name, string(render))
			title, _, _ := strings.Cut(strings.TrimPrefix(string(values), "# "), "\n")
			chartName, version, _ := strings.Cut(title, " ")
			if reference := fixture.Chart(values); reference != "" {
				chartName, version, _ = strings.Cut(strings.TrimPrefix(reference, "bitnami/"), "@")
			}
			owner := valuesOf(t, name, string(values))
			out, err := chart.Render(chart.Release{
				Chart: chartName, Version: version, Name: "carts", Namespace: want.Objects[0].Namespace,
				Owner: owner, Layers: []chart.Layer{{Object: owner, Path: manifest.Path{"values"}}},
			})
			if err != nil {
				t.Fatal(err)
			}
			got := setOf(t, out)
			if diff := cmp.Diff(findings(t, want), findings(t, got)); diff != "" {
				t.Errorf("findings (-render +values):\n%s", diff)
			}
		})
	}
}

// abridged are rules about what the fixtures leave out of a render (readiness probes, budgets, policies, spread, CPU), or say and the
// values do not (the buffers of replicas).
var abridged = []string{"cpu-limit-throttles", "disruption-budget-missing", "network-policy-missing", "probe-missing", "replica-buffers-unreserved", "replicas-colocated"}

// findings are rules and the objects with the facts that they speak of: a key of values is where the fact stands, of rendered
// manifests its owner.
func findings(t *testing.T, set *manifest.Set) []string {
	t.Helper()
	library, err := rules.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	evaluator, err := library.Select(rules.Selection{Disable: abridged})
	if err != nil {
		t.Fatal(err)
	}
	found := source.Discover(set)
	if len(found.Redis) != 1 || len(found.Errors) > 0 {
		t.Fatalf("got %d Redis and errors %v, want one and none", len(found.Redis), found.Errors)
	}
	verdict, err := evaluator.Evaluate(t.Context(), found.Redis[0])
	if err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, f := range verdict.Findings {
		o := f.Object
		if len(f.Related) > 0 && f.Related[0].Fact {
			o = f.Related[0].Object
		}
		list = append(list, string(f.Rule.ID)+" "+o.Kind+"/"+o.Name)
	}
	slices.Sort(list)
	return list
}

func decode(t testing.TB, name, text string) *manifest.Set {
	t.Helper()
	set := manifest.Decode([]manifest.Input{{Name: name, Data: []byte(text)}}, manifest.DefaultOptions())
	if len(set.Errors) > 0 || len(set.Objects) == 0 {
		t.Fatalf("%s: %d objects, errors %v", name, len(set.Objects), set.Errors)
	}
	return set
}

// setOf is a set of what was derived, read as from one file.
func setOf(t testing.TB, out *chart.Rendered) *manifest.Set {
	t.Helper()
	set := decode(t, "values.yaml", "kind: Values")
	set.Objects = out.Objects
	return set
}

// valuesOf makes an object that holds values below its key "values".
func valuesOf(t testing.TB, name, text string) *manifest.Object {
	t.Helper()
	return decode(t, name, "kind: Values\nvalues:\n  "+strings.ReplaceAll(text, "\n", "\n  ")).Objects[0]
}
