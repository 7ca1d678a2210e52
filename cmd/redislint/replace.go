package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// replace writes a file as a whole or not at all: what was there stays until all has been written. A link is followed; a
// device or a pipe is written to as it is.
func replace(path string, write func(io.Writer) error) error {
	before, err := os.Stat(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return withoutPath(err)
	}
	if err == nil && !replaceable(path, before) {
		return pour(path, write)
	}
	target := path
	if err == nil {
		if target, err = filepath.EvalSymlinks(path); err != nil {
			return withoutPath(err)
		}
	}
	temporary, err := beside(target)
	if err != nil {
		return err
	}
	err = write(temporary)
	if err == nil && before != nil {
		err = temporary.Chmod(before.Mode().Perm())
	}
	if err = errors.Join(err, temporary.Close()); err == nil {
		err = os.Rename(temporary.Name(), target)
	}
	if err != nil {
		_ = os.Remove(temporary.Name()) // the first error says more
	}
	return withoutPath(err)
}

// replaceable reports whether a file is one that another can take the place of. What is below /dev may be a link to a
// file that a shell writes to.
func replaceable(path string, info fs.FileInfo) bool {
	absolute, err := filepath.Abs(path)
	return info.Mode().IsRegular() && (err != nil || !strings.HasPrefix(filepath.ToSlash(absolute), "/dev/"))
}

func pour(path string, write func(io.Writer) error) error {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return withoutPath(err)
	}
	return errors.Join(write(out), out.Close())
}

// beside creates a file in the folder of another one, with the permissions of any new file. Its name is none that
// redislint reads.
func beside(path string) (*os.File, error) {
	name := filepath.Join(filepath.Dir(path), ".redislint-"+rand.Text())
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return nil, withoutPath(err)
	}
	return file, nil
}

// writable returns what is at a path, nil for nothing, or why replace would fail there.
func writable(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		info = nil
	case err != nil:
		return nil, withoutPath(err)
	case info.IsDir():
		return nil, syscall.EISDIR
	case !replaceable(path, info):
		return info, nil // to open a pipe would wait for its reader
	default:
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, withoutPath(err)
		}
		if err := file.Close(); err != nil {
			return nil, withoutPath(err)
		}
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return nil, withoutPath(err)
		}
	}
	file, err := beside(path)
	if err != nil {
		return nil, fmt.Errorf("in its folder: %w", err)
	}
	return info, withoutPath(errors.Join(file.Close(), os.Remove(file.Name())))
}

// withoutPath drops the path that package os puts in front of its errors.
func withoutPath(err error) error {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		return inner.Err
	}
	if inner, ok := errors.AsType[*os.LinkError](err); ok {
		return inner.Err
	}
	return err
}
