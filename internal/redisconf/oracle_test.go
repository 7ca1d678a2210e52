package redisconf

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The oracle is a real redis-server: what this package computes is what CONFIG GET answers, and what it calls a problem is
// what the server refuses to start with.

// server returns the path of redis-server. Only where nobody relies on the answer may the oracle be left out.
func server(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("CI needs redis-server: %v", err)
		}
		t.Skip("no redis-server on this machine: nothing was asked of a real server")
	}
	return path
}

// instance is a running server, or one that refused to start.
type instance struct {
	port    int
	refused string
}

// launch starts a server with the configuration file and options and waits until it serves, logs the line until, or exits.
func launch(t *testing.T, dir, conf string, args []string, until string) instance {
	t.Helper()
	path := server(t)
	for range 10 {
		port := freePort(t)
		own := []string{"port " + strconv.Itoa(port), "bind 127.0.0.1", "dir " + Quote(dir), "enable-debug-command local"}
		var argv []string
		if conf != "" {
			file := filepath.Join(dir, "redis.conf")
			text := strings.ReplaceAll(strings.Join(own, "\n")+"\n"+conf, "DIR", dir)
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			argv = append(argv, file)
		} else {
			for _, line := range own {
				argv = append(argv, "--"+line)
			}
		}
		for _, arg := range args {
			argv = append(argv, strings.ReplaceAll(arg, "DIR", dir))
		}
		log, serving := run(t, path, argv, until)
		if strings.Contains(log, "Address already in use") {
			continue
		}
		if serving {
			return instance{port: port}
		}
		return instance{refused: log}
	}
	t.Fatal("no free port in ten attempts")
	return instance{}
}

// run starts the server and reads its log until it serves or exits; the test's end kills it.
func run(t *testing.T, path string, argv []string, until string) (log string, serving bool) {
	t.Helper()
	reader, writer := io.Pipe()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, path, argv...)
	cmd.Stdout, cmd.Stderr = writer, writer
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait() // a refusal is an exit code, and so is the kill below
		_ = writer.Close()
		close(exited)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-exited
	})
	lines := bufio.NewScanner(reader)
	var all strings.Builder
	for lines.Scan() {
		all.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), until) {
			go io.Copy(io.Discard, reader) //nolint:errcheck // keeps the server from blocking on its log
			return all.String(), true
		}
	}
	return all.String(), false
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// ask sends one command and returns its reply: a string, or a []string for an array.
func ask(t *testing.T, port int, words ...string) any {
	t.Helper()
	conn, err := net.DialTimeout("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "*%d\r\n", len(words))
	for _, word := range words {
		fmt.Fprintf(conn, "$%d\r\n%s\r\n", len(word), word)
	}
	reply, err := readReply(bufio.NewReader(conn))
	if err != nil {
		t.Fatal(err)
	}
	return reply
}

func readReply(r *bufio.Reader) (any, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return nil, err
	}
	line = strings.TrimSuffix(line, "\r\n")
	switch line[0] {
	case '$':
		length, err := strconv.Atoi(line[1:])
		if err != nil {
			return nil, err
		}
		bulk := make([]byte, length+2)
		_, err = io.ReadFull(r, bulk)
		return string(bulk[:length]), err
	case '*':
		length, err := strconv.Atoi(line[1:])
		if err != nil {
			return nil, err
		}
		array := make([]string, length)
		for i := range array {
			element, err := readReply(r)
			if err != nil {
				return nil, err
			}
			text, ok := element.(string)
			if !ok {
				return nil, errors.New("array in an array")
			}
			array[i] = text
		}
		return array, nil
	}
	return line, nil
}

func TestTheServerAgrees(t *testing.T) {
	t.Parallel()
	server(t)
	for i, start := range configurations {
		t.Run(fmt.Sprintf("%03d", i), func(t *testing.T) {
			t.Parallel()
			agree(t, start)
		})
	}
}

func TestTheSentinelAgrees(t *testing.T) {
	t.Parallel()
	server(t)
	for i, text := range []string{
		"sentinel monitor m 127.0.0.1 6379 2", "sentinel monitor m 127.0.0.1 6379 0", "sentinel monitor m 127.0.0.1 6379 2x",
		"sentinel monitor m 127.0.0.1 6379", "sentinel monitor m 127.0.0.1 70000 2", "sentinel monitor m 127.0.0.1 -1 2",
		"sentinel monitor m 127.0.0.1 1 2\nsentinel monitor m 127.0.0.1 2 2", "SENTINEL MONITOR m 127.0.0.1 1 2",
		"sentinel down-after-milliseconds m 5000\nsentinel monitor m 127.0.0.1 1 2",
		"sentinel monitor m 127.0.0.1 1 2\nsentinel down-after-milliseconds m 5s",
		"sentinel monitor m 127.0.0.1 1 2\nsentinel failover-timeout m 0", "sentinel resolve-hostnames yes", "sentinel resolve-hostnames true",
		"sentinel announce-hostnames on", "sentinel deny-scripts-reconfig maybe", "sentinel myid 1", "sentinel no-such-statement 1",
		"sentinel monitor m 127.0.0.1 1 2\nsentinel known-replica m 127.0.0.1 1", "sentinel monitor m 127.0.0.1 1 2\nsentinel known-sentinel m 127.0.0.1 1",
		"sentinel monitor m 127.0.0.1 1 2\nsentinel auth-pass m secret # comment", "maxmemory 1Gi", "sentinel",
		"sentinel monitor m 127.0.0.1 1 2\nsentinel master-reboot-down-after-period m -1", "sentinel sentinel-pass \"\"",
	} {
		t.Run(fmt.Sprintf("%02d", i), func(t *testing.T) {
			t.Parallel()
			start := configuration{conf: text, args: []string{"--sentinel"}}
			dir := t.TempDir()
			_, problems := compute(t, dir, start)
			got := launch(t, dir, start.conf, start.args, "Sentinel ID is")
			if (got.refused != "") != (len(problems) > 0) {
				t.Fatalf("%q\nserver: %s\nproblems: %+v", text, got.refused, problems)
			}
			if len(problems) > 0 && !strings.Contains(got.refused, problems[0].Reason) {
				t.Errorf("%q\nserver: %s\nproblems: %+v", text, got.refused, problems)
			}
		})
	}
}

func agree(t *testing.T, start configuration) {
	dir := t.TempDir()
	for name, text := range start.files {
		text = strings.ReplaceAll(text, "DIR", dir)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, problems := compute(t, dir, start)
	got := launch(t, dir, start.conf, start.args, "eady to accept connections")
	expected := len(problems) > 0 || len(c.Unknown()) > 0
	if (got.refused != "") != expected {
		t.Fatalf("%q %q\nserver: %s\nproblems: %+v unknown: %+v", start.conf, start.args, got.refused, problems, c.Unknown())
	}
	if got.refused != "" {
		for _, p := range problems {
			if strings.Contains(got.refused, p.Reason) {
				return
			}
		}
		if len(problems) > 0 {
			t.Errorf("%q %q\nserver: %s\nproblems: %+v", start.conf, start.args, got.refused, problems)
		}
		return
	}
	if reply, ok := ask(t, got.port, "PING").(string); ok && strings.HasPrefix(reply, "-NOAUTH") {
		ownPassword(t, c, got.port)
		return
	}
	compare(t, c, ask(t, got.port, "CONFIG", "GET", "*"))
}

// ownPassword proves the password right by using it; nothing else can be asked without it on another connection.
func ownPassword(t *testing.T, c *Config, port int) {
	t.Helper()
	password, ok, _ := c.Text("requirepass")
	if reply := ask(t, port, "AUTH", password); !ok || reply != "+OK" {
		t.Errorf("password %q: %v", password, reply)
	}
}

// compute reads the configuration as this package does.
func compute(t *testing.T, dir string, start configuration) (*Config, []Problem) {
	t.Helper()
	words := []Word{{Value: "redis-server", End: 12}}
	var file []Directive
	if start.conf != "" {
		words = append(words, Word{Value: dir + "/redis.conf"})
		file = Parse("enable-debug-command local\n"+strings.ReplaceAll(start.conf, "DIR", dir), "file").Directives
	}
	if start.conf == "" {
		words = append(words, Word{Value: "--enable-debug-command local"})
	}
	for _, arg := range start.args {
		arg = strings.ReplaceAll(arg, "DIR", dir)
		words = append(words, Word{Value: arg, End: len(arg)})
	}
	commands := CommandsOf(words)
	if len(commands) != 1 {
		t.Fatalf("commands: %+v", commands)
	}
	s, ok := ServerOf(commands[0])
	if !ok || !s.Complete {
		t.Fatalf("server: %+v", s)
	}
	open := func(include Directive) ([]Directive, bool) {
		text, ok := start.files[filepath.Base(include.Args[0].Value)]
		return Parse(strings.ReplaceAll(text, "DIR", dir), "include").Directives, ok
	}
	c := Merge(Expand(file, open), Expand(s.Directives, open))
	c.Mode = DataMode
	if s.Sentinel {
		c.Mode = SentinelMode
	}
	return c, append(c.Problems(), s.Problems...)
}

// unsettled are the settings that the machine or the test itself decides.
var unsettled = []string{
	"port", "bind", "dir", "maxclients", "client-output-buffer-limit", "notify-keyspace-events", "latency-tracking-info-percentiles",
	"pidfile", "acl-pubsub-default", "oom-score-adj-values", "include", "user", "rename-command",
}

// compare holds every setting against what the server says.
func compare(t *testing.T, c *Config, reply any) {
	t.Helper()
	pairs, ok := reply.([]string)
	if !ok {
		return // rename-command took CONFIG away
	}
	for pair := range slices.Chunk(pairs, 2) {
		name, want := pair[0], pair[1]
		if canonical(name) != name || slices.Contains(unsettled, name) {
			continue
		}
		if _, known := specs[name]; !known {
			t.Errorf("the server has %s = %q, this package does not know it", name, want)
			continue
		}
		if got, ok := shown(c, name); !ok || got != want {
			t.Errorf("%s = %q, %v; the server says %q", name, got, ok, want)
		}
	}
}

// shown prints a value as CONFIG GET does.
func shown(c *Config, name string) (string, bool) {
	switch s := specs[name]; {
	case name == "save":
		points, ok, _ := c.Saves()
		var words []string
		for _, p := range points {
			words = append(words, strconv.FormatInt(p.Seconds, 10), strconv.FormatInt(p.Changes, 10))
		}
		return strings.Join(words, " "), ok
	case name == "replicaof":
		value, ok, _ := c.Text(name)
		if strings.EqualFold(value, "no one") {
			value = ""
		}
		return value, ok
	case s.isPercent:
		if value, ok, _ := c.Text(name); strings.HasSuffix(value, "%") {
			return value, ok
		}
		if value, ok, _ := c.Size(name); ok {
			return strconv.FormatInt(value, 10), ok
		}
		wrapped, err := s.number(c.Last(name).Args[0].Value)
		return strconv.FormatInt(-wrapped, 10) + "%", err == nil
	case s.kind == isMemory:
		value, ok, d := c.Size(name)
		if d != nil {
			exact, _ := ParseMemory(d.Args[0].Value)
			return strconv.FormatUint(exact, 10), ok
		}
		return strconv.FormatInt(value, 10), ok
	case s.kind == isBool:
		value, ok, _ := c.Bool(name)
		return map[bool]string{true: "yes", false: "no"}[value], ok
	case s.kind == isChoice:
		value, ok, _ := c.Enum(name)
		return value, ok
	case s.isOctal:
		value, ok, _ := c.Int(name)
		return strconv.FormatInt(value, 8), ok
	case s.kind == isInteger:
		value, ok, _ := c.Int(name)
		return strconv.FormatInt(value, 10), ok
	}
	value, ok, _ := c.Text(name)
	return value, ok
}
