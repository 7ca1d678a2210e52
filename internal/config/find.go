package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/bmatcuk/doublestar/v4"
)

// Names are those that a configuration may have. The first is preferred.
var Names = []string{".redislint.yaml", ".redislint.yml"}

// Find looks for a configuration in a folder and, within a repository, in those above up to its root, where .git is. It
// returns "" when there is none; the path is relative for the folder ".", and absolute for any other.
func Find(folder string) (string, error) {
	start, err := filepath.Abs(folder)
	if err == nil {
		start, err = filepath.EvalSymlinks(start)
	}
	if err != nil {
		return "", fmt.Errorf("look for a configuration: %w", err)
	}
	root := Repository(start)
	for at := start; ; at = filepath.Dir(at) {
		found, err := in(at)
		if found != "" && folder == "." {
			return filepath.Rel(start, found)
		}
		if found != "" || err != nil || at == root {
			return found, err
		}
	}
}

// Repository returns the folder at or above another one where .git is. What lies in no repository is on its own: whoever
// may write above it is nobody to configure it.
func Repository(folder string) string {
	for at := folder; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			return folder
		}
	}
}

// in returns the configuration of one folder.
func in(folder string) (string, error) {
	var found []string
	for _, name := range Names {
		path := filepath.Join(folder, name)
		switch _, err := os.Lstat(path); {
		case err == nil:
			found = append(found, path)
		case !errors.Is(err, fs.ErrNotExist):
			return "", fmt.Errorf("look for a configuration: %w", err)
		}
	}
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("%s and %s: one of them has to go", found[0], found[1])
}

// Read returns the text of a configuration.
func Read(path string) ([]byte, error) {
	// Opening a pipe to read would wait for a writer.
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read the configuration: %s is not a regular file", path)
	}
	text, err := io.ReadAll(io.LimitReader(file, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	return text, nil
}

// Skips reports whether a file or folder that is met while a folder is walked is left out: it is excluded, or files are
// listed and it is none of them. The path is relative to the folder of the configuration.
func (c *Config) Skips(path string, isFolder bool) bool {
	path = filepath.ToSlash(filepath.Clean(path))
	if !filepath.IsLocal(path) {
		return false
	}
	if anyPath(c.Exclude, path) {
		return true
	}
	return !isFolder && len(c.Files) > 0 && !anyPath(c.Files, path)
}

// anyPath reports whether one of the globs matches a path or a folder that it is in.
func anyPath(globs []Value[string], path string) bool {
	for at := path; at != "."; at = filepath.ToSlash(filepath.Dir(at)) {
		for _, glob := range globs {
			if ok, err := doublestar.Match(cleanGlob(glob.Value), at); ok && err == nil {
				return true
			}
		}
	}
	return false
}

// cleanGlob drops what makes no difference: "./charts/" is "charts".
func cleanGlob(glob string) string { return filepath.ToSlash(filepath.Clean(glob)) }
