package main

import (
	"bytes"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/redislint/redislint/internal/admission"
)

// TestTheLastGoodRulesStay mounts a rule as docs/writing-rules.md has it, and then others that are no good.
func TestTheLastGoodRulesStay(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../redislint/new_rule.rego.txt")
	if err != nil {
		t.Fatal(err)
	}
	good := strings.NewReplacer("RULE_ID", "memory-low", "RULE_NAME", "memory_low", "CATEGORY", "memory").Replace(string(text))
	folder := configMap(t.TempDir())
	m, err := newMetrics(prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	r := &reloader[*admission.Policy]{
		folder: string(folder), interval: time.Hour, compile: compile, log: newLogger(&log, "json", slog.LevelInfo), metrics: m,
	}
	mount := func(edition, rule string) string {
		folder.mount(t, edition, map[string]string{"memory/memory_low.rego": rule})
		r.load(t.Context())
		detail, err := r.state()
		if err != nil {
			t.Fatalf("not ready: %v", err)
		}
		return detail
	}
	if detail := mount("0", good); !strings.HasPrefix(detail, "loaded ") {
		t.Fatal(detail)
	}
	inForce := r.current()
	for name, rule := range map[string]string{
		"does not parse":          strings.Replace(good, "findings contains finding if {", "findings contains finding if {{", 1),
		"does not compile":        strings.Replace(good, "node.memory.limit.amount", "node.memory.limit.amounts", 1),
		"calls what is forbidden": strings.Replace(good, "input.params.min_bytes\n", "input.params.min_bytes\n\thttp.send({}).x\n", 1),
		"has unknown METADATA":    strings.Replace(good, "# custom:", "# owner: me\n# custom:", 1),
		"is no longer right":      strings.Replace(good, "< input.params", "> input.params", 1),
		"points nowhere":          strings.Replace(good, "/nodes/%d/memory/limit", "/nodes/%d/nowhere", 1),
		"is endless": strings.Replace(good, "input.params.min_bytes\n",
			"input.params.min_bytes\n\tcount([1 | some x in numbers.range(1, 100000); some y in numbers.range(1, 100000); x + y < 0]) > 0\n", 1),
	} {
		if rule == good {
			t.Fatalf("%s: the rule does not differ", name)
		}
		detail := mount(strings.ReplaceAll(name, " ", "-"), rule)
		if !strings.Contains(detail, "stay in force") || !strings.Contains(detail, "memory/memory_low.rego:") {
			t.Errorf("a rule that %s: %s", name, detail)
		}
		if r.current() != inForce {
			t.Errorf("a rule that %s is in force", name)
		}
	}
	if detail := mount("1", good); !strings.HasPrefix(detail, "loaded ") || r.current() != inForce {
		t.Errorf("back to what was in force: %s", detail)
	}
}
