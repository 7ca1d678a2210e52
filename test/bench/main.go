// Command bench measures redislint beside conftest, kube-score and the bare decoding of the same bytes: each as a whole
// process, in turn, on trees that it generates. It knows how to run and compare them, not what they look for.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	cache    = ".cache"                   // programs, trees and what the programs printed; ignored by git
	document = "../../docs/benchmarks.md" // holds the tables, between two markers
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// plan is what one call measures.
type plan struct {
	sizes    []int    // of the trees, in MB
	compared int      // the size on which the others run too, in MB
	trees    []string // of "one", "redis", "mixed" and "mentions"
	only     []string // names of programs; none means all
	runs     int      // that count, after one that does not
	timeout  time.Duration
	rules    bool // each rule for itself too
	write    bool // the tables into the document
}

func parse(args []string, stderr io.Writer) (plan, error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	sizes := flags.String("sizes", "10,50,250", "sizes of the trees in `MB`")
	compared := flags.Int("compared", 50, "the size in `MB` on which the others run too; redislint runs on all")
	trees := flags.String("trees", "one,redis,mixed,mentions", "which `trees` to measure")
	only := flags.String("only", "", "measure these `programs` alone: redislint, conftest, conftest-combine, kube-score, floor")
	runs := flags.Int("runs", 5, "counted runs of each program, after one that is not")
	timeout := flags.Duration("timeout", 2*time.Minute, "end a run that takes longer")
	rules := flags.Bool("rules", true, "measure the rules one by one too")
	write := flags.Bool("write", false, "write the tables into docs/benchmarks.md")
	quick := flags.Bool("quick", false, "10 MB and three runs: -sizes 10 -compared 10 -runs 3, unless they are given")
	if err := flags.Parse(args); err != nil {
		return plan{}, err
	}
	if *quick {
		given := make(map[string]bool)
		flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
		for name, value := range map[string]string{"sizes": "10", "compared": "10", "runs": "3"} {
			if !given[name] {
				if err := flags.Set(name, value); err != nil {
					return plan{}, err
				}
			}
		}
	}
	p := plan{compared: *compared, trees: split(*trees), only: split(*only), runs: *runs, timeout: *timeout, rules: *rules, write: *write}
	for _, text := range split(*sizes) {
		size, err := strconv.Atoi(text)
		if err != nil || size <= 0 {
			return plan{}, fmt.Errorf("-sizes %s: %q is no number of megabytes", *sizes, text)
		}
		p.sizes = append(p.sizes, size)
	}
	if p.runs < 1 {
		return plan{}, fmt.Errorf("-runs %d: measure at least one", p.runs)
	}
	return p, nil
}

func split(list string) []string {
	return slices.DeleteFunc(strings.Split(list, ","), func(item string) bool { return item == "" })
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	p, err := parse(args, stderr)
	if err != nil {
		return err
	}
	started := time.Now()
	if p.rules {
		times, err := measureRules(ctx, p.runs, stderr)
		if err != nil {
			return err
		}
		text := reportRules(times)
		fmt.Fprintln(stdout, text)
		if p.write {
			if err := insert(document, "rules", text); err != nil {
				return err
			}
		}
	}
	if len(p.trees) == 0 {
		return nil
	}
	programs, err := build(ctx, filepath.Join(cache, "bin"), p.only, stderr)
	if err != nil {
		return err
	}
	cases, err := generate(filepath.Join(cache, "trees"), p)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(cache, "out"), 0o755); err != nil {
		return err
	}
	var results []result
	for _, c := range cases {
		fmt.Fprintf(stderr, "%s: %d documents in %d files, %.1f MB\n", c.name, c.stats.Documents, c.stats.Files, float64(c.stats.Bytes)/1e6)
		measured, err := measure(ctx, c, c.of(programs), p.runs, p.timeout, stderr)
		if err != nil {
			return err
		}
		results = append(results, measured...)
	}
	versions, err := describe(ctx)
	if err != nil {
		return err
	}
	text := report(results, versions, p.runs)
	fmt.Fprint(stdout, text)
	fmt.Fprintf(stderr, "took %s\n", time.Since(started).Round(time.Second))
	if p.write {
		return insert(document, "tables", text)
	}
	return nil
}
