package unit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const chartFile = "Chart.yaml"

// kustomizationFiles are the names that kustomize looks for.
var kustomizationFiles = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// found is what a folder holds besides manifests.
type found struct {
	charts         []string // folders with a Chart.yaml, those within others left out
	kustomizations []string // folders with a kustomization file
}

// find walks a folder as package manifest does, without what is left out. What cannot be read is left for it to report.
func find(ctx context.Context, root string, left func(path string) bool) (found, error) {
	var f found
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil || !entry.IsDir() {
			return nil
		}
		if path != root && (hidden(entry.Name()) || left(path)) {
			return fs.SkipDir
		}
		if isChart(path) {
			f.charts = append(f.charts, path)
			return fs.SkipDir
		}
		if kustomizationIn(path) != "" {
			f.kustomizations = append(f.kustomizations, path)
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		err = nil
	}
	return f, err
}

// hidden reports whether a folder is left out when one above it is walked.
func hidden(name string) bool { return strings.HasPrefix(name, ".") || name == "node_modules" }

func isChart(folder string) bool { return isFile(filepath.Join(folder, chartFile)) }

// kustomizationIn returns the path of a folder's kustomization file, "" when it has none.
func kustomizationIn(folder string) string {
	for _, name := range kustomizationFiles {
		if path := filepath.Join(folder, name); isFile(path) {
			return path
		}
	}
	return ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// isArchive reports whether a path names a packaged chart.
func isArchive(path string) bool {
	return (strings.HasSuffix(path, ".tgz") || strings.HasSuffix(path, ".tar.gz")) && isFile(path)
}

// mostAbove bounds how far above a file its chart is looked for.
const mostAbove = 16

// chartAbove returns the outermost chart that a file is part of, "" when it is part of none. It does not look beyond
// the repository.
func chartAbove(file string) string {
	absolute, err := filepath.Abs(file)
	if err != nil {
		return ""
	}
	shown := filepath.Dir(file)
	for range mostAbove {
		folder := filepath.Dir(absolute)
		if isChart(folder) {
			return outermost(shown)
		}
		if isFolder(filepath.Join(folder, ".git")) || folder == absolute {
			return ""
		}
		absolute, shown = folder, filepath.Join(shown, "..")
	}
	return ""
}

// outermost goes from a chart in another chart's charts/ folder to that chart.
func outermost(chart string) string {
	for range mostAbove {
		above := filepath.Join(chart, "..")
		if absolute, err := filepath.Abs(above); err != nil || filepath.Base(absolute) != "charts" || !isChart(filepath.Join(above, "..")) {
			return chart
		}
		chart = filepath.Join(above, "..")
	}
	return chart
}

// isValues reports whether a file of a chart is meant to be given to helm by -f: a values file beside the chart's own.
func isValues(chart, file string) bool {
	name := filepath.Base(file)
	ext := filepath.Ext(name)
	return filepath.Clean(filepath.Dir(file)) == filepath.Clean(chart) && (ext == ".yaml" || ext == ".yml") &&
		strings.Contains(name, "values") && name != "values.yaml"
}

// Neighbours are read only where that is quick.
const (
	mostNeighbours     = 200
	mostNeighbourBytes = 4 << 20
)

var errTooMany = errors.New("too many neighbours")

// neighbours returns the other manifests in a file's folder, as paths beside it.
func neighbours(file string) ([]string, error) {
	folder := filepath.Dir(file)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", folder, err)
	}
	var paths []string
	var total int64
	for _, entry := range entries {
		ext := filepath.Ext(entry.Name())
		if !entry.Type().IsRegular() || !slices.Contains([]string{".yaml", ".yml", ".json"}, ext) || entry.Name() == filepath.Base(file) {
			continue
		}
		info, err := entry.Info()
		if err != nil {
			continue // it is gone
		}
		if total += info.Size(); total > mostNeighbourBytes || len(paths) == mostNeighbours {
			return nil, errTooMany
		}
		paths = append(paths, filepath.Join(folder, entry.Name()))
	}
	return paths, nil
}
