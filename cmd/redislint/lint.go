package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/report"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/source"
	"github.com/redislint/redislint/internal/topology"
	"github.com/redislint/redislint/internal/unit"
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

	output    choice
	rules     ruleFlags
	stdinName string
	quiet     bool
	limits    manifest.Options
	charts    chartFlags
	started   time.Time
}

func newLint(out, err screen) *cobra.Command {
	l := &lintCommand{
		out: out, err: err,
		output: choice{value: "text", allowed: []string{"text", "json"}},
		limits: manifest.DefaultOptions(),
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
	l.rules.register(cmd)
	flags.BoolVarP(&l.quiet, "quiet", "q", false, "report findings and failures alone")
	flags.StringVar(&l.stdinName, "stdin-filename", "", "`name` to report for standard input")
	l.charts.register(flags)
	flags.IntVar(&l.limits.MaxDocumentBytes, "max-document-bytes", l.limits.MaxDocumentBytes, "largest document, in `bytes`")
	flags.IntVar(&l.limits.MaxDepth, "max-depth", l.limits.MaxDepth, "deepest nesting in a document")
	flags.IntVar(&l.limits.MaxDocuments, "max-documents", l.limits.MaxDocuments, "documents in all files together")
	flags.Int64Var(&l.limits.MaxFileBytes, "max-file-bytes", l.limits.MaxFileBytes, "largest file, in `bytes`")
	flags.Int64Var(&l.limits.MaxTotalBytes, "max-total-bytes", l.limits.MaxTotalBytes, "all files together, in `bytes`")
	register(cmd, map[string]cobra.CompletionFunc{"output": l.output.completion})
	return cmd
}

func (l *lintCommand) run(cmd *cobra.Command, paths []string) error {
	l.started = time.Now()
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var told *progress
	if l.err.terminal && !l.quiet {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		told = startProgress(cmd.ErrOrStderr(), "reading", ticker.C)
		defer told.end()
	}

	chosen, err := l.rules.choose(cmd.Flags())
	if err != nil {
		return err
	}
	chosen.selection.Whole = chosen.covers(paths)
	evaluator, err := chosen.library.Select(chosen.selection)
	if err != nil {
		return err
	}
	limits := l.limits
	limits.Sign, limits.Skip = source.Sign, chosen.skips
	asked, paths, err := l.charts.asked(paths)
	if err != nil {
		return err
	}
	loaded, err := unit.Load(cmd.Context(), paths, cmd.InOrStdin(), l.charts.options(limits))
	if err != nil {
		return loadError(err)
	}
	defer loaded.Close()
	set := loaded.Set
	told.now("judging")
	result, err := lint.Run(cmd.Context(), set, evaluator, append(asked, dependencies(loaded)...)...)
	if err != nil {
		return failure("lint: %w", err)
	}
	keepOwn(loaded, result)
	if err := loaded.Place(cmd.Context(), result.Findings); err != nil {
		return failure("lint: %w", err)
	}
	if l.stdinName != "" {
		nameStdin(set, result, l.stdinName)
	}
	told.end()
	if err := l.write(cmd, l.reportOn(set, result)); err != nil {
		return err
	}
	return verdict(result, chosen.failOn)
}

// inputError tells a path that does not exist, which is the user's, from input that cannot be read.
func inputError(err error) error {
	missing, ok := errors.AsType[*manifest.PathError](err)
	if !ok || !errors.Is(err, fs.ErrNotExist) {
		return failure("%w", err)
	}
	folder, name := filepath.Split(filepath.Clean(missing.Path))
	var names []string
	if entries, err := os.ReadDir(filepath.Clean(folder)); err == nil {
		for _, entry := range entries {
			names = append(names, entry.Name())
		}
	}
	return suggest(err, folder, nearest(name, names))
}

// nameStdin gives what was read from standard input the name that the user chose for it.
func nameStdin(set *manifest.Set, result *lint.Result, name string) {
	for _, object := range set.Objects {
		if object.File == manifest.Stdin {
			object.File = name
		}
	}
	for i := range result.Errors {
		if result.Errors[i].File == manifest.Stdin {
			result.Errors[i].File = name
		}
	}
	for _, f := range result.Findings {
		if f.Values != nil && f.Values.File == manifest.Stdin {
			f.Values.File = name
		}
	}
	rules.Sort(result.Findings)
}

func (l *lintCommand) reportOn(set *manifest.Set, result *lint.Result) report.Report {
	r := report.Report{
		Findings:  result.Findings,
		Undecided: result.Undecided,
		Errors:    result.Errors,
		Notices:   slices.Concat(set.Notices, result.Notices),
		Unknown:   result.Unknown,
		Summary: report.Summary{
			Files:   set.Stats.Files,
			Objects: len(set.Objects) + set.Stats.Dormant,
			Unread:  set.Stats.Unread,
			Elapsed: time.Since(l.started),
		},
	}
	for _, redis := range result.Redis {
		r.Redis = append(r.Redis, reportRedis(redis))
		for _, unseen := range redis.Unseen {
			r.Unseen = append(r.Unseen, report.Unseen{
				Redis: r.Redis[len(r.Redis)-1].FullName(), Kind: unseen.Kind, Name: unseen.Name, Unknown: unseen.Unknown,
			})
		}
	}
	return r
}

func reportRedis(redis *topology.Redis) report.Redis {
	mode, _ := redis.Mode.Get()
	return report.Redis{
		Name: redis.Name, Namespace: redis.Namespace, Mode: string(mode),
		Source: redis.Source, Flavor: redis.Flavor, Profile: string(redis.Profile), Objects: redis.Objects,
	}
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
