package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestReplace(t *testing.T) {
	t.Parallel()
	says := func(text string) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		}
	}
	failed := errors.New("no space left on device")
	breaks := func(w io.Writer) error {
		_, _ = io.WriteString(w, "half of ")
		return failed
	}
	tests := map[string]struct {
		before string // "" is no file
		mode   os.FileMode
		write  func(io.Writer) error
		want   string
		err    error
	}{
		"a new file":                            {write: says("new"), want: "new"},
		"a file that is there":                  {before: "the old one, which is longer", mode: 0o644, write: says("new"), want: "new"},
		"a file keeps its permissions":          {before: "old", mode: 0o640, write: says("new"), want: "new"},
		"a new file is none when it fails":      {write: breaks, err: failed},
		"a file stays as it is when that fails": {before: "old", mode: 0o600, write: breaks, want: "old", err: failed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			path := filepath.Join(folder, "report")
			usual := filepath.Join(folder, "usual")
			if err := os.WriteFile(usual, nil, 0o666); err != nil { // with what the umask leaves
				t.Fatal(err)
			}
			files := 1
			if test.before != "" {
				if err := os.WriteFile(path, []byte(test.before), test.mode); err != nil {
					t.Fatal(err)
				}
			}
			if err := replace(path, test.write); !errors.Is(err, test.err) {
				t.Errorf("got error %v, want %v", err, test.err)
			}
			got, err := os.ReadFile(path)
			if (err == nil) != (test.want != "") || string(got) != test.want {
				t.Errorf("the file holds %q (%v), want %q", got, err, test.want)
			}
			if err == nil {
				files++
				like := usual
				if test.before != "" {
					like = path
				}
				want, _ := os.Stat(like)
				if test.mode != 0 && want.Mode() != test.mode {
					t.Errorf("its permissions are %v, want %v", want.Mode(), test.mode)
				}
				if info, _ := os.Stat(path); info.Mode() != want.Mode() {
					t.Errorf("its permissions are %v, want %v", info.Mode(), want.Mode())
				}
			}
			if entries, err := os.ReadDir(folder); err != nil || len(entries) != files {
				t.Errorf("something is left behind: %v (%v)", entries, err)
			}
		})
	}
}

func TestReplaceWritesToWhatIsNoFile(t *testing.T) {
	t.Parallel()
	if err := replace(os.DevNull, func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err }); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Fatalf("%s was replaced (%v)", os.DevNull, err)
	}
}
