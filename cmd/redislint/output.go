package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/config"
	"github.com/redislint/redislint/internal/report"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/policies"
)

// reports are the flags that say what is reported, and where to.
type reports struct {
	out, err screen

	outputs     outputs
	minSeverity choice
	quiet       bool
}

func newReports(out, err screen) reports {
	return reports{
		out: out, err: err,
		minSeverity: choice{value: "warning", allowed: []string{"error", "warning", "info"}},
	}
}

func (r *reports) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.VarP(&r.outputs, "output", "o", "write a report, `FORMAT[=FILE]`, repeatable: "+strings.Join(formatNames(), ", "))
	flags.Var(&r.minSeverity, "min-severity", "lowest severity that text shows in full and not in short: "+r.minSeverity.list())
	flags.BoolVarP(&r.quiet, "quiet", "q", false, "report findings and failures alone")
	register(cmd, map[string]cobra.CompletionFunc{"output": completeFormats, "min-severity": r.minSeverity.completion})
}

// write writes all reports. In text, what fails the run is shown in full, unless it is asked for otherwise.
func (r *reports) write(cmd *cobra.Command, all report.Report) error {
	options := r.out.options()
	options.Quiet, options.MinSeverity = r.quiet, rules.Severity(r.minSeverity.value)
	if !cmd.Flags().Changed("min-severity") && all.FailOn == rules.Info {
		options.MinSeverity = rules.Info
	}
	return r.outputs.write(cmd, all, options, r.err)
}

// outputs is the flag that says which reports are written, and where to.
type outputs struct{ list []output }

// output is one report.
type output struct {
	format report.Format
	file   string // "" is standard output
}

func formatNames() []string {
	var names []string
	for _, format := range report.Formats() {
		names = append(names, format.Name)
	}
	return names
}

// completeFormats offers a shell the formats, and behind FORMAT= files.
func completeFormats(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if strings.Contains(begun, "=") {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var names []cobra.Completion
	for _, format := range report.Formats() {
		names = append(names, cobra.CompletionWithDesc(format.Name, format.About))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// Type makes REDISLINT_OUTPUT a list, as that of other flags that can be repeated.
func (o *outputs) Type() string { return "stringArray" }

func (o *outputs) String() string {
	var words []string
	for _, out := range o.list {
		words = append(words, strings.TrimSuffix(out.format.Name+"="+out.file, "="))
	}
	return cmp.Or(strings.Join(words, " "), report.TextFormat)
}

// Set adds a report.
func (o *outputs) Set(value string) error {
	name, file, toFile := strings.Cut(value, "=")
	i := slices.IndexFunc(report.Formats(), func(f report.Format) bool { return f.Name == name })
	if i < 0 {
		names := formatNames()
		return suggest(fmt.Errorf("must be one of %s", strings.Join(names, ", ")), "", nearest(name, names))
	}
	added := output{format: report.Formats()[i], file: file}
	switch {
	case toFile && file == "":
		return fmt.Errorf("no file is named after %s=", name)
	case file == "-":
		added.file = ""
	}
	for _, other := range o.list {
		if other.file == "" && added.file == "" {
			return fmt.Errorf("%s goes to standard output already; write one of the two to a file, -o %s=FILE", other.format.Name, name)
		}
		if other.file != "" && added.file != "" && sameName(other.file, added.file) {
			return fmt.Errorf("%s is written to %s already", other.format.Name, other.file)
		}
	}
	o.list = append(o.list, added)
	return nil
}

// sameName reports whether two names are of one file, existing or not.
func sameName(a, b string) bool {
	first, err := filepath.Abs(a)
	if err != nil {
		return false
	}
	second, err := filepath.Abs(b)
	return err == nil && first == second
}

// asked returns the reports to write, files first: what reads standard output may end it.
func (o *outputs) asked() []output {
	if len(o.list) == 0 {
		return []output{{format: report.Formats()[0]}}
	}
	return slices.SortedStableFunc(slices.Values(o.list), func(a, b output) int {
		return -cmp.Compare(min(len(a.file), 1), min(len(b.file), 1))
	})
}

// showRepairs reports whether a report says how findings could be ended by edits.
func (o *outputs) showRepairs() bool {
	return slices.ContainsFunc(o.asked(), func(out output) bool { return out.format.Repairs })
}

// check refuses files that cannot be written, or that a report would destroy, before there is anything to write.
func (o *outputs) check(paths []string) error {
	var seen []fs.FileInfo
	for _, out := range o.asked() {
		if out.file == "" {
			continue
		}
		before, err := writable(out.file)
		if err != nil {
			return fmt.Errorf("-o %s=%s: %w", out.format.Name, out.file, err)
		}
		if before == nil || !before.Mode().IsRegular() {
			continue
		}
		for _, other := range seen {
			if os.SameFile(other, before) {
				return fmt.Errorf("-o %s=%s: another report is written to this file", out.format.Name, out.file)
			}
		}
		seen = append(seen, before)
		for _, path := range paths {
			if read, err := os.Stat(path); err == nil && os.SameFile(read, before) {
				return fmt.Errorf("-o %s=%s: the file is to be linted; the report would replace it", out.format.Name, out.file)
			}
		}
		if ext := filepath.Ext(out.file); ext == ".yaml" || ext == ".yml" {
			return fmt.Errorf("-o %s=%s: the file exists and is no report; it would be replaced", out.format.Name, out.file)
		}
	}
	return nil
}

// write writes all reports. One that fails keeps no other from being written.
func (o *outputs) write(cmd *cobra.Command, r report.Report, options report.TextOptions, stderr screen) error {
	var failed []error
	fails := func(err error) {
		if err != nil {
			failed = append(failed, fmt.Errorf("write report: %w", err))
		}
	}
	printed, text, github := false, false, false
	for _, out := range o.asked() {
		text = text || out.format.Name == report.TextFormat
		github = github || out.format.Name == report.GitHubFormat
		if out.file == "" {
			printed = true
			fails(out.format.Write(cmd.OutOrStdout(), r, options))
			continue
		}
		err := replace(out.file, func(w io.Writer) error {
			return out.format.Write(w, r, report.TextOptions{MinSeverity: options.MinSeverity, Quiet: options.Quiet})
		})
		if err != nil {
			fails(fmt.Errorf("%s: %w", out.file, err))
		}
	}
	if summary := os.Getenv("GITHUB_STEP_SUMMARY"); github && summary != "" {
		fails(addSummary(summary, r))
	}
	narrow := report.TextOptions{Width: stderr.width, Quiet: options.Quiet}
	switch {
	case !printed: // nobody would see what became of the run
		fails(report.Outcome(cmd.ErrOrStderr(), r, narrow))
	case !text && !options.Quiet: // most formats have no place for them, and they must not be lost
		fails(report.Notices(cmd.ErrOrStderr(), r, narrow))
	}
	if len(failed) > 0 {
		return &exit{exitFailure, errors.Join(failed...)}
	}
	return nil
}

// addSummary adds a report to what GitHub shows of a step.
func addSummary(file string, r report.Report) (err error) {
	const most = 1 << 20 // GitHub shows nothing of a longer one
	out, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	info, err := out.Stat()
	if err != nil {
		return err
	}
	return report.StepSummary(out, r, most-int(min(info.Size(), most)))
}

// base is the repository that the current folder is in.
func base() report.Base {
	folder, err := os.Getwd()
	if err != nil {
		return report.Base{}
	}
	return report.Base{Root: config.Repository(folder), Folder: folder}
}

// page is the web page of a rule that is built in.
func page(rule *rules.Rule) string {
	if _, err := fs.Stat(policies.FS, rule.File); err != nil {
		return ""
	}
	return "https://github.com/redislint/redislint/blob/main/docs/rules/" + rule.ID + ".md"
}
