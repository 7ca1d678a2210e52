package unit_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/render"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/source"
	"github.com/redislint/redislint/internal/unit"
	"github.com/redislint/redislint/policies"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == render.ChildArgument {
		os.Exit(render.Child(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// linted loads paths, lints them and places the findings.
func linted(t *testing.T, opts unit.Options, paths ...string) (*unit.Loaded, *lint.Result) {
	t.Helper()
	opts.Manifest.Sign = source.Sign
	loaded, err := unit.Load(t.Context(), paths, nil, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(loaded.Close)
	library, err := rules.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	evaluator, err := library.Select(rules.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	result, err := lint.Run(t.Context(), loaded.Set, evaluator)
	if err != nil {
		t.Fatal(err)
	}
	if err := loaded.Place(t.Context(), result.Findings); err != nil {
		t.Fatal(err)
	}
	return loaded, result
}

// placed lists where findings are, a line each.
func placed(result *lint.Result) []byte {
	var out bytes.Buffer
	place := func(p rules.Place) {
		fmt.Fprintf(&out, "%s:%d:%d", filepath.ToSlash(p.File()), p.Position.Line, p.Position.Column)
		if p.Values != nil {
			fmt.Fprintf(&out, "  %s", p.Values.Key)
			if p.Values.Default {
				fmt.Fprint(&out, " (default)")
			}
		}
		fmt.Fprintln(&out)
	}
	for _, f := range result.Findings {
		fmt.Fprintf(&out, "%s  %s/%s  ", f.Rule.ID, f.Object.Kind, f.Object.Name)
		place(f.Place)
		for _, r := range f.Related {
			fmt.Fprint(&out, "    ")
			place(r.Place)
		}
	}
	for _, e := range result.Errors {
		fmt.Fprintf(&out, "error  %s:%d  %s\n", e.File, e.Line, e.Message)
	}
	return out.Bytes()
}

func TestFindingsInChartsAreAtTheValuesThatMakeThem(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		chart  string
		values []string
	}{
		"shop":     {chart: "shop"},
		"platform": {chart: "platform", values: []string{"../../fixtures/charts/platform/values-prod.yaml"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var opts unit.Options
			for _, file := range test.values {
				opts.Chart.Values = append(opts.Chart.Values, manifest.Input{Name: file})
			}
			_, result := linted(t, opts, "../../fixtures/charts/"+test.chart)
			fixture.Golden(t, "testdata/charts/"+name+".golden", placed(result))
		})
	}
}

func TestChartsOfARepositoryArePlacedAsWell(t *testing.T) {
	t.Parallel()
	// Several charts share no child: each is opened again for its findings.
	_, result := linted(t, unit.Options{}, "../../fixtures/charts")
	if len(result.Redis) != 3 {
		t.Errorf("%d Redis, want 3", len(result.Redis))
	}
	for _, f := range result.Findings {
		if f.In == f.Object {
			t.Errorf("%s is at %s:%d, in what was rendered", f.Rule.ID, f.File(), f.Position.Line)
		}
	}
}
