// Package revision puts the files of a Git repository, as they were at another commit, into a folder of their own. It knows
// Git and nothing of what the files hold.
//
// It asks the git program, as that is what the user's repository works with: its filters, submodules and partial clones.
// A library would weigh on every start of redislint, and know fewer repositories.
package revision

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Repository is the Git repository that a folder lies in.
type Repository struct {
	Root    string // absolute, without symbolic links
	shallow bool
}

// Open finds the repository of a folder.
func Open(ctx context.Context, folder string) (*Repository, error) {
	if _, err := exec.LookPath("git"); err != nil {
		return nil, errors.New("git is not installed, or not in PATH")
	}
	out, err := git{folder: folder}.run(ctx, "rev-parse", "--is-shallow-repository", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	shallow, root, ok := strings.Cut(strings.TrimSuffix(out, "\n"), "\n")
	if !ok {
		return nil, fmt.Errorf("git rev-parse answered %q", out)
	}
	if root, err = filepath.EvalSymlinks(filepath.FromSlash(root)); err != nil {
		return nil, fmt.Errorf("find the repository's folder: %w", err)
	}
	return &Repository{Root: root, shallow: shallow == "true"}, nil
}

// MergeBase returns the commit at which HEAD began to differ from a revision: a branch, a tag, a commit or what else Git
// takes for one.
func (r *Repository) MergeBase(ctx context.Context, rev string) (string, error) {
	if rev == "" || strings.HasPrefix(rev, "-") {
		return "", fmt.Errorf("%q is not a revision", rev)
	}
	git := git{folder: r.Root}
	if _, err := git.run(ctx, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"); err != nil {
		return "", errors.Join(errors.New("the repository has no commit yet"), ctx.Err())
	}
	if _, err := git.run(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}"); err != nil {
		return "", errors.Join(fmt.Errorf("the repository has no revision %s%s", rev, r.hint()), ctx.Err())
	}
	out, err := git.run(ctx, "merge-base", rev, "HEAD")
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	commit, _, _ := strings.Cut(out, "\n")
	if err != nil || commit == "" {
		return "", fmt.Errorf("%s and HEAD have no commit in common%s", rev, r.hint())
	}
	return commit, nil
}

// hint says how a repository comes by what it lacks.
func (r *Repository) hint() string {
	if r.shallow {
		return "; this clone is shallow: git fetch --unshallow, or in GitHub Actions fetch-depth: 0 for actions/checkout"
	}
	return ""
}

// Below returns a path relative to the repository's root, or false when it lies outside. Symbolic links in the path's
// folder are followed, as Git knows no path that leads through one.
func (r *Repository) Below(path string) (string, bool) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", false
	}
	if folder, err := filepath.EvalSymlinks(filepath.Dir(absolute)); err == nil {
		absolute = filepath.Join(folder, filepath.Base(absolute))
	}
	below, err := filepath.Rel(r.Root, absolute)
	return below, err == nil && filepath.IsLocal(below)
}

// Moves returns the files that had other names at a commit, by the name they have in the work tree today. Files that Git
// does not track are not among them.
func (r *Repository) Moves(ctx context.Context, commit string) (map[string]string, error) {
	out, err := git{folder: r.Root}.run(ctx, "diff", "--name-status", "-z", "--find-renames", "--diff-filter=R",
		"--no-ext-diff", "--no-textconv", "--ignore-submodules", commit, "--")
	if err != nil {
		return nil, err
	}
	moved := map[string]string{}
	for fields := range slices.Chunk(strings.Split(strings.TrimSuffix(out, "\x00"), "\x00"), 3) {
		if len(fields) == 3 {
			moved[filepath.FromSlash(fields[2])] = filepath.FromSlash(fields[1])
		}
	}
	return moved, nil
}

// git runs git in a folder.
type git struct {
	folder string
	index  string // another index than the repository's
	apart  bool   // whatever repository a hook runs in is not the folder's
}

// hookVariables are what Git sets for hooks and what then leads away from the repository of a folder.
var hookVariables = []string{
	"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR",
}

func (g git) run(ctx context.Context, args ...string) (string, error) {
	// A repository may name programs to run at all occasions; none of these is one.
	cmd := exec.CommandContext(ctx, "git", append([]string{"-c", "core.hooksPath=" + os.DevNull, "-c", "core.fsmonitor=false"}, args...)...)
	cmd.Dir = g.folder
	cmd.Env = slices.DeleteFunc(os.Environ(), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return g.apart && slices.Contains(hookVariables, name) || g.index != "" && name == "GIT_INDEX_FILE"
	})
	cmd.Env = append(cmd.Env, "LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0")
	if g.index != "" {
		cmd.Env = append(cmd.Env, "GIT_INDEX_FILE="+g.index)
	}
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return out.String(), fmt.Errorf("git %s: %w", args[0], reason(said.String(), err))
	}
	return out.String(), nil
}

// reason is the first thing that Git complains about.
func reason(said string, err error) error {
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		for _, prefix := range []string{"fatal: ", "error: "} {
			if text, ok := strings.CutPrefix(line, prefix); ok {
				return errors.New(text)
			}
		}
	}
	return err
}
