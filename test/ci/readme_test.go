package ci

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// block returns the text of the block of a document that begins with a comment naming a file.
func block(t *testing.T, document, file string) string {
	t.Helper()
	match := regexp.MustCompile("(?ms)^```yaml\n# " + regexp.QuoteMeta(file) + "\n(.*?)^```$").FindSubmatch(read(t, document))
	if match == nil {
		t.Fatalf("%s shows no %s", document, file)
	}
	return string(match[1])
}

// The commands by which the README has CI judge a chart judge one: a user copies them as they stand. Helm's part is
// played by a file that it has rendered.
func TestTheReadmesGateFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	match := regexp.MustCompile("(?ms)^## In CI$.*?^```sh\n(.*?)^```$").FindSubmatch(read(t, "README.md"))
	if match == nil {
		t.Fatal("the README shows no commands")
	}
	folder := t.TempDir()
	if err := os.CopyFS(filepath.Join(folder, "chart"), os.DirFS("../../fixtures/charts/shop")); err != nil {
		t.Fatal(err)
	}
	values := "{}\n"
	for name, text := range map[string]string{
		"values-prod.yaml": values,
		"helm":             "#!/bin/sh\n[ \"$*\" = 'template shop ./chart -f values-prod.yaml' ] && cat rendered.yaml\n",
		"rendered.yaml":    string(read(t, "fixtures/workload/sentinel-pair.yaml")),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	commands := strings.Split(strings.TrimSpace(string(match[1])), "\n")
	if len(commands) != 2 {
		t.Fatalf("%d commands", len(commands))
	}
	for _, command := range commands {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", command)
		cmd.Dir = folder
		cmd.Env = []string{"PATH=" + folder + ":" + filepath.Dir(program(t)) + ":/usr/bin:/bin", "HOME=" + folder}
		out, err := cmd.CombinedOutput()
		exit, failed := err.(*exec.ExitError) //nolint:errorlint // it is not wrapped
		if !failed || exit.ExitCode() != 1 || !strings.Contains(string(out), " error") {
			t.Errorf("%s: %v\n%s", command, err, out)
		}
	}
}

// The workflows that documents show give the action what it takes.
func TestShownWorkflowsFitTheAction(t *testing.T) {
	t.Parallel()
	var a action
	decode(t, "action.yml", &a)
	for _, document := range []string{"README.md", "docs/ci.md"} {
		var workflow struct {
			Jobs map[string]struct {
				Steps []struct {
					Uses string
					With map[string]any
				}
			}
		}
		if err := yaml.Unmarshal([]byte(block(t, document, ".github/workflows/redislint.yml")), &workflow); err != nil {
			t.Fatal(err)
		}
		var used []string
		for _, job := range workflow.Jobs {
			for _, step := range job.Steps {
				name, _, _ := strings.Cut(step.Uses, "@")
				used = append(used, name)
				for input := range step.With {
					if _, takes := a.Inputs[input]; !takes && name == "redislint/redislint" {
						t.Errorf("%s: the action has no input %s", document, input)
					}
				}
			}
		}
		if !slices.Contains(used, "redislint/redislint") || used[0] != "actions/checkout" {
			t.Errorf("%s: the workflow uses %q", document, used)
		}
	}
}
