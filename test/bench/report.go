package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/redislint/redislint/test/bench/trees"
)

// What is measured stands between two such lines of the document; everything else in it is written by hand.
const (
	begin = "<!-- the %s below are written by go run . -write in test/bench -->\n"
	end   = "<!-- end of the %s -->\n"
)

// report is Markdown: the targets with what was measured, then every measurement.
func report(results []result, versions string, runs int) string {
	var text strings.Builder
	fmt.Fprintf(&text, "Medians of %d runs, the programs in turn. %s\n\n", runs, versions)
	if targets := targets(results); len(targets) > 0 {
		text.WriteString("| target | measured | |\n|---|---|---|\n")
		for _, t := range targets {
			verdict := "**missed**"
			if t.met {
				verdict = "met"
			}
			fmt.Fprintf(&text, "| %s | %s | %s |\n", t.wanted, t.measured, verdict)
		}
		text.WriteString("\n")
	}
	text.WriteString("| input | program | time | fastest to slowest | times redislint's | CPU time | peak memory | findings |\n|---|---|--:|--:|--:|--:|--:|--:|\n")
	for _, r := range results {
		fmt.Fprintf(&text, "| %s | %s |%s\n", r.in.name, r.program, row(r, find(results, r.in.name, redislint)))
	}
	return text.String()
}

func row(r result, ours *result) string {
	if r.failure != nil {
		return " failed | | | | | |"
	}
	ratio := ""
	if ours != nil {
		ratio = fmt.Sprintf("%.2f", r.wall().Seconds()/ours.wall().Seconds())
	}
	if r.timeout > 0 {
		return fmt.Sprintf(" > %s | | > %s | | | |", seconds(r.timeout), ratio)
	}
	findings := ""
	if r.program != floor {
		findings = fmt.Sprint(r.findings)
	}
	peak := fmt.Sprintf("%d MB", r.peak()/1e6)
	if r.peak() <= r.unseen {
		peak = fmt.Sprintf("≤ %d MB", r.unseen/1e6)
	}
	return fmt.Sprintf(" %s | %s to %s | %s | %s | %s | %s |",
		seconds(r.wall()), seconds(r.walls[0]), seconds(r.walls[len(r.walls)-1]), ratio, seconds(r.cpu()), peak, findings)
}

func seconds(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.0f ms", d.Seconds()*1000)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

// target is one promise about the speed of redislint.
type target struct {
	wanted, measured string
	met              bool
}

// targets judges the promises that the results are enough for.
func targets(results []result) []target {
	var judged []target
	judge := func(met bool, wanted, measured string, args ...any) {
		judged = append(judged, target{wanted, fmt.Sprintf(measured, args...), met})
	}
	for _, ours := range results {
		if ours.program != redislint || ours.failure != nil || ours.timeout > 0 {
			continue
		}
		name, wall := ours.in.name, ours.wall()
		rival, peer := fastest(results, name, conftest, conftestCombine), fastest(results, name, conftest, conftestCombine, kubeScore)
		if ours.in.mb == 0 {
			judge(wall <= 50*time.Millisecond, name+": at most 50 ms", "%s", seconds(wall))
			if rival != nil {
				judge(wall <= rival.wall(), name+": at most conftest's time", "%s, conftest %s", seconds(wall), seconds(rival.wall()))
			}
			continue
		}
		if peer != nil {
			times := map[trees.Kind]float64{trees.Redis: 4, trees.Mixed: 10}[ours.in.tree]
			if ratio := peer.wall().Seconds() / wall.Seconds(); times > 0 {
				judge(ratio >= times, fmt.Sprintf("%s: at least %.0f times faster than the faster peer", name, times),
					"%.1f times: %s, %s %s", ratio, seconds(wall), peer.program, seconds(peer.wall()))
			}
		}
		if bare := find(results, name, floor); bare != nil && ours.in.tree == trees.Mixed {
			judge(wall < bare.wall(), name+": faster than decoding alone", "%s, decoding %s", seconds(wall), seconds(bare.wall()))
		}
		if lean := leanest(results, name); lean != nil && ours.in.tree != trees.Mentions {
			judge(ours.peak()*2 <= lean.peak(), name+": at most half of conftest's memory", "%d MB, %s %d MB",
				ours.peak()/1e6, lean.program, lean.peak()/1e6)
		}
	}
	return append(judged, linear(results)...)
}

// linear asks that a byte costs the same in a large tree as in a small one, with a fifth for the noise.
func linear(results []result) []target {
	var judged []target
	for _, tree := range []trees.Kind{trees.Redis, trees.Mixed} {
		var small, large *result
		for i, r := range results {
			if r.program != redislint || r.in.tree != tree || len(r.walls) == 0 {
				continue
			}
			if small == nil || r.in.stats.Bytes < small.in.stats.Bytes {
				small = &results[i]
			}
			if large == nil || r.in.stats.Bytes > large.in.stats.Bytes {
				large = &results[i]
			}
		}
		if small == large {
			continue
		}
		cost := func(r *result) float64 { return r.wall().Seconds() * 1e9 / float64(r.in.stats.Bytes) }
		judged = append(judged, target{
			wanted:   fmt.Sprintf("%s: time linear in size, %d to %d MB", tree, small.in.mb, large.in.mb),
			measured: fmt.Sprintf("%.1f and %.1f ms a MB", cost(small), cost(large)),
			met:      cost(large) <= 1.2*cost(small),
		})
	}
	return judged
}

// find returns the result of a program that has one.
func find(results []result, name, program string) *result {
	i := slices.IndexFunc(results, func(r result) bool {
		return r.in.name == name && r.program == program && r.failure == nil && (r.timeout > 0 || len(r.walls) > 0)
	})
	if i < 0 {
		return nil
	}
	return &results[i]
}

func fastest(results []result, name string, programs ...string) *result {
	var best *result
	for _, p := range programs {
		if r := find(results, name, p); r != nil && (best == nil || r.wall() < best.wall()) {
			best = r
		}
	}
	return best
}

func leanest(results []result, name string) *result {
	var best *result
	for _, p := range []string{conftest, conftestCombine} {
		if r := find(results, name, p); r != nil && len(r.peaks) > 0 && (best == nil || r.peak() < best.peak()) {
			best = r
		}
	}
	return best
}

// insert puts tables between the markers that name them in the document at path.
func insert(path, name, tables string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("write the tables: %w", err)
	}
	begin, end := fmt.Sprintf(begin, name), fmt.Sprintf(end, name)
	before, rest, found := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		return fmt.Errorf("write the tables: %s has no lines %q and %q", path, begin, end)
	}
	return os.WriteFile(path, []byte(before+begin+"\n"+tables+"\n"+end+after), 0o644)
}
