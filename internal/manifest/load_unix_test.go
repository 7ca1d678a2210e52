//go:build unix

package manifest

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoadNeverWaitsOrWanders(t *testing.T) {
	t.Parallel()
	root := folder(t, map[string]string{"in/a.yaml": "A", "in/..data/b.yaml": "B", "out/c.yaml": "C"})
	link := func(target, name string) {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	link("..data/b.yaml", "in/b.yaml")
	link(filepath.Join(root, "out/c.yaml"), "in/c.yaml")
	link(".", "in/loop")
	link(".", "in/loop.yaml")
	link("self.yaml", "in/self.yaml")
	if err := syscall.Mkfifo(filepath.Join(root, "in/pipe.yaml"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "in/sparse.yaml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(root, "in/sparse.yaml"), 10<<30); err != nil {
		t.Fatal(err)
	}
	s := load(t, Options{}, filepath.Join(root, "in"), filepath.Join(root, "in/pipe.yaml"), os.DevNull, filepath.Join(root, "in/loop/c.yaml"))
	got := outcome(root, s)
	want := []string{
		"A in/a.yaml", "B in/b.yaml", "C in/loop/c.yaml",
		"notice in/c.yaml: symbolic link leads out of the folder and is not followed; name the file to have it read",
		"error in/pipe.yaml: not a regular file; pipe it to standard input and name it -",
		"error in/self.yaml: too many levels of symbolic links",
		"error in/sparse.yaml: file is larger than 268435456 bytes (--max-file-bytes)",
		"error /dev/null: not a regular file; pipe it to standard input and name it -",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := readFile(filepath.Join(root, "in/pipe.yaml"), 1); err == nil {
		t.Error("read a pipe")
	}
}
