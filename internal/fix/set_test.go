package fix_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/fix"
	"github.com/redislint/redislint/internal/rules"
)

// TestSet adds edits at random, and compares each answer with that of looking at all pairs.
func TestSet(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		length := 4 + r.IntN(60)
		var set fix.Set
		var want []fix.Edit
		for range 60 {
			var edits []fix.Edit
			for range 1 + r.IntN(3) {
				start := r.IntN(length)
				e := fix.Edit{File: []string{"a.yaml", "b.yaml"}[r.IntN(2)], Start: start, End: start + r.IntN(4)}
				if !meets(edits, e) {
					edits = append(edits, e)
				}
			}
			fits := !slices.ContainsFunc(edits, func(e fix.Edit) bool { return meets(want, e) })
			if got := set.Add(edits); got != fits {
				t.Fatalf("seed %d: %+v were added: %t, to %+v", seed, edits, got, want)
			}
			if fits {
				want = append(want, edits...)
			}
		}
		if diff := cmp.Diff(want, set.Edits()); diff != "" {
			t.Errorf("seed %d: -want +got:\n%s", seed, diff)
		}
	}
}

// meets reports whether an edit touches one of others, were it only at an end.
func meets(others []fix.Edit, e fix.Edit) bool {
	return slices.ContainsFunc(others, func(other fix.Edit) bool {
		return e.File == other.File && e.Start <= other.End && other.Start <= e.End
	})
}

// BenchmarkFor writes the fixes of all findings of the fixtures.
func BenchmarkFor(b *testing.B) {
	e := evaluator(b)
	findings := findingsOf(b, e)
	b.ReportMetric(float64(len(findings)), "findings")
	for b.Loop() {
		for _, f := range findings {
			_, _ = fix.For(f, true) // that some cannot be written is well
		}
	}
}

func findingsOf(b *testing.B, e *rules.Evaluator) []rules.Finding {
	b.Helper()
	var findings []rules.Finding
	for _, files := range manifests(b) {
		verdict, err := judge(e, files)(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		findings = append(findings, verdict.Findings...)
	}
	return findings
}
