package rules_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/topology"
)

// smallRules are n rules of three kinds: arithmetic over the nodes, a mode that does not match, a comparison.
func smallRules(n int) fstest.MapFS {
	sources := map[string]string{}
	for i := range n {
		name, least := fmt.Sprintf("rule_%d", i), "params:\n  least: {description: d, default: 3}\n"
		body := []string{
			`findings contains {"at": sprintf("/nodes/%d/config/maxmemory", [i]), "message": sprintf("maxmemory is %d bytes", [bytes])} if {
	some i, node in input.nodes
	bytes := node.config.maxmemory.bytes
	bytes * 100 > node.memory.limit.amount * input.params.least
}`,
			`findings contains {"at": sprintf("/master_groups/%d/sentinels", [i]), "message": sprintf("%d Sentinels", [group.sentinels])} if {
	input.mode == "sentinel"
	some i, group in input.master_groups
	group.sentinels < input.params.least
}`,
			`findings contains {"at": sprintf("/nodes/%d/replicas", [i]), "message": sprintf("%d replicas", [node.replicas])} if {
	some i, node in input.nodes
	node.replicas < input.params.least
}`,
		}[i%3]
		sources["test/"+name+".rego"] = ruleSource("test."+name, least, body)
	}
	return files(sources)
}

// BenchmarkEvaluate is the time that rules take on one Redis of three workloads.
func BenchmarkEvaluate(b *testing.B) {
	for _, n := range []int{30, 60} {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			evaluator := selected(b, mustLoad(b, smallRules(n)), rules.Selection{})
			redis := redisOf(b, shop)
			redis.Nodes = []topology.Node{redis.Nodes[0], redis.Nodes[0], redis.Nodes[0]}
			b.ReportAllocs()
			for b.Loop() {
				if verdict := evaluate(b, evaluator, redis); len(verdict.Undecided) > 0 {
					b.Fatal(verdict.Undecided)
				}
			}
		})
	}
}

// BenchmarkLoad is the time from source text to rules ready for selection.
func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{30, 60} {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			folder := smallRules(n)
			b.ReportAllocs()
			for b.Loop() {
				mustLoad(b, folder)
			}
		})
	}
}
