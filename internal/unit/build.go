package unit

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/render"
)

// built is what charts and kustomizations became.
type built struct {
	inputs  []manifest.Input
	files   []string // to be read as they are, since nothing could be made of them
	objects []*manifest.Object
	errors  []manifest.Error
	read    int // files that objects were made of
}

func (l *Loaded) build(ctx context.Context, p *plan) (*built, error) {
	b := &built{}
	for _, c := range p.charts {
		if err := l.buildChart(ctx, p, c, b); err != nil {
			return nil, err
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(p.kustomizations)) {
		if err := buildKustomization(ctx, p, folder, b); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// buildKustomization adds the objects of a kustomization and leaves out the files that they came from. What cannot be
// built is read file by file.
func buildKustomization(ctx context.Context, p *plan, folder string, b *built) error {
	reach := p.kustomizations[folder]
	rendered, err := p.opts.Renderer.Kustomize(ctx, render.Kustomization{
		Path: folder, Root: rootOf(folder, reach), Overlay: p.opts.Overlay,
	})
	if err != nil {
		return err
	}
	b.errors = append(b.errors, rendered.Errors...)
	if len(rendered.HelmCharts) > 0 {
		b.files = append(b.files, kustomizationIn(folder))
	}
	if len(rendered.Documents) == 0 && len(rendered.Errors) > 0 {
		b.files = append(b.files, sortedKeys(reach.files)...)
		return nil
	}
	for file := range reach.files {
		p.skip[file] = true
	}
	b.read += len(reach.files)
	origins := newOrigins(folder, reach, p.opts.Overlay)
	for _, document := range rendered.Documents {
		objects, err := origins.derive(document, p.opts.Manifest)
		if err != nil {
			b.errors = append(b.errors, *err)
			continue
		}
		b.objects = append(b.objects, objects...)
	}
	return nil
}

// rootOf is the folder below which a kustomization may read: that which holds everything it names.
func rootOf(folder string, reach reach) string {
	root := folder
	for _, other := range append(sortedKeys(reach.folders), sortedKeys(reach.files)...) {
		for range mostAbove {
			rel, err := filepath.Rel(root, other)
			if err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
				break
			}
			root = filepath.Join(root, "..")
		}
	}
	return root
}
