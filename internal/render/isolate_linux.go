package render

import (
	"errors"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
)

// isolation are the namespaces that a child gets.
type isolation struct{ flags uintptr }

// neverIsolated is set once the kernel has refused a network namespace. A child then relies on what it does to itself:
// it has no resolver and no transport, and no template function that would use them.
var neverIsolated atomic.Bool

// isolated returns namespaces without any network, which take a user namespace for all but root.
func isolated() *isolation {
	switch {
	case neverIsolated.Load():
		return nil
	case os.Geteuid() == 0:
		return &isolation{flags: syscall.CLONE_NEWNET}
	default:
		return &isolation{flags: syscall.CLONE_NEWNET | syscall.CLONE_NEWUSER}
	}
}

// refused reports whether a child could not be started for want of a permission to isolate it.
func refused(err error) bool {
	for _, errno := range []error{syscall.EPERM, syscall.EACCES, syscall.EINVAL, syscall.ENOSPC, syscall.ENOSYS, syscall.EUSERS} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

func attributes(i *isolation) *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Setpgid: true}
	if i == nil {
		return attributes
	}
	attributes.Cloneflags = i.flags
	if i.flags&syscall.CLONE_NEWUSER != 0 {
		attributes.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
		attributes.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
	}
	return attributes
}

func killGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}

// overspent reports whether a process used up its CPU time.
func overspent(state *os.ProcessState) bool {
	status, ok := state.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && (status.Signal() == syscall.SIGXCPU || status.Signal() == syscall.SIGKILL)
}

// peak returns the most memory that a process had, in bytes.
func peak(state *os.ProcessState) int64 {
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		return int64(usage.Maxrss) << 10
	}
	return 0
}
