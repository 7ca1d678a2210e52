//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

var probes = experiment{
	name:     "probes",
	question: "What does a probe by redis-cli say of a server that runs and cannot work?",
	setup:    "A server in each state, and the usual probe commands with its port: what redis-cli prints, and the exit code, which is all that the kubelet looks at. 124 is that of `timeout`.",
	claims: []claim{
		{
			key: "plain", rules: []string{"readiness-accepts-errors"},
			text: "`redis-cli ping` exits 0 on every error: LOADING, MISCONF, MASTERDOWN, NOAUTH, BUSY, NOPERM, too many clients. As readiness it lets clients in that get errors.",
		},
		{
			key: "loading", rules: []string{"liveness-kills-while-loading"},
			text: "`redis-cli -e ping` and `redis-cli ping | grep PONG` fail while the server loads its data.",
		},
		{
			key: "disk", rules: []string{"liveness-restarts-on-full-disk"},
			text: "They fail after a failed save too (MISCONF): as liveness they turn a full volume into a loop of restarts.",
		},
		{
			key: "master", rules: []string{"liveness-depends-on-master"},
			text: "They fail on a replica that has lost its master and may not serve old data (MASTERDOWN): the master's outage restarts its replicas.",
		},
		{
			key: "frozen", rules: []string{"liveness-timeout-short"},
			text: "redis-cli waits for ever for a server that does not answer: only a timeout ends it.",
		},
	},
	measure: measureProbes,
}

// probeForms are the commands; the port comes in the place of %d.
var probeForms = []string{
	"redis-cli -p %d ping",
	"redis-cli -e -p %d ping",
	"redis-cli -p %d ping | grep PONG",
	"timeout 1 redis-cli -p %d ping",
}

func measureProbes(ctx context.Context, l *lab, r *result) error {
	t := r.table("", "state", "`redis-cli ping` prints", "its exit code", "`redis-cli -e ping`", "`redis-cli ping \\| grep PONG`", "`timeout 1 redis-cli ping`")
	for _, state := range probeStates {
		port, done, err := state.enter(ctx, l)
		if err != nil {
			return fmt.Errorf("%s: %w", state.name, err)
		}
		var codes [4]int
		printed := ""
		for i, form := range probeForms {
			text, code := probe(ctx, fmt.Sprintf(form, port))
			if i == 0 {
				printed = strings.ReplaceAll(text, strconv.Itoa(port), "<port>")
			}
			codes[i] = code
		}
		done()
		t.row(state.name, "`"+brief(printed)+"`", codes[0], codes[1], codes[2], codes[3])
		healthy := strings.HasPrefix(printed, "PONG")
		if healthy {
			r.judge("plain", codes == [4]int{})
			continue
		}
		if state.answers {
			r.judge("plain", codes[0] == 0 && codes[3] == 0 && !healthy)
		}
		if state.claim != "" {
			r.judge(state.claim, codes[1] != 0 && codes[2] != 0)
		}
	}
	return freeze(ctx, l, r)
}

// probe runs a command as an exec probe does and returns its output and exit code.
func probe(ctx context.Context, command string) (text string, code int) {
	output, err := exec.CommandContext(ctx, "sh", "-c", command).CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	}
	return string(output), code
}

// freeze asks a server that is stopped.
func freeze(ctx context.Context, l *lab, r *result) error {
	s, err := l.started(ctx)
	if err != nil {
		return err
	}
	s.signal(syscall.SIGSTOP)
	_, limited := probe(ctx, fmt.Sprintf("timeout 1 redis-cli -p %d ping", s.port))
	patience := pick(l, 2, 10)
	_, unlimited := probe(ctx, fmt.Sprintf("timeout %d redis-cli -p %d ping", patience, s.port))
	s.kill()
	t := r.table("", "frozen server (SIGSTOP)", "exit code")
	t.row("`timeout 1 redis-cli ping`", limited)
	t.row(fmt.Sprintf("`redis-cli ping`, ended from outside after %d s", patience), unlimited)
	r.judge("frozen", limited == 124 && unlimited == 124)
	return ctx.Err()
}

// probeState is a state of a server.
type probeState struct {
	name    string
	answers bool // PING with an error
	claim   string
	enter   func(context.Context, *lab) (port int, done func(), err error)
}

var probeStates = []probeState{
	{"not running", false, "", func(context.Context, *lab) (int, func(), error) {
		port, err := freePort()
		return port, func() {}, err
	}},
	{"healthy", false, "", simply()},
	{"no password given (NOAUTH)", true, "", simply("--requirepass", "secret")},
	{"a user who may not PING (NOPERM)", true, "", simply("--user", "default", "on", "nopass", "~*", "+get")},
	{"replica without its master, `replica-serve-stale-data no` (MASTERDOWN)", true, "master", simply("--replicaof", "127.0.0.1 1", "--replica-serve-stale-data", "no")},
	{"replica without its master, old data served (the default)", false, "", simply("--replicaof", "127.0.0.1 1")},
	{"the last save failed (MISCONF)", true, "disk", unsaved()},
	{"the last save failed, `stop-writes-on-bgsave-error no`", false, "", unsaved("--stop-writes-on-bgsave-error", "no")},
	{"too many clients", true, "", func(ctx context.Context, l *lab) (int, func(), error) {
		s, err := l.started(ctx, "--maxclients", "1")
		if err != nil {
			return 0, nil, err
		}
		c, err := dial(s.host, s.port, time.Second)
		if err != nil {
			return 0, nil, err
		}
		// The connection that asked whether the server is up may not have been closed yet.
		until(ctx, 5*time.Second, func() bool { return c.ask("PING") == "PONG" })
		return s.port, func() { c.close(); s.kill() }, nil
	}},
	{"a script runs for longer than `busy-reply-threshold` (BUSY)", true, "", func(ctx context.Context, l *lab) (int, func(), error) {
		s, err := l.started(ctx, "--busy-reply-threshold", "100")
		if err != nil {
			return 0, nil, err
		}
		c, err := dial(s.host, s.port, time.Second)
		if err != nil {
			return 0, nil, err
		}
		if _, err := c.Write(encode("EVAL", "while true do end", "0")); err != nil {
			return 0, nil, err
		}
		until(ctx, 5*time.Second, func() bool { return strings.HasPrefix(s.ask("PING"), "BUSY") })
		return s.port, func() { c.close(); s.kill() }, nil
	}},
	{"loading its data (LOADING)", true, "loading", func(ctx context.Context, l *lab) (int, func(), error) {
		s, err := l.loading(ctx, 20*time.Second)
		if err != nil {
			return 0, nil, err
		}
		until(ctx, 5*time.Second, func() bool { return strings.HasPrefix(s.ask("PING"), "LOADING") })
		return s.port, s.kill, nil
	}},
}

// simply is the state of a server with these arguments.
func simply(args ...string) func(context.Context, *lab) (int, func(), error) {
	return func(ctx context.Context, l *lab) (int, func(), error) {
		s, err := l.started(ctx, args...)
		if err != nil {
			return 0, nil, err
		}
		return s.port, s.kill, nil
	}
}

// unsaved is the state of a server whose dump cannot be written, since a folder has its name.
func unsaved(args ...string) func(context.Context, *lab) (int, func(), error) {
	return func(ctx context.Context, l *lab) (int, func(), error) {
		s, err := l.started(ctx, append([]string{"--save", "3600 1"}, args...)...)
		if err != nil {
			return 0, nil, err
		}
		if err := os.MkdirAll(filepath.Join(s.dir, "dump.rdb", "in-the-way"), 0o755); err != nil {
			return 0, nil, err
		}
		s.ask("SET", "k", "v")
		s.ask("BGSAVE")
		if _, failed := until(ctx, 5*time.Second, func() bool { return s.info("rdb_last_bgsave_status") == "err" }); !failed {
			return 0, nil, errors.New("the save did not fail")
		}
		return s.port, s.kill, nil
	}
}

// loading returns a server that has been started and needs about so long to load its data, which are small and read slowly on
// purpose.
func (l *lab) loading(ctx context.Context, d time.Duration) (*server, error) {
	const keys = 2000
	s, err := l.started(ctx, "--enable-debug-command", "yes")
	if err != nil {
		return nil, err
	}
	if reply := s.ask("DEBUG", "POPULATE", strconv.Itoa(keys), "key", "1000"); reply != "OK" {
		return nil, errors.New("DEBUG POPULATE: " + reply)
	}
	if reply := s.ask("SAVE"); reply != "OK" {
		return nil, errors.New("SAVE: " + reply)
	}
	s.crash()
	s.args = []string{"--key-load-delay", strconv.FormatInt(d.Microseconds()/keys, 10), "--loading-process-events-interval-bytes", "1024"}
	return s, s.launch()
}
