//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// busOffset lies between the port of a cluster node and that of its bus.
const busOffset = 10000

// server is a redis-server or a Sentinel. Its fields are for the next start.
type server struct {
	host    string
	port    int
	dir     string
	args    []string // more of the command line
	through []string // the command that starts it, such as "ip netns exec node"
	config  string   // of a Sentinel; empty for redis-server
	input   string   // a configuration on standard input, where args name it "-"

	mu      sync.Mutex
	process *os.Process
	exited  chan struct{} // closed when the process is gone
	state   *os.ProcessState
}

// server returns a server on loopback that is not started, without persistence unless the arguments say otherwise.
func (l *lab) server(args ...string) (*server, error) {
	dir, err := l.folder()
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &server{host: "127.0.0.1", port: port, dir: dir, args: args}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.servers = append(l.servers, s)
	return s, nil
}

// started returns a server that answers.
func (l *lab) started(ctx context.Context, args ...string) (*server, error) {
	s, err := l.server(args...)
	if err != nil {
		return nil, err
	}
	return s, s.start(ctx)
}

// launch starts the process and does not wait for it to answer.
func (s *server) launch() error {
	// Bound to loopback too, so that programs inside its network namespace reach it.
	bind := s.host
	if bind != "127.0.0.1" {
		bind += " 127.0.0.1"
	}
	line := append([]string{}, s.through...)
	if s.config == "" {
		line = append(line, "redis-server", "--port", strconv.Itoa(s.port), "--bind", bind, "--dir", s.dir,
			"--protected-mode", "no", "--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0")
		line = append(line, s.args...)
	} else {
		file := filepath.Join(s.dir, "sentinel.conf")
		text := fmt.Sprintf("port %d\nbind %s\ndir %s\n%s", s.port, bind, s.dir, s.config)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return err
		}
		line = append(line, "redis-server", file, "--sentinel")
	}
	log, err := os.OpenFile(s.logFile(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Dir = strings.NewReader(s.input), log, log, s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // with what it forks
	if err := cmd.Start(); err != nil {
		return err
	}
	exited := make(chan struct{})
	s.mu.Lock()
	s.process, s.exited, s.state = cmd.Process, exited, nil
	s.mu.Unlock()
	go func() {
		_ = cmd.Wait() // the state says it all
		s.mu.Lock()
		s.state = cmd.ProcessState
		s.mu.Unlock()
		close(exited)
	}()
	return nil
}

// start starts the process and waits until it has loaded its data.
func (s *server) start(ctx context.Context) error {
	if err := s.launch(); err != nil {
		return err
	}
	_, up := until(ctx, time.Minute, func() bool {
		reply := s.ask("PING")
		return s.dead() || !strings.HasPrefix(reply, noAnswer) && !strings.HasPrefix(reply, "LOADING")
	})
	if !up || s.dead() {
		return fmt.Errorf("start redis-server %s: %s", strings.Join(s.args, " "), s.lastWords())
	}
	return nil
}

// dead reports whether the process is gone.
func (s *server) dead() bool {
	select {
	case <-s.exited:
		return true
	default:
		return false
	}
}

// end says how the process ended: "exit 1", "signal 9", or "lives".
func (s *server) end() string {
	if !s.dead() {
		return "lives"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	status, _ := s.state.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return fmt.Sprintf("signal %d", status.Signal())
	}
	return fmt.Sprintf("exit %d", status.ExitStatus())
}

// crash ends the process as a power failure would, without a word to its peers, and returns when it is gone.
func (s *server) crash() {
	if s.process == nil {
		return
	}
	s.signal(syscall.SIGKILL)
	<-s.exited
}

// kill ends the process and those that it forked.
func (s *server) kill() {
	if s.process == nil {
		return
	}
	_ = syscall.Kill(-s.process.Pid, syscall.SIGKILL) // none is left: fine
	<-s.exited
}

func (s *server) signal(signal syscall.Signal) {
	_ = s.process.Signal(signal) // it is gone: fine
}

// ask sends a command over a connection of its own and returns the reply as text; see reply.
func (s *server) ask(words ...string) string {
	c, err := dial(s.host, s.port, 2*time.Second)
	if err != nil {
		return noAnswer + err.Error()
	}
	defer c.close()
	return c.ask(words...)
}

// info returns a field of INFO, empty when there is none.
func (s *server) info(field string) string {
	for line := range strings.Lines(s.ask("INFO", "everything")) {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// number returns a field of INFO that is a number, 0 when it is none.
func (s *server) number(field string) int64 {
	n, _ := strconv.ParseInt(s.info(field), 10, 64)
	return n
}

// busy returns how much CPU time the server has used.
func (s *server) busy() time.Duration {
	var sum time.Duration
	for _, field := range []string{"used_cpu_user", "used_cpu_sys"} {
		seconds, _ := strconv.ParseFloat(s.info(field), 64)
		sum += time.Duration(seconds * float64(time.Second))
	}
	return sum
}

// saving reports whether a save or a rewrite runs or waits.
func (s *server) saving() bool {
	text := s.ask("INFO", "persistence")
	return strings.Contains(text, "rdb_bgsave_in_progress:1") || strings.Contains(text, "aof_rewrite_in_progress:1") ||
		strings.Contains(text, "aof_rewrite_scheduled:1")
}

// forget removes a file of the server, if it has one.
func (s *server) forget(name string) { _ = os.Remove(filepath.Join(s.dir, name)) }

func (s *server) logFile() string { return filepath.Join(s.dir, "log") }

// log returns what the server has written to its log, empty where it cannot be read.
func (s *server) log() string {
	text, _ := os.ReadFile(s.logFile())
	return string(text)
}

// lastWords returns the last line of the log.
func (s *server) lastWords() string {
	text := strings.TrimSpace(s.log())
	return strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
}
