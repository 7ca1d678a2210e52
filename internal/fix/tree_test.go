package fix_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/redislint/redislint/internal/fix"
	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/render"
	"github.com/redislint/redislint/internal/source"
	"github.com/redislint/redislint/internal/unit"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == render.ChildArgument {
		os.Exit(render.Child(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// TestTrees holds fixes of charts and kustomizations on disk to what TestFixtures asks of manifests.
func TestTrees(t *testing.T) {
	t.Parallel()
	const charts, kustomize = "../../fixtures/charts/", "testdata/kustomize"
	e := evaluator(t)
	for name, tree := range map[string]struct{ folder, path, values string }{
		"chart":            {charts + "shop", charts + "shop", ""},
		"chart-of-charts":  {charts + "platform", charts + "platform", ""},
		"chart-and-values": {charts + "platform", charts + "platform", charts + "platform/values-prod.yaml"},
		"kustomization":    {kustomize, kustomize + "/base", ""},
		"overlay":          {kustomize, kustomize + "/prod", ""},
		"base-and-overlay": {kustomize, kustomize, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := filesIn(t, tree.folder)
			judging := func(files map[string]string) fix.Judge {
				return func(ctx context.Context, overlay map[string][]byte) (verdict fix.Verdict, err error) {
					opts := unit.Options{Manifest: manifest.Options{Sign: source.Sign}, Overlay: map[string][]byte{}}
					if tree.values != "" {
						opts.Chart.Values = []manifest.Input{{Name: tree.values}}
					}
					for name, text := range files {
						opts.Overlay[name] = []byte(text)
					}
					maps.Copy(opts.Overlay, overlay)
					loaded, err := unit.Load(ctx, []string{tree.path}, nil, opts)
					if err != nil {
						return verdict, err
					}
					defer loaded.Close()
					result, err := lint.Run(ctx, loaded.Set, e)
					if err != nil {
						return verdict, err
					}
					if err := loaded.Place(ctx, result.Findings); err != nil {
						return verdict, err
					}
					if err := loaded.PlaceFixes(ctx, result.Findings); err != nil {
						return verdict, err
					}
					return fix.Verdict{Findings: result.Findings, Broken: len(result.Errors) + len(result.Undecided)}, nil
				}
			}
			var log bytes.Buffer
			for _, unsafe := range []bool{false, true} {
				fmt.Fprintf(&log, "unsafe: %t\n", unsafe)
				check(t, judging, name, files, unsafe, &log)
			}
			fixture.Golden(t, filepath.Join("testdata", "trees", name+".golden"), log.Bytes())
		})
	}
}

func filesIn(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files[filepath.ToSlash(path)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
