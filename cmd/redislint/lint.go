package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/rules"
)

const lintHelp = `Lint reads YAML and JSON manifests and reports what would make a Redis in them fail.

A folder is searched for .yaml, .yml and .json files, "-" is standard input, and
without a path the current folder is linted. All files of one run are judged
together, so that a StatefulSet finds its ConfigMap in another file. Charts are rendered
with helm's flags, kustomizations built, and what is rendered already comes in by a pipe:

  redislint lint ./chart -f values-prod.yaml
  helm template shop ./chart -f values-prod.yaml | redislint lint -

Documents that have nothing to do with Redis are not decoded. A document that may
and cannot be read is listed, and the run ends with exit code 3.`

// lintCommand is redislint lint with its flags.
type lintCommand struct {
	inputs  inputs
	known   knownFlags
	reports reports
}

func newLint(out, err screen) *cobra.Command {
	l := &lintCommand{inputs: newInputs(), reports: newReports(out, err)}
	cmd := &cobra.Command{
		Use:   "lint [PATH|-]...",
		Short: "Find what would make Redis fail",
		Long:  lintHelp,
		RunE:  l.run,
	}
	cmd.Flags().SortFlags = false
	l.reports.register(cmd)
	l.known.register(cmd)
	l.inputs.register(cmd)
	return cmd
}

func (l *lintCommand) run(cmd *cobra.Command, paths []string) error {
	if err := l.reports.outputs.check(paths); err != nil {
		return err
	}
	var told *progress
	if l.reports.err.terminal && !l.reports.quiet {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		told = startProgress(cmd.ErrOrStderr(), "reading", ticker.C)
		defer told.end()
	}
	known, err := l.known.read(paths)
	if err != nil {
		return err
	}
	l.inputs.fixes = l.reports.outputs.showRepairs()
	judged, err := l.inputs.judge(cmd, paths, told)
	if err != nil {
		return err
	}
	if err := l.known.settle(cmd, &l.inputs, judged, paths, known); err != nil {
		return err
	}
	told.end()
	r := judged.report()
	if l.inputs.fixes {
		r.Repairs = repairs(judged.result.Findings)
	}
	if err := l.reports.write(cmd, r); err != nil {
		return err
	}
	return verdict(judged.result, judged.chosen.failOn)
}

// verdict is the exit code: what was not judged weighs more than what was found.
func verdict(result *lint.Result, failOn string) error {
	if len(result.Errors) > 0 || len(result.Undecided) > 0 {
		return &exit{code: exitFailure}
	}
	if failOn == "never" {
		return nil
	}
	for _, f := range result.Findings {
		if f.Suppressed == nil && f.Severity.AtLeast(rules.Severity(failOn)) {
			return &exit{code: exitFindings}
		}
	}
	return nil
}
