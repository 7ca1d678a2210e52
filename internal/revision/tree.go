package revision

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mostNested bounds submodules in submodules.
const mostNested = 8

// Tree are the files of one commit, in a folder of their own.
type Tree struct {
	Root   string // absolute, without symbolic links
	folder string // that is removed in the end
}

// Extract writes the files of a commit as Git would check them out, with those of the submodules below the given paths,
// which are relative to the repository's root. The repository is left as it is, whatever happens.
func (r *Repository) Extract(ctx context.Context, commit string, below []string) (*Tree, error) {
	folder, err := os.MkdirTemp("", "redislint-revision-")
	if err == nil {
		folder, err = filepath.EvalSymlinks(folder)
	}
	if err != nil {
		return nil, fmt.Errorf("make a folder for the files of %.12s: %w", commit, err)
	}
	t := &Tree{Root: filepath.Join(folder, "tree"), folder: folder}
	// It ends what belongs together, as in the repository itself.
	err = os.MkdirAll(filepath.Join(t.Root, ".git"), 0o700)
	if err == nil {
		err = t.extract(ctx, git{folder: r.Root}, commit, "", below, 0)
	}
	if err == nil {
		err = t.refusePointers(below)
	}
	if err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// Close removes the files.
func (t *Tree) Close() error { return os.RemoveAll(t.folder) }

// extract writes the files of a commit into a folder of the tree, and those of its submodules.
func (t *Tree) extract(ctx context.Context, git git, commit, into string, below []string, nested int) error {
	git.index = filepath.Join(t.folder, "index")
	if err := os.RemoveAll(git.index); err != nil {
		return fmt.Errorf("clear the index: %w", err)
	}
	if _, err := git.run(ctx, "read-tree", commit); err != nil {
		return err
	}
	listed, err := git.run(ctx, "ls-files", "--stage", "-z")
	if err != nil {
		return err
	}
	if _, err := git.run(ctx, "checkout-index", "--all", "--force", "--prefix="+filepath.ToSlash(filepath.Join(t.Root, into))+"/"); err != nil {
		return err
	}
	for line := range strings.SplitSeq(listed, "\x00") {
		// "160000 <commit> 0\t<path>" is a submodule.
		entry, name, _ := strings.Cut(line, "\t")
		fields := strings.Fields(entry)
		if len(fields) != 3 || fields[0] != "160000" {
			continue
		}
		path := filepath.Join(into, filepath.FromSlash(name))
		if !filepath.IsLocal(path) || !anyAround(below, path) {
			continue
		}
		if err := t.submodule(ctx, filepath.Join(git.folder, filepath.FromSlash(name)), fields[1], path, below, nested+1); err != nil {
			return err
		}
	}
	return nil
}

// submodule writes the files of a submodule. One that is not checked out today is not looked at today either.
func (t *Tree) submodule(ctx context.Context, folder, commit, path string, below []string, nested int) error {
	if _, err := os.Lstat(filepath.Join(folder, ".git")); err != nil {
		return nil
	}
	git := git{folder: folder, apart: true}
	if _, err := git.run(ctx, "cat-file", "-e", commit+"^{commit}"); err != nil || nested > mostNested {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("the submodule %s does not have its former commit %.12s: git -C %s fetch", path, commit, path)
	}
	return t.extract(ctx, git, commit, path, below, nested)
}

// anyAround reports whether a path holds one of others, or lies in it.
func anyAround(others []string, path string) bool {
	return slices.ContainsFunc(others, func(other string) bool { return within(other, path) || within(path, other) })
}

// within reports whether a path is a folder's or lies in it.
func within(folder, path string) bool {
	below, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(below)
}

// pointer begins what Git LFS leaves in place of a file that it has not fetched.
var pointer = []byte("version https://git-lfs.github.com/spec/")

// refusePointers reports the first manifest or packaged chart below the given paths of which there is only a pointer.
func (t *Tree) refusePointers(below []string) error {
	const largest = 1024 // of pointers
	for _, path := range below {
		err := filepath.WalkDir(filepath.Join(t.Root, path), func(file string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() || !slices.Contains([]string{".yaml", ".yml", ".json", ".tgz"}, filepath.Ext(file)) {
				return nil // what is not there was not there
			}
			if info, err := entry.Info(); err != nil || info.Size() > largest {
				return nil
			}
			if begins(file, pointer) {
				name, _ := filepath.Rel(t.Root, file)
				return fmt.Errorf("of %s as it was there is only a pointer of Git LFS: install git-lfs, then git lfs fetch --all", name)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func begins(path string, start []byte) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	first := make([]byte, len(start))
	_, err = io.ReadFull(file, first)
	return err == nil && bytes.Equal(first, start)
}
