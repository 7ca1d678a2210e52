package unit

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

// plan says how each path that a user named is read.
type plan struct {
	opts Options

	files          []string // for package manifest, folders among them
	charts         []chartPlan
	kustomizations map[string]reach
	beside         []string // neighbours of single files
	skip           map[string]bool
	notices        []manifest.Notice
}

// chartPlan is a chart to be rendered.
type chartPlan struct {
	path   string
	values []string // files of the chart given to it besides its own values
	asked  bool     // the user named it: flags are meant for it
}

// planned sorts out paths. A path that does not exist is left for package manifest to report.
func planned(ctx context.Context, paths []string, opts Options) (*plan, error) {
	p := &plan{opts: opts, kustomizations: map[string]reach{}, skip: map[string]bool{}}
	for _, path := range paths {
		switch {
		case path == "-":
			p.files = append(p.files, path)
		case isArchive(path), isFolder(path) && isChart(path):
			p.chart(path, "", true)
		case isFolder(path):
			if err := p.folder(ctx, path); err != nil {
				return nil, err
			}
		default:
			p.file(path)
		}
	}
	p.beside = slices.DeleteFunc(p.beside, func(path string) bool {
		return slices.ContainsFunc(p.files, func(file string) bool { return filepath.Clean(file) == filepath.Clean(path) })
	})
	return p, nil
}

// left reports whether a path met in a folder is left out: by the caller, or because it is read otherwise.
func (p *plan) left(path string) bool {
	return p.skip[path] || p.opts.Manifest.Skip != nil && p.opts.Manifest.Skip(path)
}

// chart plans a chart once, whatever number of paths lead to it.
func (p *plan) chart(path, values string, asked bool) {
	i := slices.IndexFunc(p.charts, func(c chartPlan) bool { return same(c.path, path) })
	if i < 0 {
		p.charts = append(p.charts, chartPlan{path: path})
		i = len(p.charts) - 1
		p.skip[filepath.Clean(path)] = true
	}
	c := &p.charts[i]
	c.asked = c.asked || asked
	if values != "" && !slices.Contains(c.values, values) {
		c.values = append(c.values, values)
	}
}

// folder plans what is in a folder. Charts and kustomizations that have nothing to do with what is looked for stay
// unrendered, as they would only cost time.
func (p *plan) folder(ctx context.Context, root string) error {
	f, err := find(ctx, root, p.left)
	if err != nil {
		return err
	}
	p.files = append(p.files, root)
	for _, chart := range f.charts {
		if p.signed(chartFiles(chart)) {
			p.chart(chart, "", false)
		} else {
			p.skip[filepath.Join(chart, "templates")] = true
		}
	}
	for folder, reach := range roots(f.kustomizations) {
		if p.signed(sortedKeys(reach.files)) {
			p.kustomization(folder, reach)
		}
	}
	return nil
}

func (p *plan) kustomization(folder string, reach reach) {
	p.kustomizations[folder] = reach
}

// file plans a single file: its chart, its kustomization, or its neighbours with it.
func (p *plan) file(path string) {
	if p.opts.Single || !isFile(path) {
		p.files = append(p.files, path)
		return
	}
	if chart := chartAbove(path); chart != "" {
		values := ""
		if isValues(chart, path) {
			values = path
		}
		p.chart(chart, values, true)
		return
	}
	folder := filepath.Dir(path)
	if kustomizationIn(folder) != "" {
		if reach := reachOf(folder); reach.files[filepath.Clean(path)] {
			p.kustomization(filepath.Clean(folder), reach)
			return
		}
	}
	p.files = append(p.files, path)
	beside, err := neighbours(path)
	if err != nil {
		p.notices = append(p.notices, manifest.Notice{File: filepath.ToSlash(folder), Message: "the other files of this folder are not read beside the one named: " + err.Error()})
		return
	}
	for _, neighbour := range beside {
		if !slices.Contains(p.beside, neighbour) {
			p.beside = append(p.beside, neighbour)
		}
	}
}

// signed reports whether one of the files has to do with what is looked for.
func (p *plan) signed(files []string) bool {
	if p.opts.Manifest.Sign == nil {
		return true
	}
	return slices.ContainsFunc(files, func(file string) bool {
		if strings.HasSuffix(file, ".tgz") {
			return true // a dependency; its name tells nothing for sure
		}
		const most = 4 << 20
		if info, err := os.Stat(file); err != nil || info.Size() > most || !info.Mode().IsRegular() {
			return false
		}
		data, err := os.ReadFile(file)
		return err == nil && p.opts.Manifest.Sign(data)
	})
}

// chartFiles returns the files of a chart, at most so many that looking into them costs less than rendering it.
func chartFiles(chart string) []string {
	const most = 1000
	var files []string
	// What cannot be read is left for the rendering to report.
	_ = filepath.WalkDir(chart, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			files = append(files, path)
		}
		if len(files) == most {
			return fs.SkipAll
		}
		return nil
	})
	return files
}

func same(a, b string) bool {
	left, err := filepath.Abs(a)
	right, other := filepath.Abs(b)
	return err == nil && other == nil && left == right
}

func sortedKeys(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for key := range set {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
