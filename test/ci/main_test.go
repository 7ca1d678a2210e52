package ci

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// folder holds redislint, built of this repository.
var folder string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var err error
	if folder, err = os.MkdirTemp("", "redislint-ci-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(folder) }()
	build := exec.Command("go", "build", "-o", folder+string(filepath.Separator), "../../cmd/redislint")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build redislint: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// program is the path of redislint.
func program(*testing.T) string { return filepath.Join(folder, "redislint") }
