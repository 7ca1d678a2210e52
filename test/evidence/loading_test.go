//go:build unix

package main

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The claims about loading are judged by median seconds for a GiB. Each half of each of them can fail.
func TestJudgeLoads(t *testing.T) {
	t.Parallel()
	plain, slow, sorted := dataset{}, dataset{slow: true}, dataset{sorted: true}
	for sentence, test := range map[string]struct {
		data           dataset
		dump, commands float64
		refuted        string // "" for none
	}{
		"as measured, large strings":                {plain, 1.8, 1.0, ""},
		"as measured, hashes":                       {slow, 3.6, 18.4, ""},
		"as measured, sorted sets":                  {sorted, 2.0, 30.6, ""},
		"a dump above its plan":                     {plain, 10.1, 1, "dump"},
		"commands above their plan":                 {slow, 4, 25.1, "log"},
		"commands of large strings above the plan":  {plain, 4, 25.1, "log"},
		"commands of small values as fast as dumps": {slow, 4, 4, "log"},
		"sorted sets within the plan of all":        {sorted, 2, 25, "members"},
		"sorted sets above their own plan":          {sorted, 2, 35.1, "members"},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			r := &result{verdicts: map[string]bool{}}
			judgeLoads(r, test.data, test.dump, test.commands)
			if refuted := strings.Join(r.refuted(), " "); refuted != test.refuted {
				t.Errorf("refuted: %q, want %q", refuted, test.refuted)
			}
		})
	}
}

var loads = regexp.MustCompile(`^([0-9.]+) / ([0-9.]+) / ([0-9.]+) \(([0-9.]+)\)$`)

// The words can be written anew without measuring anew. So the figures that the document has must say what its words do.
func TestFiguresConfirmTheClaimsAboutLoading(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	figures := figuresOf(string(text))[loading.name]
	r := &result{verdicts: map[string]bool{}}
	for line := range strings.Lines(figures) {
		cells := strings.Split(strings.Trim(line, "|\n"), "|")
		i := slices.IndexFunc(datasets, func(d dataset) bool { return d.name == strings.TrimSpace(cells[0]) })
		if i < 0 {
			continue
		}
		var medians [2]float64
		for k := range medians {
			found := loads.FindStringSubmatch(strings.TrimSpace(cells[1+k]))
			if found == nil {
				t.Fatalf("no seconds in %q", cells[1+k])
			}
			if medians[k], err = strconv.ParseFloat(found[2], 64); err != nil {
				t.Fatal(err)
			}
		}
		judgeLoads(r, datasets[i], medians[0], medians[1])
	}
	for _, key := range []string{"dump", "log", "members"} {
		if holds, judged := r.verdicts[key]; !judged {
			t.Errorf("no figures say whether the claim %q holds", key)
		} else if !holds && !strings.Contains(figures, "Not so in this run") {
			t.Errorf("the figures refute the claim %q, and the document does not say so", key)
		}
	}
}
