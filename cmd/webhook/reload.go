package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/redislint/redislint/internal/rules"
)

// What is read from a folder of rules at most; far above what a ConfigMap, or anybody, holds.
const (
	maxRuleFiles   = 2000
	maxRuleBytes   = 16 << 20 // of all files
	maxConfigBytes = 1 << 20
)

// compileTimeout bounds the compilation and the self-test of a policy.
const compileTimeout = 2 * time.Minute

// reloader keeps the policy that reviews are decided by: the newest that compiles and passes its self-test. It reads its
// sources every interval, rather than being told of changes, because a mounted ConfigMap changes by a swap of symbolic links.
type reloader[P any] struct {
	folder, file string // of rules, and of the configuration; "" for none
	interval     time.Duration
	compile      func(ctx context.Context, folder rules.Folder, config []byte) (P, error) // its FS is nil without a folder
	log          *slog.Logger
	metrics      *metrics

	mu      sync.Mutex
	policy  P
	loaded  time.Time // of policy; zero before the first
	applied [sha256.Size]byte
	refused [sha256.Size]byte // the newest sources, when they are not the applied ones
	fault   error             // why they are not, or why they cannot be read
}

// current returns the policy, which is P's zero value before the first.
func (r *reloader[P]) current() P {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.policy
}

// state is the condition that there is a policy. A newer one that was refused is told, and no reason not to be ready.
func (r *reloader[P]) state() (detail string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.loaded.IsZero() && r.fault != nil:
		return "", r.fault
	case r.loaded.IsZero():
		return "", errors.New("not compiled yet")
	case r.fault != nil:
		return fmt.Sprintf("those of %s stay in force: %v", r.loaded.UTC().Format(time.RFC3339), r.fault), nil
	}
	return "loaded " + r.loaded.UTC().Format(time.RFC3339), nil
}

// NeedLeaderElection says that every replica has policies.
func (r *reloader[P]) NeedLeaderElection() bool { return false }

// Start loads at once and every interval until ctx ends.
func (r *reloader[P]) Start(ctx context.Context) error {
	tick := time.NewTicker(r.interval)
	defer tick.Stop()
	for {
		r.load(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// load reads the sources and, when they are new, puts them in force or refuses them.
func (r *reloader[P]) load(ctx context.Context) {
	before, err := r.read()
	if err != nil {
		r.refuse([sha256.Size]byte{}, err)
		return
	}
	defer before.close()
	if r.known(before.hash) {
		return
	}
	bounded, cancel := context.WithTimeout(ctx, compileTimeout)
	defer cancel()
	policy, err := r.compile(bounded, rules.Folder{Name: r.folder, FS: before.rules, Empty: true}, before.config)
	if ctx.Err() != nil {
		return
	}
	// Somebody may have been writing all the while: what was compiled must be what is there.
	after, again := r.read()
	if again != nil {
		return
	}
	after.close()
	if after.hash != before.hash {
		return
	}
	if err != nil {
		r.refuse(before.hash, err)
		return
	}
	r.mu.Lock()
	r.policy, r.loaded, r.applied, r.fault = policy, time.Now(), before.hash, nil
	r.mu.Unlock()
	r.metrics.reloaded(nil)
	r.log.Info("policies in force", "hash", fmt.Sprintf("%x", before.hash[:6]))
}

// known reports whether the sources are those that were dealt with last. Sources that went back to those in force are well.
func (r *reloader[P]) known(hash [sha256.Size]byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.loaded.IsZero() && hash == r.applied {
		r.fault = nil
		return true
	}
	return r.fault != nil && hash == r.refused
}

// refuse leaves the last policy in force.
func (r *reloader[P]) refuse(hash [sha256.Size]byte, err error) {
	r.mu.Lock()
	told := r.fault != nil && r.fault.Error() == err.Error()
	r.fault, r.refused = err, hash
	r.mu.Unlock()
	if !told {
		r.metrics.reloaded(err)
		r.log.Error("policies refused", "error", err)
	}
}

// sources are what a policy is made of.
type sources struct {
	root   *os.Root
	rules  fs.FS // nil without a folder
	config []byte
	hash   [sha256.Size]byte
}

func (s *sources) close() {
	if s.root != nil {
		_ = s.root.Close()
	}
}

func (r *reloader[P]) read() (*sources, error) {
	s := &sources{}
	sum := sha256.New()
	if r.file != "" {
		content, err := readBounded(os.DirFS(filepath.Dir(r.file)), filepath.Base(r.file), maxConfigBytes)
		if err != nil {
			return nil, fmt.Errorf("read the configuration: %w", err)
		}
		s.config = content
		_, _ = fmt.Fprintf(sum, "config %d\n%s", len(content), content)
	}
	if r.folder != "" {
		root, err := os.OpenRoot(edition(r.folder))
		if err != nil {
			return nil, fmt.Errorf("read policies: %w", err)
		}
		s.root, s.rules = root, root.FS()
		if err := digest(sum, s.rules); err != nil {
			s.close()
			return nil, fmt.Errorf("read policies: %w", err)
		}
	}
	sum.Sum(s.hash[:0])
	return s, nil
}

// edition returns the folder that a mounted ConfigMap's files are in now. The kubelet never changes it: it makes another and
// points ..data there. Other folders are themselves.
func edition(folder string) string {
	if real, err := filepath.EvalSymlinks(filepath.Join(folder, "..data")); err == nil {
		return real
	}
	return folder
}

// digest writes the names and contents of the files that hold rules, in their order.
func digest(sum io.Writer, folder fs.FS) error {
	files, left := 0, int64(maxRuleBytes)
	return fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".rego":
			return nil
		}
		if files++; files > maxRuleFiles {
			return fmt.Errorf("more than %d files", maxRuleFiles)
		}
		content, err := readBounded(folder, name, left)
		if err != nil {
			return err
		}
		left -= int64(len(content))
		_, err = fmt.Fprintf(sum, "%q %d\n%s", name, len(content), content)
		return err
	})
}

// readBounded reads a regular file of at most so many bytes.
func readBounded(folder fs.FS, name string, most int64) ([]byte, error) {
	file, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", name)
	}
	content, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if int64(len(content)) > most {
		return nil, fmt.Errorf("%s: more than %d bytes", name, most)
	}
	return content, nil
}
