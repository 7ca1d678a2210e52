package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redislint/redislint/test/bench/trees"
)

func TestTargets(t *testing.T) {
	t.Parallel()
	one := testCase{name: "one file"}
	redis := testCase{name: "redis 50 MB", tree: trees.Redis, mb: 50, stats: trees.Stats{Bytes: 50e6}}
	mixed := testCase{name: "mixed 50 MB", tree: trees.Mixed, mb: 50, stats: trees.Stats{Bytes: 50e6}}
	large := testCase{name: "mixed 250 MB", tree: trees.Mixed, mb: 250, stats: trees.Stats{Bytes: 250e6}}
	of := func(c testCase, program string, wall time.Duration, peak int64) result {
		return result{in: c, program: program, walls: []time.Duration{wall}, peaks: []int64{peak}}
	}
	for name, test := range map[string]struct {
		results []result
		want    string // the targets that are met and, after a bar, those that are missed
	}{
		"a file judged within 50 ms but later than conftest misses one": {
			[]result{of(one, redislint, 45*time.Millisecond, 1), of(one, conftest, 60*time.Millisecond, 1), of(one, conftestCombine, 40*time.Millisecond, 1)},
			"one file: at most 50 ms|one file: at most conftest's time",
		},
		"the faster peer is the one to beat, conftest's the memory": {
			[]result{of(redis, redislint, time.Second, 100), of(redis, conftest, 9*time.Second, 200), of(redis, kubeScore, 3*time.Second, 150)},
			"redis 50 MB: at most half of conftest's memory|redis 50 MB: at least 4 times faster than the faster peer",
		},
		"a peer that was ended counts with the time it had": {
			[]result{of(mixed, redislint, time.Second, 100), {in: mixed, program: kubeScore, timeout: 10 * time.Second}},
			"mixed 50 MB: at least 10 times faster than the faster peer|",
		},
		"a peer that failed does not count": {
			[]result{of(mixed, redislint, time.Second, 100), {in: mixed, program: kubeScore, failure: errors.New("no such flag")}},
			"|",
		},
		"a mixed tree is to be read faster than it can be decoded, and a large one at the same pace": {
			[]result{of(mixed, redislint, time.Second, 100), of(mixed, floor, time.Second, 10), of(large, redislint, 7*time.Second, 100)},
			"|mixed 50 MB: faster than decoding alone, mixed: time linear in size, 50 to 250 MB",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var met, missed []string
			for _, target := range targets(test.results) {
				if target.met {
					met = append(met, target.wanted)
				} else {
					missed = append(missed, target.wanted)
				}
			}
			if got := strings.Join(met, ", ") + "|" + strings.Join(missed, ", "); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestTheTablesReplaceOnlyWhatIsBetweenTheMarkers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "benchmarks.md")
	begin, end := fmt.Sprintf(begin, "tables"), fmt.Sprintf(end, "tables")
	if err := os.WriteFile(path, []byte("before\n"+begin+"old\n"+end+"after\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := insert(path, "tables", "| new |\n"); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := "before\n" + begin + "\n| new |\n\n" + end + "after\n"; string(got) != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if err := os.WriteFile(path, []byte("no markers\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := insert(path, "tables", "| new |\n"); err == nil {
		t.Error("wrote into a document without markers")
	}
}

func TestOnceTellsFindingsFromFailures(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		script string
		fails  bool
	}{
		"nothing found":            {"exit 0", false},
		"something found":          {"exit 1", false},
		"wrong arguments or worse": {"echo no such flag >&2; exit 2", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			commands := [][]string{{"sh", "-c", test.script}}
			took, err := once(t.Context(), commands, os.DevNull, time.Minute)
			if (err != nil) != test.fails {
				t.Errorf("error %v", err)
			}
			if !test.fails && (took.wall <= 0 || took.cpu <= 0 || took.peak <= 0) {
				t.Errorf("took %+v", took)
			}
		})
	}
	endless := [][]string{{"sh", "-c", "while :; do :; done"}}
	if _, err := once(t.Context(), endless, os.DevNull, 10*time.Millisecond); err == nil {
		t.Error("a program that never ends was not ended")
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	p, err := parse([]string{"-quick", "-only", "redislint,floor"}, os.Stderr)
	if err != nil || !slices.Equal(p.sizes, []int{10}) || p.compared != 10 || p.runs != 3 || !slices.Equal(p.only, []string{redislint, floor}) {
		t.Errorf("got %+v, %v", p, err)
	}
	if p, err := parse([]string{"-runs", "7", "-quick"}, os.Stderr); err != nil || p.runs != 7 || p.compared != 10 {
		t.Errorf("-quick overrides what was given: %+v, %v", p, err)
	}
	for _, wrong := range [][]string{{"-sizes", "ten"}, {"-sizes", "-1"}, {"-runs", "0"}} {
		if _, err := parse(wrong, os.Stderr); err == nil {
			t.Errorf("%v was accepted", wrong)
		}
	}
}
