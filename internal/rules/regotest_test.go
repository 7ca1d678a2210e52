package rules_test

import (
	"io/fs"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/rules"
)

// tested runs the tests of a folder with one rule, a/x.rego.
func tested(t *testing.T, tests string) *rules.Tested {
	t.Helper()
	own := fstest.MapFS{
		"a/x.rego":      {Data: []byte(ruleSource("a.x", "", "findings contains {\"at\": \"\", \"message\": \"m\"} if input.name == \"redis\""))},
		"a/x_test.rego": {Data: []byte("package redislint.a.x_test\n\nimport data.redislint.a.x\n\n" + tests)},
	}
	folder := rules.Folder{Name: "own", FS: fs.FS(own)}
	library, err := rules.LoadOwn(base(t), folder)
	if err != nil {
		t.Fatal(err)
	}
	found, err := rules.RunTests(t.Context(), base(t), library, folder)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// sound is a test that holds, and reaches all of the rule.
const sound = `test_sound if count(x.findings) == 1 with input as {"name": "redis"}

`

// greedy is why a test fails that takes memory: it was stopped for that, or, on a busy machine, for the time that it took.
const greedy = "a test may take 128 MB|cancel"

// TestHostileTests: a test that takes what the process is needed for fails, and no other does.
func TestHostileTests(t *testing.T) {
	// Not parallel: the memory that is watched is that of the process.
	for sentence, test := range map[string]struct{ body, failure string }{
		"nothing but sound":             {"", ""},
		"one that is not true":          {"test_bad if count(x.findings) == 7\n", "is not true"},
		"one that is endless":           {"test_bad if {\n\tsome a in numbers.range(1, 30000)\n\tsome b in numbers.range(1, 30000)\n\ta * b < 0\n}\n", "cancel"},
		"one that makes a huge list":    {"test_bad if count(numbers.range(1, 200000000)) == 1\n", greedy},
		"one that prints without end":   {"test_bad if {\n\tsome i in numbers.range(1, 100000)\n\tprint(sprintf(\"%10000d\", [i]))\n\ti < 0\n}\n", greedy},
		"one whose name another has":    {"test_bad if count(numbers.range(1, 200000000)) == 1\n\ntest_sound if count(x.findings) == 0\n", greedy},
		"one in a rule with a long key": {"test_bad[\"" + strings.Repeat("k", 1000) + "\"] if count(numbers.range(1, 200000000)) == 1\n", greedy},
	} {
		t.Run(sentence, func(t *testing.T) {
			runtime.GC() // what the one before has left is not this one's
			found := tested(t, sound+test.body)
			failures := 0
			for _, result := range found.Tests {
				switch {
				case !strings.HasPrefix(result.Name, "test_bad"):
					if result.Failure != "" {
						t.Errorf("%s fails: %s", result.Name, result.Failure)
					}
				case test.failure == "" || !regexp.MustCompile(test.failure).MatchString(result.Failure):
					t.Errorf("%s fails with %q, want %q", result.Name, result.Failure, test.failure)
				default:
					failures++
				}
			}
			if want := strings.Count(test.body, "test_bad"); failures != want {
				t.Errorf("%d tests failed, want %d: %+v", failures, want, found.Tests)
			}
			if want := 1 + strings.Count(test.body, "test_"); len(found.Tests) != want {
				t.Errorf("%d tests, want %d: %+v", len(found.Tests), want, found.Tests)
			}
			// What the others reach counts, however they were run.
			if diff := cmp.Diff([]rules.Coverage{{File: "own/a/x.rego", Covered: found.Coverage[0].Lines, Lines: found.Coverage[0].Lines}}, found.Coverage); diff != "" || found.Coverage[0].Lines == 0 {
				t.Errorf("coverage (-want +got):\n%s", diff)
			}
		})
	}
}
