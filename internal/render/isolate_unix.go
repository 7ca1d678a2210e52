//go:build unix && !linux

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

func isolated() *isolation { return nil }
func refused(error) bool   { return false }

func attributes(*isolation) *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func killGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}

// overspent reports whether a process used up its CPU time.
func overspent(state *os.ProcessState) bool {
	status, ok := state.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGXCPU
}

// peak returns the most memory that a process had, in bytes: what the process itself says is relied on instead.
func peak(*os.ProcessState) int64 { return 0 }
