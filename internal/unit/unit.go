// Package unit finds what belongs together in a repository and reads it as one: a chart is rendered, a kustomization
// built, and a single file read with its neighbours. It knows files, charts and kustomizations, and nothing of Redis.
package unit

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/render"
)

// Options says how paths are read.
type Options struct {
	Manifest manifest.Options
	// Single has every file that is named read by itself, and nothing rendered that was not named.
	Single bool
	// Chart holds the flags for charts that are named: all of a render.Chart but its path.
	Chart    render.Chart
	Renderer *render.Renderer
	// Overlay is what files are taken to hold, whatever is on disk, by their names in the Set.
	Overlay map[string][]byte
}

// Loaded is everything that paths led to.
type Loaded struct {
	Set *manifest.Set
	// Unrendered are charts that charts ask for and that are not at hand. Their values are in the Set.
	Unrendered []Unrendered

	beside map[string]bool // files that nobody named, read beside those that were
	charts []*chart

	overlay  map[string][]byte
	renderer *render.Renderer
}

// Own reports whether a file was named, or found in what was named, and not only read beside it.
func (l *Loaded) Own(file string) bool { return !l.beside[file] }

// Close ends the renderers of charts. Place needs them.
func (l *Loaded) Close() {
	for _, c := range l.charts {
		if c.session != nil {
			c.session.Close()
		}
	}
}

// Unrendered is a chart that another one depends on and does not hold.
type Unrendered struct {
	Chart      string // folder of the chart that asks for it
	Dependency render.Dependency
	// Values are the files that set its values, lowest precedence first.
	Values []string
	Chosen render.Chart // with what the other chart was rendered
}

// NoChartError says that a flag for charts was given and no chart.
type NoChartError struct{ Flag string }

func (e *NoChartError) Error() string {
	return fmt.Sprintf("--%s is for charts, and no chart is named", e.Flag)
}

// Load reads paths, "-" being stdin. The error is that of manifest.Load, a *NoChartError, or that of a renderer that
// could not be started; all else is in the Set's Errors.
func Load(ctx context.Context, paths []string, stdin io.Reader, opts Options) (*Loaded, error) {
	if opts.Renderer == nil {
		opts.Renderer = &render.Renderer{}
	}
	p, err := planned(ctx, paths, opts)
	if err != nil {
		return nil, err
	}
	if flag := chartFlag(opts.Chart); flag != "" && !slices.ContainsFunc(p.charts, func(c chartPlan) bool { return c.asked }) {
		return nil, &NoChartError{flag}
	}
	if opts.Overlay != nil {
		p.opts.Manifest.Text = func(path string) ([]byte, bool) {
			data, ok := opts.Overlay[filepath.ToSlash(filepath.Clean(path))]
			return data, ok
		}
	}
	l := &Loaded{beside: map[string]bool{}, renderer: opts.Renderer, overlay: opts.Overlay}
	if err := l.load(ctx, p, stdin); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

func (l *Loaded) load(ctx context.Context, p *plan, stdin io.Reader) error {
	built, err := l.build(ctx, p)
	if err != nil {
		return err
	}
	options := p.opts.Manifest
	options.Skip = p.left
	options.Inputs = built.inputs
	l.Set, err = manifest.Load(ctx, append(slices.Clone(p.files), built.files...), stdin, options)
	if err != nil {
		return err
	}
	if len(p.beside) > 0 && len(l.Set.Objects) > 0 && !slices.Contains(p.files, "-") {
		if err := l.loadBeside(ctx, p, options); err != nil {
			return err
		}
	}
	l.Set.Objects = append(l.Set.Objects, built.objects...)
	l.Set.Stats.Files += built.read
	l.Set.Errors = append(l.Set.Errors, built.errors...)
	l.Set.Notices = append(l.Set.Notices, p.notices...)
	return nil
}

// identity is what a cluster can hold only one of.
type identity struct{ group, kind, namespace, name string }

// loadBeside reads neighbours too. A folder that holds an object twice holds several forms of one thing, for several
// environments or as examples: its files do not belong together.
func (l *Loaded) loadBeside(ctx context.Context, p *plan, options manifest.Options) error {
	options.Inputs = nil
	others, err := manifest.Load(ctx, p.beside, nil, options)
	if err != nil {
		return err
	}
	holder := map[identity]string{}
	for _, o := range slices.Concat(l.Set.Objects, others.Objects) {
		id := identity{o.Group(), o.Kind, o.Namespace, o.Name}
		if file, held := holder[id]; held && file != o.File {
			return nil
		}
		holder[id] = o.File
	}
	for _, path := range p.beside {
		l.beside[filepath.ToSlash(filepath.Clean(path))] = true
	}
	paths := slices.Concat(p.files, p.beside)
	both, err := manifest.Load(ctx, paths, nil, options)
	if err != nil {
		return err
	}
	both.Stats, both.Notices = l.Set.Stats, l.Set.Notices
	both.Errors = slices.DeleteFunc(both.Errors, func(e manifest.Error) bool { return l.beside[e.File] })
	l.Set = both
	return nil
}
