package render_test

import (
	"io"
	"log"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/render"
)

// TestMain is also the program that a Renderer runs.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == render.ChildArgument {
		os.Exit(render.Child(os.Stdin, os.Stdout))
	}
	log.SetOutput(io.Discard) // Helm warns there
	os.Exit(m.Run())
}

// write makes a folder of files. A file whose text begins with -> is a symbolic link.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		at := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		err := error(nil)
		if target, ok := strings.CutPrefix(text, "->"); ok {
			err = os.Symlink(target, at)
		} else {
			err = os.WriteFile(at, []byte(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// chartOf makes a chart of templates and other files.
func chartOf(t *testing.T, files map[string]string) string {
	t.Helper()
	all := map[string]string{"Chart.yaml": "apiVersion: v2\nname: box\nversion: 1.0.0\n"}
	maps.Copy(all, files)
	return write(t, all)
}

// within drops the folder of a test from the names of files.
func within(folder, name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(name, filepath.ToSlash(folder)), "/")
}

// errorsOf lists errors as file:line: message, files as seen from the folder.
func errorsOf(folder string, rendered *render.Rendered) []string {
	var lines []string
	for _, e := range rendered.Errors {
		line := within(folder, e.File)
		if e.Line > 0 {
			line += ":" + strconv.Itoa(e.Line)
		}
		lines = append(lines, line+": "+strings.ReplaceAll(e.Message, filepath.ToSlash(folder), "<folder>"))
	}
	return lines
}

func chart(t *testing.T, c render.Chart) *render.Rendered {
	t.Helper()
	rendered, err := new(render.Renderer).Chart(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return rendered
}

// text joins documents as helm writes them.
func text(documents []render.Document) string {
	var b strings.Builder
	for _, d := range documents {
		b.WriteString("---\n# Source: " + d.Template + "\n" + string(d.Text) + "\n")
	}
	return b.String()
}

// small is a Renderer whose children may do little.
func small() *render.Renderer {
	return &render.Renderer{Limits: render.Limits{Memory: 256 << 20, Time: 20 * time.Second, Output: 4 << 20}}
}

func values(texts ...string) []manifest.Input {
	var inputs []manifest.Input
	for i, text := range texts {
		inputs = append(inputs, manifest.Input{Name: "values-" + strconv.Itoa(i+1) + ".yaml", Data: []byte(text)})
	}
	return inputs
}
