package manifest

import (
	"cmp"
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

// PathError says that a path given by the user is not there.
type PathError struct {
	Path string
	Err  error // without the path
}

func (e *PathError) Error() string { return fmt.Sprintf("read %s: %v", e.Path, e.Err) }

// Unwrap returns the reason.
func (e *PathError) Unwrap() error { return e.Err }

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
	l.inputs = append(l.inputs, l.opts.Inputs...)
	if limit := l.set.add(l.inputs); limit != nil {
		return nil, &LimitError{Message: limit.File + ": " + limit.Message}
	}
	l.inputs, l.files = nil, nil
	l.set.decode(ctx, fresh, l.opts.Sign)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
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
	total  int64 // bytes of files

	seenStdin bool
}

// found is a file to be read.
type found struct {
	path  string // for the operating system; "" when the bytes are there already, from standard input
	input Input
}

func (l *loader) path(path string, stdin io.Reader) error {
	if path == "-" {
		return l.stdin(stdin)
	}
	info, err := os.Stat(path)
	if err != nil {
		return &PathError{Path: path, Err: withoutPath(err)}
	}
	if info.IsDir() {
		return l.walk(path)
	}
	return l.add(path)
}

func (l *loader) stdin(stdin io.Reader) error {
	name := cmp.Or(l.opts.StdinName, Stdin)
	if stdin == nil || l.seenStdin {
		return nil
	}
	l.seenStdin = true
	data, err := io.ReadAll(io.LimitReader(stdin, l.opts.MaxFileBytes+1))
	if err != nil {
		l.fail(name, err)
		return nil
	}
	l.files = append(l.files, found{input: Input{Name: name, Data: data}})
	return nil
}

// add notes a file to be read unless it cannot be.
func (l *loader) add(path string) error {
	name := cleanName(path)
	if l.seen[name] {
		return nil
	}
	l.seen[name] = true
	info, err := os.Stat(path)
	if err == nil {
		err = readable(info, l.opts.MaxFileBytes)
	}
	if err != nil {
		l.fail(path, err)
		return nil
	}
	if l.total += info.Size(); l.total > l.opts.MaxTotalBytes {
		return &LimitError{Message: name + ": " + tooMuch(l.opts.MaxTotalBytes)}
	}
	l.files = append(l.files, found{path: path, input: Input{Name: name}})
	return nil
}

func (l *loader) fail(path string, err error) {
	l.set.Errors = append(l.set.Errors, Error{File: cleanName(path), Message: withoutPath(err).Error()})
}

func (l *loader) notice(path, message string) {
	l.set.Notices = append(l.set.Notices, Notice{File: cleanName(path), Message: message})
}

// cleanName is a path as it is shown.
func cleanName(path string) string { return filepath.ToSlash(filepath.Clean(path)) }

// withoutPath drops the path that package os puts in front of its errors.
func withoutPath(err error) error {
	if inner := new(fs.PathError); errors.As(err, &inner) {
		return inner.Err
	}
	return err
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
		case l.opts.Skip != nil && l.opts.Skip(filepath.Clean(path)):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir():
			return l.enter(path, filepath.Clean(path) == filepath.Clean(root))
		case !isManifest(entry.Name()):
			return nil
		case entry.Type()&fs.ModeSymlink != 0:
			return l.follow(path, real)
		default:
			return l.add(path)
		}
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
			l.notice(path, "templates of a Helm chart are not read: the chart has to be rendered")
			return fs.SkipDir
		}
	}
	return nil
}

// follow adds the file a symbolic link leads to, when that is a regular file below the real root.
func (l *loader) follow(path, root string) error {
	info, err := os.Stat(path)
	if err != nil {
		l.fail(path, err)
		return nil
	}
	if info.IsDir() {
		return nil
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		l.fail(path, err)
		return nil
	}
	if rel, err := filepath.Rel(root, target); err != nil || !filepath.IsLocal(rel) {
		l.notice(path, "symbolic link leads out of the folder and is not followed; name the file to have it read")
		return nil
	}
	return l.add(path)
}

func isManifest(name string) bool {
	switch filepath.Ext(name) {
	case ".yaml", ".yml", ".json":
		return true
	default:
		return false
	}
}

// read reads the files found, in parallel.
func (l *loader) read() error {
	errs := make([]error, len(l.files))
	parallel(len(l.files), func() func(int) {
		return func(i int) {
			if f := &l.files[i]; f.path != "" && l.ctx.Err() == nil {
				f.input.Data, errs[i] = l.text(f.path)
			}
		}
	})
	if err := l.ctx.Err(); err != nil {
		return err
	}
	for i, f := range l.files {
		if errs[i] != nil {
			l.fail(f.path, errs[i])
			continue
		}
		l.inputs = append(l.inputs, f.input)
	}
	return nil
}

// text returns the text of a file, or what stands for it.
func (l *loader) text(path string) ([]byte, error) {
	if l.opts.Text != nil {
		if text, stands := l.opts.Text(path); stands {
			return text, nil
		}
	}
	return readFile(path, l.opts.MaxFileBytes)
}

// readFile reads a regular file of limited size, and never waits for anything else.
func readFile(path string, limit int64) ([]byte, error) {
	// The path may have become a pipe since it was looked at; opening one to read would wait for a writer.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
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
