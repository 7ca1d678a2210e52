package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/baseline"
	"github.com/redislint/redislint/internal/revision"
	"github.com/redislint/redislint/internal/unit"
)

// subtract leaves out what the same run finds in the files as they were when HEAD began to differ from --new-from. Both are
// judged by the rules, the configuration and the flags of today.
func (k *knownFlags) subtract(cmd *cobra.Command, i *inputs, j *judged, paths []string) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop() // until then the files of then are removed on an interrupt too
	cmd.SetContext(ctx)
	p, err := lookBack(ctx, k.newFrom, i, paths)
	if err != nil {
		if ctx.Err() != nil {
			return failure("--new-from %s: %w", k.newFrom, err)
		}
		return fmt.Errorf("--new-from %s: %w", k.newFrom, err)
	}
	defer p.close()
	then, err := p.judge(cmd, i, j.chosen)
	if err != nil {
		return failure("--new-from %s: %w", k.newFrom, err)
	}
	if then == nil {
		return nil // nothing was there
	}
	if missing := len(then.result.Errors) + len(then.result.Undecided); missing > 0 {
		j.note(k.newFrom, fmt.Sprintf("%s could not be judged as it was then (%.12s); what is found in it counts as new", p.unjudged(then), p.commit))
	}
	var dropped int
	j.result.Findings, dropped = leaveOut(j.result.Findings, baseline.KnownOf(then.result.Findings))
	j.old += dropped
	return nil
}

// past is the repository as it was, and what of it answers to the paths of a run.
type past struct {
	tree   *revision.Tree
	commit string
	folder string // the current one, as it was
	root   string // of the repository today
	paths  []string
	values []string
}

// lookBack extracts the merge base of a revision and HEAD.
func lookBack(ctx context.Context, rev string, i *inputs, paths []string) (*past, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	repository, err := revision.Open(ctx, ".")
	if err != nil {
		return nil, err
	}
	var below []string
	for _, path := range paths {
		inside, ok := repository.Below(path)
		if !ok {
			return nil, fmt.Errorf("%s lies outside of the repository %s", path, repository.Root)
		}
		below = append(below, inside)
	}
	here, ok := repository.Below(".")
	if !ok {
		return nil, errors.New("the current folder lies outside of the repository's work tree")
	}
	commit, err := repository.MergeBase(ctx, rev)
	if err != nil {
		return nil, err
	}
	moved, err := repository.Moves(ctx, commit)
	if err != nil {
		return nil, err
	}
	below = withMoved(below, moved)
	tree, err := repository.Extract(ctx, commit, below)
	if err != nil {
		return nil, err
	}
	p := &past{tree: tree, commit: commit, folder: filepath.Join(tree.Root, here), root: repository.Root}
	for _, path := range below {
		if p.exists(path) {
			p.paths = append(p.paths, relative(here, path))
		}
	}
	for _, file := range i.charts.values {
		inside, ok := repository.Below(file)
		switch {
		case !ok:
			absolute, err := filepath.Abs(file)
			if err != nil {
				absolute = file
			}
			p.values = append(p.values, absolute)
		case p.exists(inside):
			p.values = append(p.values, relative(here, inside))
		}
	}
	return p, nil
}

// relative is a path as seen from a folder, both being local.
func relative(folder, path string) string {
	seen, err := filepath.Rel(folder, path)
	if err != nil {
		return path
	}
	return seen
}

func (p *past) exists(below string) bool {
	_, err := os.Stat(filepath.Join(p.tree.Root, below))
	return err == nil
}

// withMoved adds to paths where files below them have come from: the folder of a chart or kustomization as a whole.
func withMoved(paths []string, moved map[string]string) []string {
	var from []string
	for today, then := range moved {
		if !anyHolds(paths, today) || anyHolds(paths, then) {
			continue
		}
		switch filepath.Base(then) {
		case "Chart.yaml", "kustomization.yaml", "kustomization.yml", "Kustomization":
			from = append(from, filepath.Dir(then))
		default:
			if slices.Contains([]string{".yaml", ".yml", ".json", ".tgz"}, filepath.Ext(then)) {
				from = append(from, then)
			}
		}
	}
	slices.Sort(from) // a folder before what is in it
	for _, path := range from {
		if !anyHolds(paths, path) {
			paths = append(paths, path)
		}
	}
	return paths
}

func anyHolds(paths []string, path string) bool {
	return slices.ContainsFunc(paths, func(above string) bool {
		below, err := filepath.Rel(above, path)
		return err == nil && filepath.IsLocal(below)
	})
}

// judge judges what was there, in the folder that the current one was, so that all paths of flags and configuration mean
// what they mean today. It returns nil when nothing was there.
func (p *past) judge(cmd *cobra.Command, i *inputs, today *chosen) (*judged, error) {
	valuesAlone := i.charts.known != "" && len(i.charts.values) > 0
	if len(p.paths) == 0 || valuesAlone && len(p.values) == 0 {
		return nil, nil
	}
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	// A folder that did not exist is made, so that ".." leads out of it.
	if err := os.MkdirAll(p.folder, 0o700); err != nil {
		return nil, err
	}
	if err := os.Chdir(p.folder); err != nil {
		return nil, err
	}
	inputs, chosen := *i, *today
	inputs.charts.values = p.values
	if below, err := filepath.Rel(p.root, chosen.folder); filepath.IsAbs(chosen.folder) && err == nil && filepath.IsLocal(below) {
		chosen.folder = filepath.Join(p.tree.Root, below)
	}
	then, err := inputs.judgeBy(cmd, &chosen, p.paths, nil)
	if _, ok := errors.AsType[*unit.NoChartError](err); ok {
		// The chart that the flags are for is new; what else is named was there.
		inputs.charts = chartFlags{unit: i.charts.unit}
		then, err = inputs.judgeBy(cmd, &chosen, p.paths, nil)
	}
	return then, errors.Join(err, os.Chdir(here))
}

// unjudged names the first file that could not be judged.
func (p *past) unjudged(then *judged) string {
	if len(then.result.Errors) > 0 {
		return strings.TrimPrefix(then.result.Errors[0].File, filepath.ToSlash(p.tree.Root)+"/")
	}
	return then.result.Undecided[0].Redis
}

func (p *past) close() { _ = p.tree.Close() }
