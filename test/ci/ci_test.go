// Package ci runs what the repository offers to other repositories: the hook of pre-commit, the GitHub Action, the
// template for GitLab CI.
package ci

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// decode reads the documents of a YAML file into values, one each.
func decode(t *testing.T, name string, into ...any) {
	t.Helper()
	decoder := yaml.NewDecoder(bytes.NewReader(read(t, name)))
	for _, value := range into {
		if err := decoder.Decode(value); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		t.Errorf("%s: want %d documents: %v", name, len(into), err)
	}
}

type action struct {
	Inputs  map[string]struct{ Description, Default string }
	Outputs map[string]struct{ Description, Value string }
	Runs    struct {
		Using string
		Steps []struct {
			ID, Name, Shell, Run, Uses string
			Env                        map[string]string
		}
	}
}

type hook struct {
	ID, Name, Entry, Language string
	Types                     []string
	RequireSerial             bool `yaml:"require_serial"`
}

type template struct {
	Spec struct {
		Inputs map[string]struct {
			Default, Description, Regex string
			Options                     []string
		}
	}
}

// Text that GitHub puts into a script is run by it, whoever wrote it.
func TestActionPutsInputsIntoVariablesAlone(t *testing.T) {
	t.Parallel()
	var a action
	decode(t, "action.yml", &a)
	if a.Runs.Using != "composite" || len(a.Runs.Steps) == 0 {
		t.Fatalf("%+v", a.Runs)
	}
	used := ""
	for _, step := range a.Runs.Steps {
		if strings.Contains(step.Run, "${{") {
			t.Errorf("%s: %s", step.Name, step.Run)
		}
		if step.Shell != "bash" || step.Uses != "" {
			t.Errorf("%s: shell %q, uses %q", step.Name, step.Shell, step.Uses)
		}
		for _, value := range step.Env {
			used += value
		}
	}
	for name, input := range a.Inputs {
		if input.Description == "" || !strings.Contains(used, "${{ inputs."+name+" }}") {
			t.Errorf("the input %s has no description, or no use", name)
		}
	}
	for _, name := range []string{"sarif-file", "findings"} {
		if a.Outputs[name].Value != "${{ steps.lint.outputs."+name+" }}" {
			t.Errorf("the output %s is %q", name, a.Outputs[name].Value)
		}
	}
}

// One release is what everything points at.
func TestVersionsAreTheSame(t *testing.T) {
	t.Parallel()
	var a action
	decode(t, "action.yml", &a)
	want := a.Inputs["version"].Default
	if !regexp.MustCompile(`^v\d+\.\d+\.\d+$`).MatchString(want) {
		t.Fatalf("version %q", want)
	}
	version := regexp.MustCompile(`v\d+\.\d+\.\d+`)
	for _, name := range []string{".pre-commit-hooks.yaml", "templates/redislint.yml", "docs/ci.md", "README.md", "deploy/redislint.Dockerfile"} {
		found := regexp.MustCompile(`redislint[:@]v\d+\.\d+\.\d+|(rev|default): v\d+\.\d+\.\d+`).FindAll(read(t, name), -1)
		if len(found) == 0 {
			t.Errorf("%s names no version", name)
		}
		for _, match := range found {
			if got := version.Find(match); string(got) != want {
				t.Errorf("%s: %s, want %s", name, match, want)
			}
		}
	}
}

func TestHooks(t *testing.T) {
	t.Parallel()
	var hooks []hook
	decode(t, ".pre-commit-hooks.yaml", &hooks)
	languages := map[string]string{}
	for _, h := range hooks {
		languages[h.ID] = h.Language
		if !h.RequireSerial {
			t.Errorf("%s may be run on handfuls of files, which lack their neighbours", h.ID)
		}
		if !slices.Equal(h.Types, []string{"yaml"}) || !strings.HasSuffix(h.Entry, "redislint lint") {
			t.Errorf("%+v", h)
		}
	}
	for id, language := range map[string]string{"redislint": "golang", "redislint-system": "system", "redislint-docker": "docker_image"} {
		if languages[id] != language {
			t.Errorf("%s is of the language %q, want %s", id, languages[id], language)
		}
	}
}

func TestTemplateTakesItsInputsAsVariables(t *testing.T) {
	t.Parallel()
	var spec template
	var jobs map[string]struct {
		Script    []string
		Variables map[string]any
		Artifacts struct {
			When    string
			Reports map[string]string
		}
	}
	decode(t, "templates/redislint.yml", &spec, &jobs)
	text := string(read(t, "templates/redislint.yml"))
	for name, input := range spec.Spec.Inputs {
		if input.Description == "" || !strings.Contains(text, "$[[ inputs."+name+" ]]") {
			t.Errorf("the input %s has no description, or no use", name)
		}
	}
	if len(jobs) != 1 {
		t.Fatalf("%d jobs", len(jobs))
	}
	for _, job := range jobs {
		script := strings.Join(job.Script, "\n")
		if strings.Contains(script, "$[[") {
			t.Errorf("an input is part of the script:\n%s", script)
		}
		for kind, file := range job.Artifacts.Reports {
			if !strings.Contains(script, "--output "+kind+"="+file) {
				t.Errorf("nothing writes %s", file)
			}
		}
		if len(job.Artifacts.Reports) == 0 || job.Artifacts.When != "always" {
			t.Errorf("%+v", job.Artifacts)
		}
		syntax(t, "sh", "-n", "-c", script)
		for name, value := range job.Variables {
			if variable, ok := value.(map[string]any); ok && variable["expand"] != false {
				t.Errorf("what %s says is expanded", name)
			}
		}
	}
}

// Each flag, and each variable that stands for one, is one that redislint has.
func TestFlagsExist(t *testing.T) {
	t.Parallel()
	help, err := exec.CommandContext(t.Context(), program(t), "lint", "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	has := func(flag string) bool { return regexp.MustCompile(`(?m)--` + flag + `\b`).Match(help) }
	for _, name := range []string{"action.yml", "templates/redislint.yml", "deploy/action/lint.sh", "docs/ci.md", "README.md"} {
		text := read(t, name)
		found := 0
		for _, match := range regexp.MustCompile(`redislint lint[^\n|`+"`"+`#]*`).FindAll(text, -1) {
			for _, flag := range regexp.MustCompile(`--([a-z][a-z-]+)`).FindAllSubmatch(match, -1) {
				found++
				if !has(string(flag[1])) {
					t.Errorf("%s: there is no flag --%s", name, flag[1])
				}
			}
		}
		for _, match := range regexp.MustCompile(`REDISLINT_([A-Z_]+)`).FindAllSubmatch(text, -1) {
			found++
			if flag := strings.ToLower(strings.ReplaceAll(string(match[1]), "_", "-")); !has(flag) {
				t.Errorf("%s: there is no flag --%s", name, flag)
			}
		}
		if found == 0 {
			t.Errorf("%s has no flag at all", name)
		}
	}
}

func TestScriptsAreSound(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"install.sh", "lint.sh"} {
		path := filepath.Join("..", "..", "deploy", "action", name)
		syntax(t, "bash", "-n", path)
		syntax(t, "shellcheck", path)
		text := read(t, filepath.Join("deploy", "action", name))
		if !bytes.Contains(text, []byte("\nset -euo pipefail\n")) {
			t.Errorf("%s goes on after a failure", name)
		}
		if match := regexp.MustCompile(`(?m)\beval\b|\bmapfile\b|local -n`).Find(text); match != nil {
			t.Errorf("%s: %s runs what it is given, or not in the bash of macOS", name, match)
		}
	}
}

func syntax(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", name, err, out)
	}
}
