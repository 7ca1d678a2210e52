package rules

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
)

// TestPassWatchesMemory gives tests all the time that they need, so that nothing but their memory stops them.
func TestPassWatchesMemory(t *testing.T) {
	for sentence, body := range map[string]string{
		"a huge list":        "test_bad if count(numbers.range(1, 2000000000)) == 1",
		"what it has so far": "test_bad if {\n\tsome i in numbers.range(1, 100000)\n\tprint(sprintf(\"%100000d\", [i]))\n\ti < 0\n}",
	} {
		t.Run(sentence, func(t *testing.T) {
			text := "package redislint.a.x_test\n\n" + body + "\n"
			l := loader{capabilities: testCapabilities(), modules: map[string]*ast.Module{"a/x_test.rego": ast.MustParseModule(text)}}
			p, err := l.pass(t.Context(), "", time.Hour)
			if err != nil || !errors.Is(p.stopped, errTestMemory) || len(p.results) > 0 {
				t.Errorf("stopped for %v (%v) with %d results, want for its memory, and none", p.stopped, err, len(p.results))
			}
		})
	}
}

// Lines that any pass reaches are reached.
func TestCoveredAddsUp(t *testing.T) {
	t.Parallel()
	lines := covered{"a.rego": {1: true, 2: false, 3: false, 5: false, 6: true}}
	lines.add(nil)
	got := lines.of("a.rego")
	if want := "{a.rego 2 5 [2-3 5]}"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if got := lines.of("b.rego"); got.Lines != 0 {
		t.Errorf("got %v of a file that no pass knows", got)
	}
}
