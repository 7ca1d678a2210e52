package policies

import (
	"fmt"
	"os"
	"testing"
	"testing/fstest"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/topology"
)

// measured is a Sentinel deployment of three workloads: a master, its replicas and three Sentinels.
const measured = "testdata/sentinel.yaml"

func deployment(b *testing.B) *topology.Redis {
	b.Helper()
	text, err := os.ReadFile(measured)
	if err != nil {
		b.Fatal(err)
	}
	found := discover(b, manifest.Input{Name: measured, Data: text})
	if len(found) != 1 || len(found[0].Nodes) != 2 || len(found[0].Sentinels) != 1 {
		b.Fatalf("%s is %d Redis, or not of three workloads", measured, len(found))
	}
	return found[0]
}

func evaluate(b *testing.B, library *rules.Library, selection rules.Selection, redis *topology.Redis) {
	b.Helper()
	evaluator, err := library.Select(selection)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		verdict, err := evaluator.Evaluate(b.Context(), redis)
		if err != nil || len(verdict.Undecided) > 0 {
			b.Fatal(err, verdict.Undecided)
		}
	}
}

// BenchmarkRules is the time that the whole rule set takes on one Redis; "none" is that of the encoding, which is in all.
func BenchmarkRules(b *testing.B) {
	library, redis := library(b), deployment(b)
	var ids []string
	for _, rule := range library.Rules() {
		ids = append(ids, rule.ID)
	}
	b.Run("all", func(b *testing.B) { evaluate(b, library, rules.Selection{}, redis) })
	b.Run("none", func(b *testing.B) { evaluate(b, library, rules.Selection{Disable: ids}, redis) })
	// Each rule alone also computes what it shares with others through policies/lib.
	for _, id := range ids {
		b.Run("rule="+id, func(b *testing.B) { evaluate(b, library, rules.Selection{Only: []string{id}}, redis) })
	}
}

// ofClusters is a rule whose first line keeps it to another mode than the deployment's.
const ofClusters = `# METADATA
# title: t
# description: d
# custom:
#   severity: warning
#   remediation: r
#   examples: {bad: b, good: g}
package redislint.network.%s

findings contains {"at": sprintf("/nodes/%%d/replicas", [i]), "message": sprintf("%%d replicas", [node.replicas])} if {
	input.mode == "cluster"
	some i, node in input.nodes
	node.replicas < 3
}
`

// BenchmarkOtherModes is the time of all rules, and that beside 100 more rules whose mode does not match.
func BenchmarkOtherModes(b *testing.B) {
	redis := deployment(b)
	for _, n := range []int{0, 100} {
		others := fstest.MapFS{}
		for i := range n {
			name := fmt.Sprintf("of_clusters_%d", i)
			others["network/"+name+".rego"] = &fstest.MapFile{Data: fmt.Appendf(nil, ofClusters, name)}
		}
		library, err := rules.Load(FS, others)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("more=%d", n), func(b *testing.B) { evaluate(b, library, rules.Selection{}, redis) })
	}
}
