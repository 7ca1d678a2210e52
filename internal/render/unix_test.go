//go:build unix

package render_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/redislint/redislint/internal/render"
)

func TestPipesAreNotWaitedFor(t *testing.T) {
	t.Parallel()
	folder := chartOf(t, nil)
	if err := syscall.Mkfifo(filepath.Join(folder, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := errorsOf(folder, chart(t, render.Chart{Path: folder}))
	if len(got) != 1 || got[0] != "pipe: not a regular file" {
		t.Errorf("errors %q", got)
	}
}

// TestADyingChildSaysWhatItSaid runs a program that is no renderer.
func TestADyingChildSaysWhatItSaid(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\nprintf 'evil \\033[31m words\\n%0.s' 1 2 3 4 5 6 7 8 9 >&2\nexit 7\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	r := render.Renderer{Executable: program}
	rendered, err := r.Chart(t.Context(), render.Chart{Path: "box"})
	if err != nil {
		t.Fatal(err)
	}
	got := errorsOf("box", rendered)
	if len(got) != 1 || !strings.HasPrefix(got[0], ": the renderer died (exit status 7): evil  [31m words;") || len(got[0]) > 300 {
		t.Errorf("errors %q", got)
	}
}
