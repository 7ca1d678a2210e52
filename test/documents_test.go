package test

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/report"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/policies"
)

var (
	// console is a block of a document that shows a command and all that it prints.
	console = regexp.MustCompile("(?ms)^```console\n\\$ redislint (.*?)\n(.*?)^```$")
	// duration may stand on a line of its own, where it is too long for the one before.
	duration = regexp.MustCompile(`(?m)\s+\d+(\.\d+)? m?s$`)
)

// What a document shows is what redislint prints, the time it took apart. UPDATE=1 rewrites the document.
func TestDocumentsShowWhatRedislintPrints(t *testing.T) {
	t.Parallel()
	redislint := filepath.Join(t.TempDir(), "redislint")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", redislint, "./cmd/redislint")
	build.Dir = ".."
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	blocks := 0
	walk(t, func(name string) {
		if path.Ext(name) != ".md" {
			return
		}
		document := read(t, name)
		current := console.ReplaceAllFunc(document, func(block []byte) []byte {
			blocks++
			match := console.FindSubmatch(block)
			printed := run(t, redislint, strings.Fields(string(match[1]))...)
			if bytes.Equal(duration.ReplaceAll(printed, nil), duration.ReplaceAll(match[2], nil)) {
				return block
			}
			return fmt.Appendf(nil, "```console\n$ redislint %s\n%s```", match[1], printed)
		})
		fixture.Golden(t, filepath.Join("..", name), current)
	})
	if blocks == 0 {
		t.Error("no document shows what redislint prints")
	}
}

// UPDATE=1 rewrites docs/rules. Not parallel: other tests read these pages.
func TestEveryRuleHasItsPage(t *testing.T) {
	library, err := rules.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	pages := report.Docs(library.Rules())
	pages["sources.md"] = read(t, "docs/rules/sources.md") // TestEveryRuleIsTestedOnEverySource writes it
	fixture.GoldenFolder(t, filepath.Join("..", "docs", "rules"), pages)
}

// run returns what a command prints on standard output; findings (exit code 1) are no failure.
func run(t *testing.T, command string, args ...string) []byte {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), command, args...)
	cmd.Dir, cmd.Stderr = "..", &stderr
	cmd.Env = []string{} // no colours, no flags from the environment
	output, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(command), strings.Join(args, " "), err, stderr.String())
	}
	return output
}
