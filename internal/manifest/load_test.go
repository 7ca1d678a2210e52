package manifest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// folder makes a folder of files, each an object of the kind it is given.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, kind := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("kind: "+kind+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// outcome is what was read, relative to a root.
func outcome(root string, s *Set) []string {
	var lines []string
	for _, o := range s.Objects {
		lines = append(lines, o.Kind+" "+o.File)
	}
	for _, n := range s.Notices {
		lines = append(lines, "notice "+n.File+": "+n.Message)
	}
	for _, e := range s.Errors {
		lines = append(lines, "error "+e.File+": "+e.Message)
	}
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], filepath.ToSlash(root)+"/", "")
	}
	return lines
}

func load(t *testing.T, opts Options, paths ...string) *Set {
	t.Helper()
	s, err := Load(t.Context(), paths, nil, opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLoadWalksFolders(t *testing.T) {
	t.Parallel()
	root := folder(t, map[string]string{
		"b.yaml": "B", "a.yml": "A", "c/d.json": "D", "c/e.txt": "E", ".git/x.yaml": "X", "node_modules/y.yaml": "Y", ".hidden.yaml": "H",
		"chart/Chart.yaml": "Chart", "chart/templates/t.yaml": "T", "chart/crds/c.yaml": "C", "chart/charts/sub/Chart.yaml": "Sub",
		"chart/charts/sub/templates/t.yaml": "T", "templates/plain.yaml": "Plain",
	})
	want := []string{
		"H .hidden.yaml", "A a.yml", "B b.yaml", "D c/d.json", "Chart chart/Chart.yaml", "Sub chart/charts/sub/Chart.yaml", "C chart/crds/c.yaml", "Plain templates/plain.yaml",
		"notice chart/charts/sub/templates: templates of a Helm chart are not read: the chart has to be rendered",
		"notice chart/templates: templates of a Helm chart are not read: the chart has to be rendered",
	}
	if diff := cmp.Diff(want, outcome(root, load(t, Options{}, root))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLoadReadsWhatIsNamed(t *testing.T) {
	t.Parallel()
	root := folder(t, map[string]string{"a.txt": "A", "chart/Chart.yaml": "Chart", "chart/templates/t.yaml": "T", "d/e.yaml": "E"})
	at := func(name string) string { return filepath.Join(root, name) }
	s := load(t, Options{}, at("chart/templates/t.yaml"), root+"/./a.txt", at("d"), at("a.txt"), at("d/e.yaml"), at("chart/templates"))
	want := []string{
		"T chart/templates/t.yaml", "A a.txt", "E d/e.yaml",
		"notice chart/templates: templates of a Helm chart are not read: the chart has to be rendered",
	}
	if diff := cmp.Diff(want, outcome(root, s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLoadReadsStandardInputOnce(t *testing.T) {
	t.Parallel()
	s, err := Load(t.Context(), []string{"-", "-"}, strings.NewReader("kind: A\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"A " + Stdin}, outcome("", s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s, err = Load(t.Context(), []string{"-"}, strings.NewReader("kind: A\n"), Options{MaxFileBytes: 3})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"error " + Stdin + ": file is larger than 3 bytes (--max-file-bytes)"}, outcome("", s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s, err = Load(t.Context(), []string{"-"}, strings.NewReader("kind: A\n"), Options{StdinName: "a.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"A a.yaml"}, outcome("", s)); diff != "" {
		t.Errorf("standard input by another name (-want +got):\n%s", diff)
	}
}

func TestLoadErrors(t *testing.T) {
	t.Parallel()
	root := folder(t, map[string]string{"a.yaml": "A", "b.yaml": "B"})
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	missing := filepath.Join(root, "missing.yaml")

	_, err := Load(t.Context(), []string{root, missing}, nil, Options{})
	if e := new(PathError); !errors.As(err, &e) || e.Path != missing || !errors.Is(err, fs.ErrNotExist) ||
		err.Error() != fmt.Sprintf("read %s: no such file or directory", missing) {
		t.Errorf("a missing path: %v", err)
	}
	for name, opts := range map[string]Options{"documents": {MaxDocuments: 1}, "bytes": {MaxTotalBytes: 10}} {
		if _, err := Load(t.Context(), []string{root}, nil, opts); !errors.As(err, new(*LimitError)) || !strings.Contains(err.Error(), "b.yaml: more than") {
			t.Errorf("too many %s: %v", name, err)
		}
	}
	if _, err := Load(canceled, []string{root}, nil, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}
