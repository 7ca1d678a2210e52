package render

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/redislint/redislint/internal/manifest"
)

// buildFiles is the file system that a kustomization is built from: one folder, read only, under the path that it has,
// with kustomization files as they are to be built.
type buildFiles struct {
	*folder
	base string // the folder's path for kustomize: absolute, without links
	last string // the file that was read last

	edited   map[string][]byte // kustomization files that were read, by path in the folder
	origins  bool              // whether the kustomization asks for annotations of origin itself
	charts   []HelmChart
	problems []manifest.Error
}

func newBuildFiles(k *Kustomization) (*buildFiles, error) {
	root := k.Root
	if root == "" {
		root = k.Path
	}
	folder, err := openFolder(root, k.Path)
	if err != nil {
		return nil, err
	}
	folder.overlay = k.Overlay
	base, err := filepath.Abs(root)
	if err == nil {
		base, err = filepath.EvalSymlinks(base)
	}
	if err != nil {
		return nil, pathless(err)
	}
	return &buildFiles{folder: folder, base: base, edited: map[string][]byte{}}, nil
}

// path returns a path in the folder as kustomize has it.
func (f *buildFiles) path(within string) string {
	return filepath.Join(f.base, filepath.FromSlash(within))
}

// within returns a path of kustomize as one in the folder, or one that leads out of it and will be refused.
func (f *buildFiles) within(name string) string {
	if !filepath.IsAbs(name) {
		name = filepath.Join(f.path(f.top), name)
	}
	within, err := filepath.Rel(f.base, name)
	if err != nil {
		return ".."
	}
	return filepath.ToSlash(within)
}

var errReadOnly = errors.New("read-only file system")

// Create refuses.
func (*buildFiles) Create(string) (filesys.File, error) { return nil, errReadOnly }

// Mkdir refuses.
func (*buildFiles) Mkdir(string) error { return errReadOnly }

// MkdirAll refuses.
func (*buildFiles) MkdirAll(string) error { return errReadOnly }

// RemoveAll refuses.
func (*buildFiles) RemoveAll(string) error { return errReadOnly }

// WriteFile refuses.
func (*buildFiles) WriteFile(string, []byte) error { return errReadOnly }

// Open refuses: kustomize reads whole files.
func (*buildFiles) Open(string) (filesys.File, error) { return nil, errors.ErrUnsupported }

// IsDir reports whether a path is a folder.
func (f *buildFiles) IsDir(name string) bool {
	info, err := f.root.Stat(f.within(name))
	return err == nil && info.IsDir()
}

// Exists reports whether there is something at a path.
func (f *buildFiles) Exists(name string) bool {
	_, err := f.root.Stat(f.within(name))
	return err == nil
}

// ReadDir returns the names of what is in a folder.
func (f *buildFiles) ReadDir(name string) ([]string, error) {
	dir, err := f.root.Open(f.within(name))
	if err != nil {
		return nil, escape(err)
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	slices.Sort(names)
	return names, pathless(err)
}

// Glob returns the paths that match a pattern.
func (f *buildFiles) Glob(pattern string) ([]string, error) {
	names, err := fs.Glob(f.root.FS(), f.within(pattern))
	for i := range names {
		names[i] = f.path(names[i])
	}
	return names, err
}

// Walk refuses: building walks no folder.
func (*buildFiles) Walk(string, filepath.WalkFunc) error { return errors.ErrUnsupported }

// CleanedAbs returns a path without links, as a folder and the name of a file in it, "" for the folder itself.
func (f *buildFiles) CleanedAbs(name string) (filesys.ConfirmedDir, string, error) {
	within, err := f.resolve(f.within(name))
	if err != nil {
		return "", "", &fs.PathError{Op: "read", Path: f.name(f.within(name)), Err: err}
	}
	resolved := f.path(within)
	if f.IsDir(resolved) {
		return filesys.ConfirmedDir(resolved), "", nil
	}
	return filesys.ConfirmedDir(filepath.Dir(resolved)), filepath.Base(resolved), nil
}

// ReadFile reads a file.
func (f *buildFiles) ReadFile(name string) ([]byte, error) {
	within := f.within(name)
	if isKustomization(within) {
		return f.edit(within)
	}
	f.last = within
	data, err := f.read(within, maxFileBytes)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: f.name(within), Err: err}
	}
	return data, nil
}

// resolve follows the symbolic links on a path in the folder.
func (f *folder) resolve(name string) (string, error) {
	const maxLinks = 40
	at := "."
	links := 0
	for left := strings.Split(path.Clean(name), "/"); len(left) > 0; left = left[1:] {
		next := path.Join(at, left[0])
		if next == ".." {
			return "", errors.New("leads out of the folder that may be read")
		}
		info, err := f.root.Lstat(next)
		if err != nil {
			return "", escape(err)
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			at = next
			continue
		}
		target, err := f.root.Readlink(next)
		if err != nil {
			return "", escape(err)
		}
		if links++; links > maxLinks {
			return "", errors.New("too many symbolic links")
		}
		if filepath.IsAbs(target) {
			return "", errEscape
		}
		left = append([]string{""}, append(strings.Split(path.Clean(filepath.ToSlash(target)), "/"), left[1:]...)...)
	}
	return at, nil
}
