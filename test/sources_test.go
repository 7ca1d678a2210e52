package test

import (
	"fmt"
	"path"
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
	"github.com/redislint/redislint/policies"
)

// columns are the ways to deploy Redis: all sources, and the values of charts, which a source reads as what the chart makes
// of them.
func columns() []string { return append(source.Names(), "values") }

// columnOf is the way in which a Redis was deployed.
func columnOf(redis *topology.Redis) string {
	if s := redis.Settings; s != nil && s.Kind == "chart" {
		return "values"
	}
	return redis.Source
}

// A rule sees no source, and yet a source may fill what it sees with nothing or with nonsense. So every rule finds
// something in a Redis of every source, in an example or a fixture, unless its METADATA says why it cannot. UPDATE=1
// rewrites docs/rules/sources.md.
func TestEveryRuleIsTestedOnEverySource(t *testing.T) {
	library, err := rules.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	evaluator, err := library.Select(rules.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	tested := map[string]map[string]string{} // by rule and column, a link to the test
	note := func(link string, files ...manifest.Input) {
		for rule, columns := range foundIn(t, evaluator, files...) {
			for _, column := range columns {
				if tested[rule] == nil {
					tested[rule] = map[string]string{}
				}
				if tested[rule][column] == "" {
					tested[rule][column] = link
				}
			}
		}
	}
	for _, rule := range library.Rules() {
		note(fmt.Sprintf("[example](%s.md#example)", rule.ID), manifest.Input{Name: "bad.yaml", Data: []byte(rule.Examples().Bad)})
	}
	for _, group := range fixture.Groups(t, "../fixtures") {
		var files []manifest.Input
		for _, file := range group.Files {
			files = append(files, manifest.Input{Name: filepath.ToSlash(file.Name), Data: file.Content})
		}
		name := strings.TrimSuffix(path.Base(group.Name), path.Ext(group.Name))
		note(fmt.Sprintf("[%s](../../fixtures/%s)", name, group.Name), files...)
	}
	for _, rule := range library.Rules() {
		if !rule.OfWaivers {
			checkColumns(t, rule, tested[rule.ID])
		}
	}
	fixture.Golden(t, "../docs/rules/sources.md", sourcesPage(library.Rules(), tested))
}

// checkColumns fails the test for a column without a test, and for one that METADATA is wrong about.
func checkColumns(t *testing.T, rule *rules.Rule, tested map[string]string) {
	t.Helper()
	declared := map[string]bool{}
	for _, n := range rule.NotApplicable {
		declared[n.Source] = true
		if !slices.Contains(columns(), n.Source) {
			t.Errorf("policies/%s: not_applicable: there is no source %s", rule.File, n.Source)
		}
	}
	for _, column := range columns() {
		switch link := tested[column]; {
		case link == "" && !declared[column]:
			t.Errorf("%s is tested on no Redis of the source %s: write a fixture with # want %s, or say in the METADATA of policies/%s, under not_applicable, why it can find nothing there",
				rule.ID, column, rule.ID, rule.File)
		case link != "" && declared[column]:
			t.Errorf("policies/%s: not_applicable names %s, and yet it finds something there: %s", rule.File, column, link)
		}
	}
}

// foundIn returns the rules that find what the files want, with the ways in which the Redis are deployed.
func foundIn(t *testing.T, evaluator *rules.Evaluator, files ...manifest.Input) map[string][]string {
	t.Helper()
	options := manifest.DefaultOptions()
	options.Sign = source.Sign
	var asked []source.Chart
	wanted := map[string][]want.Finding{}
	for _, file := range files {
		wants, err := want.Parse(file.Data)
		if err != nil {
			t.Fatalf("%s: %v", file.Name, err)
		}
		wanted[file.Name] = wants
		if reference := fixture.Chart(file.Data); reference != "" {
			chart, err := source.ParseChart(reference)
			if err != nil {
				t.Fatalf("%s: %v", file.Name, err)
			}
			chart.Release = strings.TrimSuffix(path.Base(file.Name), ".yaml")
			chart.Files = []string{file.Name}
			asked = append(asked, chart)
		}
	}
	found := map[string][]string{}
	for _, redis := range source.Discover(manifest.Decode(files, options), asked...).Redis {
		verdict, err := evaluator.Evaluate(t.Context(), redis)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range verdict.Findings {
			want := want.Finding{Line: f.Position.Line, Rule: f.Rule.ID}
			if f.Suppressed == nil && slices.Contains(wanted[f.Object.File], want) {
				found[f.Rule.ID] = append(found[f.Rule.ID], columnOf(redis))
			}
		}
	}
	return found
}

// sourcesPage is the page that shows where each rule is tested.
func sourcesPage(list []*rules.Rule, tested map[string]map[string]string) []byte {
	var b strings.Builder
	b.WriteString("<!-- Written by `make update` from the fixtures, and from the examples of the rules' METADATA. -->\n" +
		"# Where each rule is tested\n\n" +
		"A rule sees what Redis is, and not how it was deployed. Here is, for each way to deploy it, a file in which the rule\n" +
		"finds something; where none can be, why. In [fixtures/healthy/](../../fixtures/healthy) no rule finds anything.\n\n" +
		"bitnami is what Bitnami's charts render, and values are their values: in a file, a HelmRelease, an Application.\n\n| rule |")
	for _, column := range columns() {
		b.WriteString(" " + column + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(columns())) + "\n")
	var reasons []string
	for _, rule := range list {
		if rule.OfWaivers {
			continue
		}
		fmt.Fprintf(&b, "| [%s](%s.md) |", rule.ID, rule.ID)
		for _, column := range columns() {
			cell := tested[rule.ID][column]
			for _, n := range rule.NotApplicable {
				if n.Source == column {
					if !slices.Contains(reasons, n.Reason) {
						reasons = append(reasons, n.Reason)
					}
					cell = fmt.Sprintf("none ([%d](#why-none))", slices.Index(reasons, n.Reason)+1)
				}
			}
			b.WriteString(" " + cell + " |")
		}
		b.WriteString("\n")
	}
	b.WriteString("\nThe rules of waivers judge waivers, on whatever they are.\n\n## Why none\n\n")
	for i, reason := range reasons {
		fmt.Fprintf(&b, "%d. %s\n", i+1, strings.Join(strings.Fields(reason), " "))
	}
	return []byte(b.String())
}
