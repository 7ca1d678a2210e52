package chart_test

import (
	"fmt"
	"testing"

	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/source"
	"github.com/redislint/redislint/policies"
)

// TestFindingsStandAtTheKeyOfTheFact: whether the chart renders a fact into another object than its owner's is nothing to who
// writes values. What the finding is does not move with it: its fingerprint, and the waivers of both.
func TestFindingsStandAtTheKeyOfTheFact(t *testing.T) {
	t.Parallel()
	const (
		sentinels = "sentinel:\n  enabled: true\n"
		three     = "replica:\n  replicaCount: 3\n"
	)
	for sentence, test := range map[string]struct {
		values, rule string
		at           string // what is written there
		key          string
		related      string // what is written at the first related place, "" for none
		suppressed   bool
	}{
		"a quorum that is set": {
			values: three + sentinels + "  quorum: 4\n", rule: "sentinel-quorum-unreachable", at: "4", key: "sentinel.quorum", related: "3",
		},
		"a quorum of the chart, of replicas that are set": {
			values: "replica:\n  replicaCount: 1\n" + sentinels, rule: "sentinel-quorum-unreachable", at: "1", key: "replica.replicaCount", related: "sentinel",
		},
		"a directive": {
			values: "commonConfiguration: |\n  maxmemory 1gb\nmaster:\n  resources:\n    limits: {memory: 1Gi}\narchitecture: standalone\n",
			rule:   "maxmemory-too-high", at: "1gb", key: "commonConfiguration", related: "1Gi",
		},
		"a waiver at the fact": {
			values: three + sentinels + "  # redislint: ignore[sentinel-quorum-unreachable] on purpose\n  quorum: 4\n", rule: "sentinel-quorum-unreachable",
			at: "4", key: "sentinel.quorum", related: "3", suppressed: true,
		},
		"a waiver at its owner": {
			values: "replica:\n  # redislint: ignore[sentinel-quorum-unreachable] on purpose\n  replicaCount: 3\n" + sentinels + "  quorum: 4\n",
			rule:   "sentinel-quorum-unreachable", at: "4", key: "sentinel.quorum", related: "3", suppressed: true,
		},
		"a waiver on all objects": {
			values: "commonAnnotations:\n  ignore.redislint.dev/sentinel-quorum-unreachable: on purpose\n" + three + sentinels + "  quorum: 4\n",
			rule:   "sentinel-quorum-unreachable", at: "4", key: "sentinel.quorum", related: "3", suppressed: true,
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			f := found(t, test.values, test.rule)
			text := func(p rules.Place) string {
				lines := p.In.Lines(p.Position.Line, p.Position.Line)
				return string([]rune(lines[0])[p.Position.Column-1 : p.Position.EndColumn-1])
			}
			related := ""
			if len(f.Related) > 0 {
				related = text(f.Related[0].Place)
			}
			got := fmt.Sprintf("%s of %s, related %s, suppressed %t", text(f.Place), f.Values.Key, related, f.Suppressed != nil)
			want := fmt.Sprintf("%s of %s, related %s, suppressed %t", test.at, test.key, test.related, test.suppressed)
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
	const five = "replica:\n  replicaCount: 5\n"
	set := found(t, five+sentinels+"  quorum: 2\n", "sentinel-quorum-minority")
	chosen := found(t, five+sentinels, "sentinel-quorum-minority")
	if set.Fingerprint != chosen.Fingerprint || set.Position == chosen.Position {
		t.Errorf("a quorum that is set has fingerprint %s at %v, the chart's own %s at %v: want one, and two places",
			set.Fingerprint, set.Position, chosen.Fingerprint, chosen.Position)
	}
}

// found is the only finding of the rule in values of bitnami/redis.
func found(t *testing.T, values, rule string) rules.Finding {
	t.Helper()
	library, err := rules.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	evaluator, err := library.Select(rules.Selection{Only: []string{rule}, Inline: rules.Inline{Comments: true}})
	if err != nil {
		t.Fatal(err)
	}
	redis := source.Discover(setOf(t, render(t, "redis", "23.1.1", values))).Redis
	if len(redis) != 1 {
		t.Fatalf("got %d Redis, want one", len(redis))
	}
	verdict, err := evaluator.Evaluate(t.Context(), redis[0])
	if err != nil {
		t.Fatal(err)
	}
	if len(verdict.Findings) != 1 {
		t.Fatalf("got %d findings, want one", len(verdict.Findings))
	}
	return verdict.Findings[0]
}
