//go:build unix

// Command evidence repeats, on a real redis-server, the measurements that rules rest on, and writes them to docs/evidence.md. It
// knows how to break a Redis and what to look at then, not how a rule finds such a Redis in manifests.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	os.Exit(isolate(func() int {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		return run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	}))
}

// The exit codes.
const (
	confirmed = iota // what was measured confirms what the document says
	refuted          // or it does not
	unusable         // or something else went wrong
)

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("evidence", flag.ContinueOnError)
	flags.SetOutput(stderr)
	only := flags.String("run", "", "run these `experiments` alone, with commas between; the others' figures stay")
	quick := flags.Bool("quick", false, "small data and few trials, printed and not written: to see that it works, not to measure")
	path := flags.String("o", "docs/evidence.md", "the `document` to write, as seen from here")
	list := flags.Bool("list", false, "list the experiments, and what this machine lacks for them")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return confirmed
		}
		return unusable
	}
	chosen, err := choose(*only)
	if err != nil {
		fmt.Fprintln(stderr, "evidence:", err)
		return unusable
	}
	if *list {
		if _, err := io.WriteString(stdout, names(chosen)); err != nil {
			return unusable
		}
		return confirmed
	}
	code := confirmed
	for _, e := range chosen {
		if worse := one(ctx, e, *quick, *path, stdout, stderr); worse > code {
			code = worse
		}
		if ctx.Err() != nil {
			return unusable
		}
	}
	return code
}

// one runs an experiment and writes its section, which is not lost when a later experiment fails.
func one(ctx context.Context, e experiment, quick bool, path string, stdout, stderr io.Writer) int {
	if reason := e.lacks(); reason != "" {
		fmt.Fprintf(stderr, "%s: not run: %s\n", e.name, reason)
		return confirmed
	}
	fmt.Fprintf(stderr, "%s: %s\n", e.name, e.question)
	began, load := time.Now(), loadAverage()
	result, err := e.run(ctx, quick)
	if err != nil {
		fmt.Fprintf(stderr, "evidence: %s: %v\n", e.name, err)
		return unusable
	}
	fmt.Fprintf(stderr, "%s: took %s\n", e.name, time.Since(began).Round(time.Second))
	figures, err := figures(ctx, e, result, began, load)
	if err != nil {
		fmt.Fprintf(stderr, "evidence: %s: %v\n", e.name, err)
		return unusable
	}
	if quick {
		_, err = io.WriteString(stdout, figures)
	} else {
		err = insert(path, e.name, figures)
	}
	if err != nil {
		fmt.Fprintf(stderr, "evidence: %s: %v\n", e.name, err)
		return unusable
	}
	if len(result.refuted()) > 0 {
		return refuted
	}
	return confirmed
}

// names lists experiments, and what this machine lacks for them.
func names(list []experiment) string {
	var b strings.Builder
	for _, e := range list {
		fmt.Fprintf(&b, "%-10s %s\n", e.name, e.question)
		if reason := e.lacks(); reason != "" {
			fmt.Fprintf(&b, "%-10s not run: %s\n", "", reason)
		}
	}
	return b.String()
}

// choose returns the experiments of a list of names, all of them for an empty one.
func choose(names string) ([]experiment, error) {
	if names == "" {
		return experiments, nil
	}
	var chosen []experiment
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(experiments, func(e experiment) bool { return e.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no experiment %q; -list names them", name)
		}
		chosen = append(chosen, experiments[i])
	}
	return chosen, nil
}
