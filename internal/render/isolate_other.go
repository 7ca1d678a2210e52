//go:build !unix

package render

import (
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
)

// isolation are the namespaces that a child gets: other systems have none.
type isolation struct{}

var neverIsolated atomic.Bool

func isolated() *isolation                       { return nil }
func refused(error) bool                         { return false }
func attributes(*isolation) *syscall.SysProcAttr { return nil }

func killGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = cmd.Process.Kill()
	}
}

func overspent(*os.ProcessState) bool { return false }

// peak returns the most memory that a process had, in bytes: what the process itself says is relied on instead.
func peak(*os.ProcessState) int64 { return 0 }
