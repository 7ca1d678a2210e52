package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/report"
	"github.com/redislint/redislint/internal/rules"
)

const lintHelp = `Lint reads YAML and JSON manifests and reports what would make a Redis in them fail.

A folder is searched for .yaml, .yml and .json files, "-" is standard input, and
without a path the current folder is linted. All files of one run are judged
together, so that a StatefulSet finds its ConfigMap in another file. Templates of a
Helm chart have to be rendered first:

  helm template shop ./chart | redislint lint -

Documents that have nothing to do with Redis are not decoded. A document that may
and cannot be read is listed, and the run ends with exit code 3.`

// lintCommand is redislint lint with its flags.
type lintCommand struct {
	out, err screen

	inputs inputs
	known  knownFlags
	output choice
	quiet  bool
}

func newLint(out, err screen) *cobra.Command {
	l := &lintCommand{
		out: out, err: err,
		inputs: newInputs(),
		output: choice{value: "text", allowed: []string{"text", "json"}},
	}
	cmd := &cobra.Command{
		Use:   "lint [PATH|-]...",
		Short: "Find what would make Redis fail",
		Long:  lintHelp,
		RunE:  l.run,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.VarP(&l.output, "output", "o", "format: "+l.output.list())
	flags.BoolVarP(&l.quiet, "quiet", "q", false, "report findings and failures alone")
	l.known.register(cmd)
	l.inputs.register(cmd)
	register(cmd, map[string]cobra.CompletionFunc{"output": l.output.completion})
	return cmd
}

func (l *lintCommand) run(cmd *cobra.Command, paths []string) error {
	var told *progress
	if l.err.terminal && !l.quiet {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		told = startProgress(cmd.ErrOrStderr(), "reading", ticker.C)
		defer told.end()
	}
	known, err := l.known.read(paths)
	if err != nil {
		return err
	}
	judged, err := l.inputs.judge(cmd, paths, told)
	if err != nil {
		return err
	}
	if err := l.known.settle(cmd, &l.inputs, judged, paths, known); err != nil {
		return err
	}
	told.end()
	if err := l.write(cmd, judged.report()); err != nil {
		return err
	}
	return verdict(judged.result, judged.chosen.failOn)
}

func (l *lintCommand) write(cmd *cobra.Command, r report.Report) error {
	options := l.out.options()
	options.Quiet = l.quiet
	err := error(nil)
	switch l.output.value {
	case "json":
		err = report.JSON(cmd.OutOrStdout(), r)
		if err == nil && !l.quiet {
			// JSON has no place for them, and they must not be lost.
			err = report.Notices(cmd.ErrOrStderr(), r, report.TextOptions{Width: l.err.width})
		}
	default:
		err = report.Text(cmd.OutOrStdout(), r, options)
	}
	if err != nil {
		return failure("write report: %w", err)
	}
	return nil
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
