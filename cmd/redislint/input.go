package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/picture"
	"github.com/redislint/redislint/internal/report"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/source"
	"github.com/redislint/redislint/internal/topology"
	"github.com/redislint/redislint/internal/unit"
)

// inputs are the flags of every command that reads files and judges what is in them.
type inputs struct {
	rules     ruleFlags
	stdinName string
	limits    manifest.Options
	charts    chartFlags

	overlay map[string][]byte // what files are taken to hold, by name
	fixes   bool              // whether it is needed where in charts fixes are made, which takes longer
}

func newInputs() inputs { return inputs{limits: manifest.DefaultOptions()} }

func (i *inputs) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	i.rules.register(cmd)
	flags.StringVar(&i.stdinName, "stdin-filename", "", "`name` to report for standard input")
	i.charts.register(flags)
	flags.IntVar(&i.limits.MaxDocumentBytes, "max-document-bytes", i.limits.MaxDocumentBytes, "largest document, in `bytes`")
	flags.IntVar(&i.limits.MaxDepth, "max-depth", i.limits.MaxDepth, "deepest nesting in a document")
	flags.IntVar(&i.limits.MaxDocuments, "max-documents", i.limits.MaxDocuments, "documents in all files together")
	flags.Int64Var(&i.limits.MaxFileBytes, "max-file-bytes", i.limits.MaxFileBytes, "largest file, in `bytes`")
	flags.Int64Var(&i.limits.MaxTotalBytes, "max-total-bytes", i.limits.MaxTotalBytes, "all files together, in `bytes`")
}

// judged is what the files of one run came to.
type judged struct {
	chosen    *chosen
	evaluator *rules.Evaluator
	set       *manifest.Set
	result    *lint.Result // its findings at the places that a user can change
	old       int          // findings that were left out, as they are not new
	started   time.Time
}

// judge reads paths, or without one the current folder, and judges every Redis in them.
func (i *inputs) judge(cmd *cobra.Command, paths []string, told *progress) (*judged, error) {
	started := time.Now()
	chosen, err := i.rules.choose(cmd.Flags())
	if err != nil {
		return nil, err
	}
	judged, err := i.judgeBy(cmd, chosen, paths, told)
	if err != nil {
		return nil, err
	}
	judged.started = started
	return judged, nil
}

// judgeBy judges by rules that have been chosen.
func (i *inputs) judgeBy(cmd *cobra.Command, chosen *chosen, paths []string, told *progress) (*judged, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	chosen.selection.Whole = chosen.covers(paths)
	evaluator, err := chosen.library.Select(chosen.selection)
	if err != nil {
		return nil, err
	}
	limits := i.limits
	limits.Sign, limits.Skip = source.Sign, chosen.skips
	asked, paths, err := i.charts.asked(paths)
	if err != nil {
		return nil, err
	}
	options := i.charts.options(limits)
	options.Overlay = i.overlay
	loaded, err := unit.Load(cmd.Context(), paths, cmd.InOrStdin(), options)
	if err != nil {
		return nil, loadError(err)
	}
	defer loaded.Close()
	told.now("judging")
	result, err := lint.Run(cmd.Context(), loaded.Set, evaluator, append(asked, dependencies(loaded)...)...)
	if err != nil {
		return nil, failure("lint: %w", err)
	}
	keepOwn(loaded, result)
	if err := loaded.Place(cmd.Context(), result.Findings); err != nil {
		return nil, failure("lint: %w", err)
	}
	if i.fixes {
		if err := loaded.PlaceFixes(cmd.Context(), result.Findings); err != nil {
			return nil, failure("lint: %w", err)
		}
	}
	if i.stdinName != "" {
		nameStdin(loaded.Set, result, i.stdinName)
	}
	return &judged{chosen: chosen, evaluator: evaluator, set: loaded.Set, result: result}, nil
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

func (j *judged) report() report.Report {
	set, result := j.set, j.result
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
			Old:     j.old,
			Elapsed: time.Since(j.started),
		},
		Version: version(),
		Base:    base(),
		Page:    page,

		PictureStyle: picture.Style,
	}
	of := sync.OnceValue(func() map[string][]rules.Finding { return byRedis(result.Findings) }) // HTML alone needs it
	if j.chosen.failOn != "never" {
		r.FailOn = rules.Severity(j.chosen.failOn)
	}
	for _, redis := range result.Redis {
		r.Redis = append(r.Redis, reportRedis(redis))
		last := &r.Redis[len(r.Redis)-1]
		name := last.FullName()
		last.Picture = func(id string) string { return picture.Of(redis, of()[name]).Inline(id) }
		for _, unseen := range redis.Unseen {
			r.Unseen = append(r.Unseen, report.Unseen{
				Redis: name, Kind: unseen.Kind, Name: unseen.Name, Unknown: unseen.Unknown,
			})
		}
	}
	return r
}

func byRedis(findings []rules.Finding) map[string][]rules.Finding {
	of := map[string][]rules.Finding{}
	for _, f := range findings {
		of[f.Redis] = append(of[f.Redis], f)
	}
	return of
}

func reportRedis(redis *topology.Redis) report.Redis {
	mode, _ := redis.Mode.Get()
	return report.Redis{
		Name: redis.Name, Namespace: redis.Namespace, Mode: string(mode),
		Source: redis.Source, Flavor: redis.Flavor, Profile: string(redis.Profile), Objects: redis.Objects,
	}
}
