package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aymanbagabas/go-udiff"
	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/fix"
	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/report"
)

const fixHelp = `Fix ends what a machine can end without asking: it sets a memory request to its
limit, a probe's timeout, a quorum to the majority, in manifests, values files and
custom resources, and leaves comments, order and quoting as they are.

What changes how a Redis behaves for those who use it, its maxmemory, replicas or
volumes, is left alone without --unsafe. A fix that would bring other findings is not
made. With --diff nothing is written, and the exit code is 1 when something would be.

Without --diff the exit code is that of lint after the fixes.`

// fixCommand is redislint fix with its flags.
type fixCommand struct {
	out, err screen

	inputs inputs
	diff   bool
	unsafe bool
	quiet  bool
}

func newFix(out, err screen) *cobra.Command {
	f := &fixCommand{out: out, err: err, inputs: newInputs()}
	cmd := &cobra.Command{
		Use:   "fix [PATH]...",
		Short: "Edit files so that findings are gone",
		Long:  fixHelp,
		RunE:  f.run,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&f.diff, "diff", false, "print what would change, and write nothing")
	flags.BoolVar(&f.unsafe, "unsafe", false, "make fixes too that are decisions: maxmemory, replicas, volumes")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print no summary")
	f.inputs.register(cmd)
	_ = flags.MarkHidden("stdin-filename") // fix reads no standard input
	return cmd
}

func (f *fixCommand) run(cmd *cobra.Command, paths []string) error {
	if slices.Contains(paths, "-") {
		return errors.New("fix writes files; what comes from standard input has none")
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var told *progress
	if f.err.terminal && !f.quiet {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		told = startProgress(cmd.ErrOrStderr(), "fixing", ticker.C)
		defer told.end()
	}
	var last *judged
	judge := func(_ context.Context, overlay map[string][]byte) (fix.Verdict, error) {
		inputs := f.inputs
		inputs.overlay, inputs.fixes = overlay, true
		judged, err := inputs.judge(cmd, slices.Clone(paths), told)
		if err != nil {
			return fix.Verdict{}, err
		}
		last = judged
		return verdictOf(judged.result), nil
	}
	named := named(slices.Concat(paths, f.inputs.charts.values))
	outcome, err := fix.Run(cmd.Context(), judge, fix.Options{
		Unsafe:   f.unsafe,
		Writable: func(file string) error { return named.allow(file) },
	})
	if err != nil {
		return err
	}
	told.end()
	if f.diff {
		return f.show(cmd, outcome)
	}
	if err := write(outcome.Files); err != nil {
		return err
	}
	if err := f.summarize(cmd, outcome); err != nil {
		return err
	}
	last.result.Findings = outcome.Last.Findings
	return verdict(last.result, last.chosen.failOn)
}

// named are the paths that the user named.
type named []string

// allow refuses files that were read, and are not among what the user named.
func (n named) allow(file string) error {
	if file == manifest.Stdin || file == "" {
		return errors.New("it is in no file")
	}
	at, err := filepath.Abs(filepath.FromSlash(file))
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	if info, err := os.Stat(at); err != nil || !info.Mode().IsRegular() {
		return fmt.Errorf("it is in %s, which is no file", file)
	}
	for _, path := range n {
		folder, err := filepath.Abs(path)
		if err != nil {
			continue
		}
		if rel, err := filepath.Rel(folder, at); err == nil && filepath.IsLocal(rel) {
			return nil
		}
	}
	return fmt.Errorf("it is in %s, which was not named", file)
}

// write puts files in the place of those that were judged, once all of them are known to be as they were.
func write(files []fix.File) error {
	for _, file := range files {
		if _, err := writable(filepath.FromSlash(file.Name)); err != nil {
			return failure("write %s: %w", file.Name, err)
		}
		if err := unchanged(file); err != nil {
			return failure("write %s: %w", file.Name, err)
		}
	}
	for _, file := range files {
		err := replace(filepath.FromSlash(file.Name), func(w io.Writer) error {
			if _, err := io.WriteString(w, file.After); err != nil {
				return err
			}
			return unchanged(file)
		})
		if err != nil {
			return failure("write %s: %w", file.Name, err)
		}
	}
	return nil
}

// unchanged returns an error unless a file still holds what was judged.
func unchanged(file fix.File) error {
	now, err := os.ReadFile(filepath.FromSlash(file.Name))
	if err != nil {
		return withoutPath(err)
	}
	if string(now) != file.Before {
		return errors.New("it has changed since it was read; it was left alone")
	}
	return nil
}

// show prints what would change.
func (f *fixCommand) show(cmd *cobra.Command, outcome *fix.Outcome) error {
	var b strings.Builder
	for _, file := range outcome.Files {
		b.WriteString(udiff.Unified(file.Name, file.Name, file.Before, file.After))
	}
	if err := f.print(cmd, b.String()); err != nil {
		return err
	}
	if err := f.summarize(cmd, outcome); err != nil {
		return err
	}
	if len(outcome.Files) > 0 {
		return &exit{code: exitFindings}
	}
	return nil
}

func (f *fixCommand) summarize(cmd *cobra.Command, outcome *fix.Outcome) error {
	if f.quiet {
		return nil
	}
	options := f.out.options()
	var b strings.Builder
	if err := report.Fixes(&b, fixReport(outcome, f.diff), options); err != nil {
		return failure("write summary: %w", err)
	}
	return f.print(cmd, b.String())
}

func (*fixCommand) print(cmd *cobra.Command, text string) error {
	if _, err := cmd.OutOrStdout().Write([]byte(text)); err != nil {
		return failure("write output: %w", err)
	}
	return nil
}

// fixReport is an outcome in the report's terms.
func fixReport(outcome *fix.Outcome, planned bool) report.Fixing {
	r := report.Fixing{Found: outcome.Found, Planned: planned, Files: len(outcome.Files)}
	for _, applied := range outcome.Fixed {
		r.Fixed = append(r.Fixed, report.Fixed{Finding: applied.Finding, Note: applied.Note})
	}
	for _, left := range outcome.Left {
		r.Left = append(r.Left, report.Left{Finding: left.Finding, Reason: reasonLeft(left)})
	}
	return r
}

// reasonLeft says in one line what a person has to do.
func reasonLeft(left fix.Left) string {
	if errors.Is(left.Reason, fix.ErrNoFix) {
		return left.Finding.Rule.Remediation
	}
	if repair, ok := fix.IsUnsafe(left.Reason); ok {
		return "--unsafe writes " + repair.Summary()
	}
	return left.Reason.Error()
}

// verdictOf is what fixes are judged by.
func verdictOf(result *lint.Result) fix.Verdict {
	return fix.Verdict{Findings: result.Findings, Broken: len(result.Errors) + len(result.Undecided)}
}
