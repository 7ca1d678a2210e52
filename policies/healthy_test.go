package policies

import (
	"strings"
	"testing"

	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/rules"
)

// seen are facts that rules judge in every healthy deployment. Where they are unknown silence says nothing.
var seen = map[string][]string{
	"": {
		"/profile", "/shape/replicas", "/exporter/present", "/alerts/0", "/backups/present", "/disruption_budgets/0/allowed", "/network_policies/0",
		"/nodes/0/image", "/nodes/0/replicas", "/nodes/0/role", "/nodes/0/memory/request/amount", "/nodes/0/memory/limit/amount", "/nodes/0/cpu/limit/amount",
		"/nodes/0/config/maxmemory/bytes", "/nodes/0/config/maxmemory_policy/text", "/nodes/0/config/appendonly/on", "/nodes/0/config/save/on",
		"/nodes/0/config/repl_backlog_size/bytes", "/nodes/0/config/replica_output_buffer/bytes",
		"/nodes/0/data/kind", "/nodes/0/data/size/amount", "/nodes/0/data/class/medium", "/nodes/0/data/unused/present",
		"/nodes/0/probes/liveness/effective_timeout", "/nodes/0/probes/liveness/accepts_misconf", "/nodes/0/probes/liveness/requires_pong",
		"/nodes/0/probes/readiness/accepts_loading", "/nodes/0/probes/startup/present",
		"/nodes/0/grace_period", "/nodes/0/spread/effective", "/nodes/0/budgeted", "/nodes/0/isolated", "/nodes/0/access/password", "/nodes/0/overlaps",
	},
	"cluster":  {"/shape/masters", "/nodes/0/bus/ingress", "/nodes/0/config/announce/set"},
	"sentinel": {"/master_groups/0/sentinels", "/master_groups/0/quorum", "/sentinels/0/memory/limit/amount", "/sentinels/0/bus/ingress"},
}

// unseen are the facts that a deployment does not tell, and why.
var unseen = map[string]map[string]string{
	"cluster.yaml": {
		"/shape/masters":  "redis-cli --cluster create tells how many replicas each master gets",
		"/shape/replicas": "redis-cli --cluster create tells how many replicas each master gets",
	},
	"redisfailover.yaml": {
		"/nodes/0/probes/readiness/accepts_loading": "a script of the operator's asks for the role, and not for PONG",
	},
}

// TestHealthy lints deployments as they should be. Nothing is found in them, not even advice, and not because too little of
// them is known.
func TestHealthy(t *testing.T) {
	t.Parallel()
	evaluator, err := library(t).Select(rules.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range fixture.Groups(t, fixtures+"/healthy") {
		t.Run(group.Name, func(t *testing.T) {
			t.Parallel()
			found := discover(t, inputsOf(group)...)
			if len(found) != 1 {
				t.Fatalf("%d Redis, want one", len(found))
			}
			redis := found[0]
			verdict, err := evaluator.Evaluate(t.Context(), redis)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range verdict.Undecided {
				t.Errorf("%s is undecided: %s", u.Rule, u.Reason)
			}
			for _, f := range verdict.Findings {
				t.Errorf("%d: %s %s: %s", f.Position.Line, f.Severity, f.Rule.ID, f.Message)
			}
			for _, u := range redis.Unseen {
				t.Errorf("%s %s is not in the fixture: %v", u.Kind, u.Name, u.Unknown)
			}
			input := redis.Encode()
			mode, _ := redis.Mode.Get()
			for _, pointer := range append(seen[""], seen[string(mode)]...) {
				if _, excused := unseen[group.Name][pointer]; holds(input, pointer) == excused {
					t.Errorf("%s: known is %t, against what this test says", pointer, excused)
				}
			}
		})
	}
}

// holds reports whether there is something at a pointer into a model.
func holds(value any, pointer string) bool {
	for name := range strings.SplitSeq(pointer[1:], "/") {
		switch container := value.(type) {
		case map[string]any:
			value = container[name]
		case []any:
			if len(container) == 0 || name != "0" {
				return false
			}
			value = container[0]
		default:
			return false
		}
	}
	return value != nil
}
