package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"time"

	benchmark "golang.org/x/tools/benchmark/parse"
)

// ruleBudget is what all rules may take on one Redis, and otherModeBudget what a rule may whose mode is another.
const (
	ruleBudget      = 1500 * time.Microsecond
	otherModeBudget = 5 * time.Microsecond
)

// times are medians by the name of a benchmark.
type times map[string]time.Duration

// measureRules runs the benchmarks of the rules, which judge one Sentinel deployment of three workloads on one core.
func measureRules(ctx context.Context, runs int, stderr io.Writer) (times, error) {
	fmt.Fprintln(stderr, "rules, one by one")
	command := exec.CommandContext(ctx, "go", "test", "-run=^$", "-bench=^Benchmark(Rules|OtherModes)$", "-benchtime=300x",
		"-cpu=1", fmt.Sprintf("-count=%d", runs), "./policies")
	command.Dir, command.Stderr = "../..", stderr
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("measure rules: %w\n%s", err, output)
	}
	return readTimes(output)
}

func readTimes(output []byte) (times, error) {
	set, err := benchmark.ParseSet(bytes.NewReader(output))
	if err != nil {
		return nil, fmt.Errorf("read benchmarks: %w", err)
	}
	medians := times{}
	for name, list := range set {
		slices.SortFunc(list, func(a, b *benchmark.Benchmark) int { return cmp.Compare(a.NsPerOp, b.NsPerOp) })
		medians[strings.TrimPrefix(name, "Benchmark")] = time.Duration(list[len(list)/2].NsPerOp)
	}
	return medians, nil
}

// reportRules is Markdown: the targets, then every rule, the slowest first.
func reportRules(t times) string {
	all, none := t["Rules/all"], t["Rules/none"]
	other := (t["OtherModes/more=100"] - t["OtherModes/more=0"]) / 100
	var text strings.Builder
	text.WriteString("| target | measured | |\n|---|---|---|\n")
	for _, target := range []target{
		{"all rules on a Sentinel deployment of three workloads, on one core: at most " + micros(ruleBudget), micros(all), all <= ruleBudget},
		{"a rule whose mode does not match: at most " + micros(otherModeBudget), micros(max(other, 0)), other <= otherModeBudget},
	} {
		verdict := "**missed**"
		if target.met {
			verdict = "met"
		}
		fmt.Fprintf(&text, "| %s | %s | %s |\n", target.wanted, target.measured, verdict)
	}
	type row struct {
		rule string
		time time.Duration
	}
	var rows []row
	for name, took := range t {
		if rule, is := strings.CutPrefix(name, "Rules/rule="); is {
			rows = append(rows, row{rule, max(took-none, 0)})
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(b.time, a.time), strings.Compare(a.rule, b.rule)) })
	fmt.Fprintf(&text, "\nEncoding the model takes %s of it. Each rule alone, beyond that; what rules share is computed once when all run.\n", micros(none))
	text.WriteString("\n| rule | time |\n|---|--:|\n")
	for _, r := range rows {
		fmt.Fprintf(&text, "| %s | %s |\n", r.rule, micros(r.time))
	}
	return text.String()
}

func micros(d time.Duration) string { return fmt.Sprintf("%.1f µs", float64(d)/1e3) }
