package render

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/ignore"
)

// Caps of what is read of a folder or an archive. Those of one chart are helm's own.
const (
	maxFiles      = 20_000
	maxTotalBytes = 100 << 20
	maxDepth      = 64 // folders within each other
)

// folder is a folder of the file system that nothing below is left from, by whatever symbolic link.
type folder struct {
	root  *os.Root
	top   string // the folder in it that the user named
	shown string // how
	files int
	bytes int64

	overlay map[string][]byte // what files are taken to hold, by their names
}

// openFolder opens root, in which top is. A root of "" is top itself.
func openFolder(root, top string) (*folder, error) {
	if root == "" {
		root = top
	}
	within, err := relative(root, top)
	if err != nil {
		return nil, err
	}
	opened, err := os.OpenRoot(root)
	if err != nil {
		return nil, pathless(err)
	}
	return &folder{root: opened, top: within, shown: filepath.ToSlash(filepath.Clean(top))}, nil
}

// relative returns the path of a folder in another one that holds it, symbolic links to both aside.
func relative(root, at string) (string, error) {
	for _, resolve := range []func(string) (string, error){filepath.Abs, filepath.EvalSymlinks} {
		var errs [2]error
		root, errs[0] = resolve(root)
		at, errs[1] = resolve(at)
		if err := errors.Join(errs[:]...); err != nil {
			return "", pathless(err)
		}
		if within, err := filepath.Rel(root, at); err == nil && filepath.IsLocal(within) {
			return filepath.ToSlash(within), nil
		}
	}
	return "", fmt.Errorf("%s is not in %s", at, root)
}

// close ends the use of the folder.
func (f *folder) close() { _ = f.root.Close() } // it was only read

// name returns a path in the folder as the user would write it.
func (f *folder) name(within string) string {
	fromTop, err := filepath.Rel(filepath.FromSlash(f.top), filepath.FromSlash(within))
	if err != nil {
		fromTop = within
	}
	return path.Join(f.shown, filepath.ToSlash(fromTop))
}

// read reads a regular file.
func (f *folder) read(name string, limit int64) ([]byte, error) {
	// Opening a pipe would wait for a writer.
	file, err := f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, escape(err)
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, pathless(err)
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	case info.Size() > limit:
		return nil, fmt.Errorf("file is larger than %s", size(limit))
	}
	if f.files++; f.files > maxFiles {
		return nil, fmt.Errorf("more than %d files", maxFiles)
	}
	if f.bytes += info.Size(); f.bytes > maxTotalBytes {
		return nil, fmt.Errorf("more than %s in all", size(maxTotalBytes))
	}
	if data, ok := f.overlay[f.name(name)]; ok {
		return data, nil
	}
	data, err := io.ReadAll(io.LimitReader(file, limit))
	return data, pathless(err)
}

// escape says plainly why os.Root does not follow a link.
func escape(err error) error {
	if strings.Contains(err.Error(), "path escapes from parent") {
		return errEscape
	}
	return pathless(err)
}

var errEscape = errors.New("symbolic link leads out of the folder")

// chart reads the files of the chart in the folder as helm would, in their order.
func (f *folder) chart() ([]*loader.BufferedFile, error) {
	w := chartWalk{folder: f, rules: ignore.Empty()}
	list := path.Join(f.top, ignore.HelmIgnore)
	if text, err := f.read(list, loader.MaxDecompressedFileSize); err == nil {
		if w.rules, err = ignore.Parse(bytes.NewReader(text)); err != nil {
			return nil, &problem{File: f.name(list), Message: err.Error()}
		}
	}
	w.rules.AddDefaults()
	err := w.walk("", nil)
	return w.files, err
}

type chartWalk struct {
	folder *folder
	rules  *ignore.Rules
	files  []*loader.BufferedFile
}

// walk adds what is in a folder of the chart. above are the folders that it is in.
func (w *chartWalk) walk(within string, above []fs.FileInfo) error {
	at := path.Join(w.folder.top, within)
	dir, err := w.folder.root.Open(at)
	if err != nil {
		return w.fail(at, escape(err))
	}
	defer dir.Close()
	this, err := dir.Stat()
	switch {
	case err != nil:
		return w.fail(at, pathless(err))
	case len(above) > maxDepth:
		return w.fail(at, fmt.Errorf("folders are nested deeper than %d levels", maxDepth))
	case slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, this) }):
		return w.fail(at, errors.New("symbolic link leads to a folder that it is in"))
	}
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return w.fail(at, pathless(err))
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, entry := range entries {
		if err := w.entry(path.Join(within, entry.Name()), entry, append(slices.Clip(above), this)); err != nil {
			return err
		}
	}
	return nil
}

func (w *chartWalk) entry(within string, entry fs.DirEntry, above []fs.FileInfo) error {
	at := path.Join(w.folder.top, within)
	info, err := entry.Info()
	if err == nil && entry.Type()&fs.ModeSymlink != 0 {
		link := info
		if info, err = w.folder.root.Stat(at); err != nil {
			if w.rules.Ignore(within, link) {
				return nil
			}
			return w.fail(at, escape(err))
		}
	}
	switch {
	case err != nil:
		return w.fail(at, pathless(err))
	case w.rules.Ignore(within, info):
		return nil
	case info.IsDir():
		return w.walk(within, above)
	}
	data, err := w.folder.read(at, loader.MaxDecompressedFileSize)
	if err != nil {
		return w.fail(at, err)
	}
	w.files = append(w.files, &loader.BufferedFile{Name: within, Data: bytes.TrimPrefix(data, byteOrderMark)})
	return nil
}

func (w *chartWalk) fail(at string, err error) error {
	return &problem{File: w.folder.name(at), Message: err.Error()}
}

var byteOrderMark = []byte("\xef\xbb\xbf")
