package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// The names of what is measured, as in the tables and in -only.
const (
	redislint       = "redislint"
	conftest        = "conftest"         // each document for itself: rules that need two objects are silent
	conftestCombine = "conftest-combine" // --combine: all documents at once, the same rules as redislint's
	kubeScore       = "kube-score"
	floor           = "floor"
)

// program is one thing to measure.
type program struct {
	name string
	peer bool
	// commands are the command lines that together judge the case.
	commands func(testCase) [][]string
	// count tells how much a program has found from what it has printed, to see that it did its work.
	count func(printed []byte) (int, error)
}

// build compiles the programs into dir as their releases are.
func build(ctx context.Context, dir string, only []string, stderr io.Writer) ([]program, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	binary := func(name string) string { return filepath.Join(dir, name) }
	all := []program{
		{name: redislint, count: countRedislint, commands: func(c testCase) [][]string {
			return [][]string{{binary("redislint"), "lint", "-o", "json", c.path}}
		}},
		{name: conftest, peer: true, count: countLines(`"msg": `), commands: func(c testCase) [][]string {
			return [][]string{{binary("conftest"), "test", "--policy", "policy", "--no-color", "--output", "json", c.path}}
		}},
		{name: conftestCombine, peer: true, count: countLines(`"msg": `), commands: func(c testCase) [][]string {
			return [][]string{{binary("conftest"), "test", "--combine", "--policy", "policy", "--no-color", "--output", "json", c.path}}
		}},
		{name: kubeScore, peer: true, count: countLines("[CRITICAL]", "[WARNING]"), commands: func(c testCase) [][]string {
			// Of its formats "ci" is the fastest. It opens every file before it reads the first.
			var commands [][]string
			for files := range slices.Chunk(c.files, 15_000) {
				commands = append(commands, append([]string{binary("kube-score"), "score", "--output-format", "ci"}, files...))
			}
			return commands
		}},
		{name: floor, count: countLines("documents"), commands: func(c testCase) [][]string {
			return [][]string{{binary("floor"), c.path}}
		}},
	}
	for _, name := range only {
		if !slices.ContainsFunc(all, func(p program) bool { return p.name == name }) {
			return nil, fmt.Errorf("there is no program %q", name)
		}
	}
	sources := map[string][2]string{
		redislint:       {"../..", "./cmd/redislint"},
		conftest:        {".", "github.com/open-policy-agent/conftest"},
		conftestCombine: {".", "github.com/open-policy-agent/conftest"},
		kubeScore:       {".", "github.com/zegl/kube-score/cmd/kube-score"},
		floor:           {".", "./floor"},
	}
	var chosen []program
	for _, p := range all {
		if len(only) > 0 && !slices.Contains(only, p.name) {
			continue
		}
		fmt.Fprintln(stderr, "building", p.name)
		command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", dir+"/", sources[p.name][1])
		command.Dir = sources[p.name][0]
		if printed, err := command.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build %s: %w\n%s", p.name, err, printed)
		}
		chosen = append(chosen, p)
	}
	return chosen, nil
}

// describe names the versions of what is compared and the machine, in one line.
func describe(ctx context.Context) (string, error) {
	command := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Path}} {{.Version}}",
		"github.com/open-policy-agent/conftest", "github.com/zegl/kube-score", "sigs.k8s.io/yaml")
	printed, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("list the peers' versions: %w", err)
	}
	described := strings.Split(strings.TrimSpace(string(printed)), "\n")
	for i, module := range described {
		described[i] = module[strings.LastIndex(module[:strings.Index(module, " ")], "/")+1:]
	}
	described[len(described)-1] = "floor: sigs.k8s.io/" + described[len(described)-1]
	return fmt.Sprintf("%s, all built with %s. Machine: %d cores, %s.",
		strings.Join(described, ", "), runtime.Version(), runtime.NumCPU(), processor()), nil
}

func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOOS + "/" + runtime.GOARCH
	}
	for line := range strings.Lines(string(info)) {
		if key, value, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func countLines(marks ...string) func([]byte) (int, error) {
	return func(printed []byte) (int, error) {
		count := 0
		for line := range bytes.Lines(printed) {
			if slices.ContainsFunc(marks, func(mark string) bool { return bytes.Contains(line, []byte(mark)) }) {
				count++
			}
		}
		return count, nil
	}
}

func countRedislint(printed []byte) (int, error) {
	var result struct {
		Findings []json.RawMessage `json:"findings"`
	}
	if err := json.Unmarshal(printed, &result); err != nil {
		return 0, fmt.Errorf("read redislint's JSON: %w", err)
	}
	return len(result.Findings), nil
}
