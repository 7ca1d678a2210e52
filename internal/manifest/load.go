package manifest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Stdin is the name shown for what was read from standard input.
const Stdin = "<stdin>"

// PathError says that a path given by the user does not exist.
type PathError struct {
	Path string
	Err  error
}

func (e *PathError) Error() string {
	return fmt.Sprintf("read %s: %v", e.Path, errors.Unwrap(e))
}

// Unwrap returns the reason without the path.
func (e *PathError) Unwrap() error {
	var inner *fs.PathError
	if errors.As(e.Err, &inner) {
		return inner.Err
	}
	return e.Err
}

// LimitError says that the input as a whole is more than the Options allow.
type LimitError struct{ Message string }

func (e *LimitError) Error() string { return e.Message }

// Load reads files and folders, "-" being stdin. A folder is walked for .yaml, .yml and .json files, a file named by the
// user is read whatever it is called; what is met twice is read once. Names in the Set are the paths as given, joined
// with what was found below, cleaned and with slashes.
//
// The error is a *PathError, a *LimitError or that of ctx; what can be told file by file is in the Set's Errors.
func Load(ctx context.Context, paths []string, stdin io.Reader, opts Options) (*Set, error) {
	l := loader{ctx: ctx, opts: opts.withDefaults(), seen: make(map[string]bool), set: new(Set)}
	l.set.opts = l.opts
	for _, path := range paths {
		if err := l.path(path, stdin); err != nil {
			return nil, err
		}
	}
	if err := l.read(); err != nil {
		return nil, err
	}
	l.set.add(l.inputs)
	l.inputs = nil
	if len(l.set.documents) == l.opts.MaxDocuments {
		// Only a hit limit leaves exactly that many documents and an Error that says so.
		for _, e := range l.set.Errors {
			if e.Message == tooMany(l.opts) {
				return nil, &LimitError{Message: e.File + ": " + e.Message}
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l.set.decode(fresh, l.opts.Sign)
	return l.set, nil
}

// loader finds the files to read and then reads them.
type loader struct {
	ctx    context.Context
	opts   Options
	set    *Set
	seen   map[string]bool
	files  []found
	inputs []Input
	total  int64
}

// found is a file to be read; its bytes are there already when it came from standard input.
type found struct {
	path  string // for the operating system
	input Input
	read  bool
}

func (l *loader) path(path string, stdin io.Reader) error {
	if path == "-" {
		return l.stdin(stdin)
	}
	info, err := os.Stat(path)
	if err != nil {
		return &PathError{Path: path, Err: err}
	}
	if info.IsDir() {
		return l.walk(path)
	}
	l.add(path)
	return nil
}

func (l *loader) stdin(stdin io.Reader) error {
	if stdin == nil || l.seen[Stdin] {
		return nil
	}
	l.seen[Stdin] = true
	data, err := io.ReadAll(io.LimitReader(stdin, l.opts.MaxFileBytes+1))
	if err != nil {
		l.fail(Stdin, err)
		return nil
	}
	l.files = append(l.files, found{input: Input{Name: Stdin, Data: data}, read: true})
	return nil
}

func (l *loader) add(path string) {
	name := filepath.ToSlash(filepath.Clean(path))
	if l.seen[name] {
		return
	}
	l.seen[name] = true
	l.files = append(l.files, found{path: path, input: Input{Name: name}})
}

func (l *loader) fail(name string, err error) {
	var inner *fs.PathError
	if errors.As(err, &inner) {
		err = inner.Err
	}
	l.set.Errors = append(l.set.Errors, Error{File: filepath.ToSlash(filepath.Clean(name)), Message: err.Error()})
}

// walk adds the manifests of a folder in lexical order. Hidden folders, node_modules and the templates of a chart are
// left out. Symbolic links are followed to regular files within the folder, and nowhere else.
func (l *loader) walk(root string) error {
	real, err := filepath.EvalSymlinks(root)
	if err != nil {
		l.fail(root, err)
		return nil
	}
	return filepath.WalkDir(root+string(filepath.Separator), func(path string, entry fs.DirEntry, err error) error {
		if err := l.ctx.Err(); err != nil {
			return err
		}
		switch {
		case err != nil:
			l.fail(path, err)
			return nil
		case entry.IsDir():
			return l.enter(path, filepath.Clean(path) == filepath.Clean(root))
		case !isManifest(entry.Name()):
			return nil
		case entry.Type()&fs.ModeSymlink != 0:
			l.follow(path, real)
		default:
			l.add(path)
		}
		return nil
	})
}

// enter decides whether a folder is walked.
func (l *loader) enter(path string, root bool) error {
	name := filepath.Base(path)
	if !root && (strings.HasPrefix(name, ".") || name == "node_modules") {
		return fs.SkipDir
	}
	if name == "templates" {
		chart := filepath.Join(filepath.Dir(filepath.Clean(path)), "Chart.yaml")
		if _, err := os.Stat(chart); err == nil {
			l.set.Notices = append(l.set.Notices, Notice{
				File:    filepath.ToSlash(filepath.Clean(path)),
				Message: "templates of a Helm chart are not read: the chart has to be rendered",
			})
			return fs.SkipDir
		}
	}
	return nil
}

// follow adds the file a symbolic link leads to, when that is a regular file below the real root.
func (l *loader) follow(path, root string) {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		l.fail(path, err)
		return
	}
	info, err := os.Stat(target)
	if err != nil {
		l.fail(path, err)
		return
	}
	if info.IsDir() {
		return
	}
	if rel, err := filepath.Rel(root, target); err != nil || !filepath.IsLocal(rel) {
		l.set.Notices = append(l.set.Notices, Notice{
			File:    filepath.ToSlash(filepath.Clean(path)),
			Message: "symbolic link leads out of the folder and is not followed; name the file to have it read",
		})
		return
	}
	l.add(path)
}

func isManifest(name string) bool {
	switch filepath.Ext(name) {
	case ".yaml", ".yml", ".json":
		return true
	default:
		return false
	}
}

// read reads the files found, in parallel, until their total is too large.
func (l *loader) read() error {
	errs := make([]error, len(l.files))
	parallel(len(l.files), 1, func() func(int) {
		return func(i int) {
			if f := &l.files[i]; !f.read && l.ctx.Err() == nil {
				f.input.Data, errs[i] = readFile(f.path, l.opts.MaxFileBytes)
			}
		}
	})
	if err := l.ctx.Err(); err != nil {
		return err
	}
	for i, f := range l.files {
		if errs[i] != nil {
			l.fail(f.input.Name, errs[i])
			continue
		}
		l.total += int64(len(f.input.Data))
		l.inputs = append(l.inputs, f.input)
	}
	if l.total > l.opts.MaxTotalBytes {
		return &LimitError{Message: fmt.Sprintf("more than %d bytes in all (--max-total-bytes)", l.opts.MaxTotalBytes)}
	}
	return nil
}

// readFile reads a regular file of limited size, and never waits for anything else.
func readFile(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if err := readable(info, limit); err != nil {
		return nil, err
	}
	// The path may have become a pipe since; opening one to read would wait for a writer.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return nil, err
	}
	if err := readable(info, limit); err != nil {
		return nil, err
	}
	data := make([]byte, info.Size())
	n, err := io.ReadFull(f, data)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	return data[:n], nil
}

func readable(info fs.FileInfo, limit int64) error {
	switch {
	case !info.Mode().IsRegular():
		return errors.New("not a regular file; pipe it to standard input and name it -")
	case info.Size() > limit:
		return errors.New(tooLarge(limit))
	default:
		return nil
	}
}
