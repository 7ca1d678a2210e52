package ci

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// need skips a test for want of a program, but not where CI runs.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, name := range programs {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
}

// shell runs commands in a folder with an environment of its own.
type shell struct {
	folder string
	env    []string
}

// newShell has a home of its own, and of Go's caches those that are there.
func newShell(t *testing.T, home string) shell {
	t.Helper()
	config := filepath.Join(home, "gitconfig")
	if err := os.WriteFile(config, []byte("[user]\nname = Shop\nemail = shop@example.com\n[init]\ndefaultBranch = main\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := shell{folder: home, env: append(os.Environ(),
		"HOME="+home, "GIT_CONFIG_GLOBAL="+config, "GIT_CONFIG_NOSYSTEM=1", "PRE_COMMIT_HOME="+filepath.Join(home, "pre-commit"),
		"PATH="+folder+string(filepath.ListSeparator)+os.Getenv("PATH"), "PRE_COMMIT_COLOR=never",
	)}
	for _, name := range []string{"GOMODCACHE", "GOCACHE", "GOPROXY", "GOFLAGS"} {
		out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		s.env = append(s.env, name+"="+strings.TrimSpace(string(out)))
	}
	return s
}

func (s shell) try(t *testing.T, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = s.folder, s.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (s shell) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := s.try(t, name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return out
}

func (s shell) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(s.folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// published is a repository with what pre-commit takes of this one, changes that are not committed too. It returns its
// commit.
func (s shell) published(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"cmd", "internal", "policies"} {
		if err := os.CopyFS(filepath.Join(s.folder, name), os.DirFS(filepath.Join("..", "..", name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum", ".pre-commit-hooks.yaml"} {
		s.write(t, name, string(read(t, name)))
	}
	s.run(t, "git", "init", "--quiet")
	s.run(t, "git", "add", ".")
	s.run(t, "git", "commit", "--quiet", "--message=release")
	return strings.TrimSpace(s.run(t, "git", "rev-parse", "HEAD"))
}

const statefulSet = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis, namespace: shop}
spec:
  serviceName: redis
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      containers:
        - name: redis
          image: redis:7.4.1
          args: [/etc/redis.conf]
          resources:
            requests: {memory: 2Gi}
            limits: {memory: 2Gi}
          volumeMounts: [{name: config, mountPath: /etc/redis.conf, subPath: redis.conf}]
      volumes: [{name: config, configMap: {name: redis}}]
`

func configMap(maxmemory string) string {
	return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: redis, namespace: shop}\ndata:\n  redis.conf: maxmemory " + maxmemory + "\n"
}

// A repository with the hook as a user has it: git commit runs pre-commit, which runs redislint on the files that change.
func TestPreCommit(t *testing.T) {
	t.Parallel()
	need(t, "pre-commit", "git")
	home := t.TempDir()
	hooks := newShell(t, home)
	hooks.folder = filepath.Join(home, "redislint")
	revision := hooks.published(t)
	// The second takes the redislint that is installed. The first, which is the README's, builds it, with the Go that is.
	readme := strings.NewReplacer("https://github.com/redislint/redislint", hooks.folder, "v0.1.0", revision).
		Replace(block(t, "README.md", ".pre-commit-config.yaml")) + "default_language_version: {golang: system}\n"
	installed := fmt.Sprintf("repos:\n  - {repo: %q, rev: %s, hooks: [{id: redislint-system}]}\n", hooks.folder, revision)
	for _, config := range []string{readme, installed} {
		s := newShell(t, home)
		s.folder = t.TempDir()
		s.write(t, ".pre-commit-config.yaml", config)
		s.run(t, "git", "init", "--quiet")
		s.run(t, "pre-commit", "install")
		commit := func(want string) {
			t.Helper()
			s.run(t, "git", "add", ".")
			before, _ := s.try(t, "git", "rev-parse", "HEAD")
			out, err := s.try(t, "git", "commit", "--message=change")
			after, _ := s.try(t, "git", "rev-parse", "HEAD")
			if want == "" {
				if err != nil || before == after {
					t.Fatalf("%s: %v\n%s", config, err, out)
				}
				return
			}
			if err == nil || before != after || !strings.Contains(out, want) {
				t.Fatalf("%s: want %s, got %v\n%s", config, want, err, out)
			}
		}
		s.write(t, "README.yaml", "no: manifest, though of Redis\n")
		s.write(t, "shop/config.yaml", configMap("1gb"))
		s.write(t, "shop/redis.yaml", strings.Replace(statefulSet, "requests: {memory: 2Gi}", "requests: {memory: 1Gi}", 1))
		commit("15:32  error  memory-request-below-limit")
		s.write(t, "shop/redis.yaml", statefulSet)
		commit("")
		// One of two files changes, and what it breaks stands in the other one.
		s.write(t, "shop/config.yaml", configMap("2gb"))
		commit("16:30  error  maxmemory-too-high")
		s.write(t, "shop/config.yaml", configMap("1200mb"))
		commit("")
		s.write(t, "shop/redis.yaml", strings.ReplaceAll(statefulSet, "2Gi", "1Gi"))
		commit("error  maxmemory-too-high")
	}
}
