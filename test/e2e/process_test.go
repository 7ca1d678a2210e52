package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is a program that a test has started and will end.
type process struct {
	name  string
	log   string // the file with its output
	cmd   *exec.Cmd
	ended chan struct{}
}

// start runs a program until it is ended, or until the test's process is gone.
func start(folder, name string, env []string, args ...string) (*process, error) {
	output, err := os.CreateTemp(folder, name+"-*.log")
	if err != nil {
		return nil, err
	}
	defer output.Close()
	p := &process{name: name, log: output.Name(), ended: make(chan struct{})}
	p.cmd = exec.Command(filepath.Join(programs, name), args...)
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = output, output
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	// What starts a process must live as long as that, or Pdeathsig strikes: exec it on a thread that is kept.
	err = onThread(p.cmd.Start)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is in its output
		close(p.ended)
	}()
	return p, nil
}

// end ends the process by a signal, and by SIGKILL if it takes long.
func (p *process) end(signal os.Signal, patience time.Duration) {
	if p == nil {
		return
	}
	_ = p.cmd.Process.Signal(signal) // it may have ended
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}

func (p *process) kill() { p.end(syscall.SIGKILL, time.Minute) }

// output returns the last of what the process has written.
func (p *process) output() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	const most = 6000
	if len(text) > most {
		text = text[len(text)-most:]
	}
	return fmt.Sprintf("--- %s ---\n%s", p.name, bytes.TrimSpace(text))
}

// resident returns the memory that the process takes, in bytes.
func (p *process) resident(t *testing.T) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmRSS:")); ok {
			kib, err := strconv.ParseInt(string(bytes.Fields(rest)[0]), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kib << 10
		}
	}
	t.Fatal("no VmRSS")
	return 0
}

var thread = sync.OnceValue(func() chan func() {
	work := make(chan func())
	go func() {
		// Never unlocked: the thread lives as long as the process.
		runtime.LockOSThread()
		for f := range work {
			f()
		}
	}()
	return work
})

func onThread(f func() error) error {
	done := make(chan error, 1)
	thread() <- func() { done <- f() }
	return <-done
}

// freePort returns a port that nothing listens on.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", address+":0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

// errLate says that something took longer than it may.
var errLate = errors.New("not in time")

// until calls f every few milliseconds until it returns nil, and returns its last error after so long.
func until(ctx context.Context, patience time.Duration, f func() error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for {
		err := f()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w, %s: %w", errLate, patience, err)
		case <-tick.C:
		}
	}
}

// eventually fails the test unless f returns nil within so long.
func eventually(t *testing.T, patience time.Duration, what string, f func() error) {
	t.Helper()
	if err := until(t.Context(), patience, f); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}
