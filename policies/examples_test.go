package policies

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/source"
	"github.com/redislint/redislint/internal/topology"
	"github.com/redislint/redislint/internal/want"
)

const fixtures = "../fixtures"

// discover reads the files of one lint run. Whatever cannot be read fails the test.
func discover(t testing.TB, inputs ...manifest.Input) []*topology.Redis {
	t.Helper()
	options := manifest.DefaultOptions()
	options.Sign = source.Sign
	set := manifest.Decode(inputs, options)
	var asked []source.Chart
	for _, input := range inputs {
		asked = append(asked, chartsOf(t, input)...)
	}
	found := source.Discover(set, asked...)
	for _, e := range append(set.Errors, found.Errors...) {
		t.Errorf("%s:%d: %s", e.File, e.Line, e.Message)
	}
	return found.Redis
}

// chartsOf is the chart that a file of values is for.
func chartsOf(t testing.TB, input manifest.Input) []source.Chart {
	t.Helper()
	reference := fixture.Chart(input.Data)
	if reference == "" {
		return nil
	}
	chart, err := source.ParseChart(reference)
	if err != nil {
		t.Fatalf("%s: %v", input.Name, err)
	}
	chart.Release = strings.TrimSuffix(filepath.Base(input.Name), ".yaml")
	chart.Files = []string{input.Name}
	return []source.Chart{chart}
}

func inputsOf(group fixture.Group) []manifest.Input {
	var inputs []manifest.Input
	for _, file := range group.Files {
		inputs = append(inputs, manifest.Input{Name: filepath.ToSlash(file.Name), Data: file.Content})
	}
	return inputs
}

// library is what redislint loads.
func library(t testing.TB) *rules.Library {
	t.Helper()
	library, err := rules.LoadOwn(FS)
	if err != nil {
		t.Fatal(err)
	}
	return library
}

// lint returns what all rules find and nobody waived, by file. Advice, which is info, counts only in files that name the
// rule, in a comment say: otherwise each file would have to be perfect, or want all advice there is. So does
// auth-disabled: a password takes five lines, and few files are about one.
func lint(t testing.TB, library *rules.Library, inputs ...manifest.Input) map[string][]want.Finding {
	t.Helper()
	evaluator, err := library.Select(rules.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]want.Finding{}
	content := map[string][]byte{}
	for _, input := range inputs {
		content[input.Name] = input.Data
	}
	var met []rules.Met
	add := func(verdict rules.Verdict, err error) {
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range verdict.Undecided {
			t.Errorf("%s is undecided: %s", u.Rule, u.Reason)
		}
		for _, f := range verdict.Findings {
			file := f.Object.File
			advice := f.Severity == rules.Info || f.Rule.ID == "auth-disabled"
			counts := !advice || bytes.Contains(content[file], []byte(f.Rule.ID))
			if f.Suppressed == nil && counts {
				found[file] = append(found[file], want.Finding{Line: f.Position.Line, Rule: f.Rule.ID})
			}
			t.Logf("%s:%d: %s %s: %s", file, f.Position.Line, f.Severity, f.Rule.ID, f.Message)
		}
		met = append(met, verdict.Met)
	}
	for _, redis := range discover(t, inputs...) {
		add(evaluator.Evaluate(t.Context(), redis))
	}
	add(evaluator.Conclude(t.Context(), met, false))
	return found
}

func TestExamples(t *testing.T) {
	t.Parallel()
	library := library(t)
	for _, rule := range library.Rules() {
		t.Run(rule.ID, func(t *testing.T) {
			t.Parallel()
			bad := manifest.Input{Name: "bad.yaml", Data: []byte(rule.Examples().Bad)}
			good := manifest.Input{Name: "good.yaml", Data: []byte(rule.Examples().Good + "\n# " + rule.ID)}

			fixture.Expect(t, bad.Name, bad.Data, lint(t, library, bad)[bad.Name])
			fixture.Expect(t, good.Name, good.Data, lint(t, library, good)[good.Name])
			wants, err := want.Parse(bad.Data)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(wants, func(f want.Finding) bool { return f.Rule == rule.ID }) {
				t.Error("the bad example does not want its own rule")
			}
			if wants, _ := want.Parse(good.Data); len(wants) > 0 {
				t.Error("the good example wants a finding")
			}
			if len(discover(t, good)) != 1 {
				t.Error("the good example is not one Redis")
			}
		})
	}
}

// TestFixtures lints every file of fixtures by itself; files of a folder whose name ends in .d are linted together. A
// fixture holds a Redis, or nobody would notice when it is no longer recognised; what holds none lies in fixtures/none.
func TestFixtures(t *testing.T) {
	t.Parallel()
	library := library(t)
	for _, group := range fixture.Groups(t, fixtures) {
		t.Run(group.Name, func(t *testing.T) {
			t.Parallel()
			inputs := inputsOf(group)
			if none := strings.HasPrefix(group.Name, "none/"); (len(discover(t, inputs...)) == 0) != none {
				t.Errorf("a Redis is found, or none, against what the folder says")
			}
			found := lint(t, library, inputs...)
			for _, input := range inputs {
				fixture.Expect(t, input.Name, input.Data, found[input.Name])
			}
		})
	}
}

// TestFixturesTogether lints all fixtures in one run, as a person does: what one file holds must not change what is
// found in another.
func TestFixturesTogether(t *testing.T) {
	t.Parallel()
	var inputs []manifest.Input
	for _, group := range fixture.Groups(t, fixtures) {
		inputs = append(inputs, inputsOf(group)...)
	}
	found := lint(t, library(t), inputs...)
	for _, input := range inputs {
		fixture.Expect(t, input.Name, input.Data, found[input.Name])
	}
}
