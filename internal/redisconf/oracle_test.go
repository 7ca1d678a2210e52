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

// configuration is one start of a server. DIR stands for its directory.
type configuration struct {
	conf  string
	args  []string
	files map[string]string
}

func conf(text string) configuration    { return configuration{conf: text} }
func argv(args ...string) configuration { return configuration{args: args} }

// configurations are spellings that real files have, and some that they should not have.
var configurations = []configuration{
	conf("# nothing"),
	conf("maxmemory 1g"), conf("maxmemory 1gb"), conf("maxmemory 1G"), conf("maxmemory 1GB"), conf("maxmemory 512m"),
	conf("maxmemory 512mb"), conf("maxmemory 512k"), conf("maxmemory 512Kb"), conf("maxmemory 1b"), conf("maxmemory 1073741824"),
	conf(`maxmemory "1gb"`), conf("maxmemory '1gb'"), conf("maxmemory 0"), conf(`maxmemory ""`), conf("maxmemory gb"),
	conf("maxmemory 01gb"), conf("  maxmemory 1gb  "), conf("# maxmemory 2gb\nmaxmemory 1gb"), conf("MAXMEMORY 1GB"),
	conf("maxmemory 1gb\r\nmaxmemory-policy allkeys-lru\r"), conf("maxmemory\t1gb"), conf("maxmemory 99999999999999999999"),
	conf("maxmemory 17179869184gb"), conf("maxmemory 99999999999999999999gb"), conf("maxmemory 9223372036854775808"),
	conf("maxmemory 100mb\nmaxmemory 200mb"), conf("maxmemory \"1\\x67\\x62\""), conf("maxmemory 1gb\v"), conf("maxmemory '1g''b'"),
	conf("maxmemory 1\"gb\""), conf("\"maxmemory\" 1gb"), conf("maxmemory 1gb\n\n   # indented comment"),
	conf("maxmemory " + strings.Repeat("0", 127) + "1"), conf("maxmemory " + strings.Repeat("0", 126) + "1"),
	conf("maxmemory 1Gi"), conf("maxmemory 1GiB"), conf("maxmemory 512Mi"), conf("maxmemory 1t"), conf("maxmemory 1.5gb"),
	conf("maxmemory 1e9"), conf("maxmemory 75%"), conf("maxmemory 1 gb"), conf(`maxmemory "1 gb"`), conf("maxmemory -1"),
	conf("maxmemory +1"), conf("maxmemory"), conf("maxmemory 1_000_000"), conf("maxmemory 0x40000000"), conf("maxmemory 1gb # comment"),
	conf("maxmemory 1gb#comment"), conf("maxmemory: 1gb"), conf("maxmemory=1gb"), conf("maxmemory = 1gb"), conf("maxmemory 1gb;"),
	conf("\ufeffmaxmemory 1gb"), conf("max-memory 1gb"), conf("maxmemory_policy allkeys-lru"), conf("no-such-directive 1"),
	conf("maxmemory-policy ALLKEYS-LRU"), conf("maxmemory-policy allkeys_lru"), conf("maxmemory-policy lru"), conf("maxmemory-policy"),
	conf("maxmemory-clients 5%"), conf("maxmemory-clients 100mb"), conf("maxmemory-clients 101%"), conf("maxmemory-clients 05%"),
	conf("maxmemory-clients -5%"), conf("maxmemory-clients 9223372036854775808"), conf("maxmemory-clients 18446744073709551600"),
	conf("repl-backlog-size 64mb"), conf("repl-backlog-size 1Mi"), conf("repl-backlog-size 0"), conf("repl-backlog-size 18446744073709551615"),
	conf("proto-max-bulk-len 512Mi"), conf("proto-max-bulk-len 1mb"), conf("proto-max-bulk-len 1000k"), conf("client-query-buffer-limit 1m"),
	conf("auto-aof-rewrite-min-size 64Mi"), conf("auto-aof-rewrite-min-size 32mb"), conf("auto-aof-rewrite-percentage 100%"),
	conf("client-output-buffer-limit replica 256Mi 64Mi 60"), conf("client-output-buffer-limit replica 256mb 64mb 60"),
	conf(`client-output-buffer-limit "slave 256mb 64mb 60 normal 0 0 0"`), conf("client-output-buffer-limit master 1 1 1"),
	conf("client-output-buffer-limit replica 256mb 64mb"), conf("client-output-buffer-limit"),
	conf("appendonly yes"), conf("appendonly true"), conf(`appendonly "yes"`), conf("appendonly YES"), conf("appendonly 1"),
	conf("appendonly yes\nappendonly no"), conf("appendfsync always"), conf("appendfsync never"), conf("timeout 5s"), conf("timeout 05"),
	conf("timeout +5"), conf("timeout -0"), conf(`timeout ""`), conf("maxclients 100"), conf("maxclients 10k"), conf("maxclients 0"),
	conf("maxclients -1"), conf("list-max-ziplist-size -3"), conf("list-max-ziplist-entries 10"), conf("list-max-ziplist-entries 10 11"),
	conf("save \"\""), conf("save"), conf("save 900 1\nsave 300 10"), conf("save 900 1 300 10"), conf(`save "900 1 300 10"`),
	conf("save 900 1\nsave \"\""), conf("save \"\"\nsave 900 1"), conf("save 900"), conf("save 0 1"), conf("save 900 0"), conf("save 900 -1"),
	conf("save +900 1"), conf("save 900 1 x"), conf(`save "" ""`), conf("save 900 1\nsave"), conf("save \"900\" \"1\""), conf("save '' "),
	conf(`save "900 1" "300 10"`), conf("save 900s 1"), conf("save 900 4294967297"), conf("save 900 1 \"\""),
	conf("dbfilename a/b.rdb"), conf("dbfilename x.rdb"), conf(`dbfilename ""`), conf(`appendfilename ""`), conf("appenddirname a/b"),
	conf("requirepass foo bar"), conf("requirepass foo#bar"), conf("requirepass #foo"), conf(`requirepass "foo bar"`), conf(`requirepass "foo`),
	conf("requirepass foo\"bar\"baz"), conf("requirepass \"foo\"bar"), conf("requirepass 'it\\'s'"), conf(`requirepass "a\"b\\c\n\x41\q"`),
	conf("requirepass "), conf(`requirepass ""`), conf("masterauth "), conf("masterauth x"),
	conf("notify-keyspace-events Ex"), conf("notify-keyspace-events KQ"), conf(`notify-keyspace-events ""`),
	conf("replicaof no one"), conf("replicaof 127.0.0.1"), conf("slaveof 127.0.0.1 1"), conf("slave-priority 50"),
	conf(`replicaof "127.0.0.1 1"`), conf("replicaof 127.0.0.1 99999"), conf("replicaof 127.0.0.1 x"), conf("min-slaves-to-write 1\nmin-slaves-max-lag 5"),
	conf(`rename-command KEYS ""`), conf("rename-command KEYS \"\"\nrename-command KEYS \"\""), conf("rename-command KEYS K\nrename-command K \"\""),
	conf("rename-command KEYS"), conf("rename-command CONFIG CFG\nrename-command CFG CONFIG"),
	conf("io-threads 0"), conf("io-threads 129"), conf("io-threads 2"), conf("databases 0"), conf("databases 4"),
	conf("min-replicas-to-write -1"), conf("min-replicas-to-write 2147483648"), conf("hash-max-ziplist-entries 10"),
	conf("cluster-enabled yes\nreplicaof 127.0.0.1 1"), conf("cluster-enabled yes\nreplicaof no one\ndatabases 4"), conf("vm-enabled no"),
	conf("cluster-announce-hostname node-0.redis"), conf("cluster-announce-hostname node_0"), conf("cluster-node-timeout 5s"),
	conf("user default on >x ~* &* +@all\nuser default on nopass ~* &* +@all"), conf("user"), conf("requirepass a\nuser default on nopass ~* &* +@all"),
	conf("oom-score-adj yes"), conf("oom-score-adj-values 0 200 800"), conf("oom-score-adj-values 0 200"), conf("oom-score-adj-values 0 200 3000"),
	conf("unixsocketperm 700"), conf("unixsocketperm 800"), conf("unixsocketperm 1000"), conf("hz 1000"), conf("hz 0"), conf("loglevel verbose"),
	conf("loglevel info"), conf("latency-tracking-info-percentiles 50 99"), conf("latency-tracking-info-percentiles 101"),
	conf("latency-tracking-info-percentiles x"), conf("shutdown-on-sigterm save now"), conf("shutdown-on-sigterm \"nosave force\""),
	conf("shutdown-on-sigterm save nosave"), conf("shutdown-on-sigterm later"), conf("lua-time-limit 100"), conf("lua-replicate-commands yes"),
	conf("sentinel monitor mymaster 127.0.0.1 1 2"), conf("sentinel"), conf("port 0"), conf("port 65536"), conf("port 6379tcp"),
	conf("bind 127.0.0.1 -::1"), conf(`bind ""`), conf("include"), conf("include a b"), conf("loadmodule"), conf("tcp-keepalive 300 60"),
	conf("no.such-module 1"), conf("no.such-module"), conf("\x00maxmemory 1Gi"), conf("maxmemory 1gb\x00Gi"),

	{conf: "include DIR/more.conf\nmaxmemory 2gb", files: map[string]string{"more.conf": "maxmemory 1gb\nappendonly yes"}},
	{conf: "maxmemory 2gb\ninclude DIR/more.conf", files: map[string]string{"more.conf": "maxmemory 1gb\nsave 900 1"}},
	{conf: "save 60 1\ninclude DIR/more.conf", files: map[string]string{"more.conf": "save 900 1\ninclude DIR/deep.conf", "deep.conf": "save 7 7"}},
	{conf: "save 60 1\ninclude DIR/more.conf", files: map[string]string{"more.conf": "save \"\""}},
	{conf: "include DIR/more.conf", files: map[string]string{"more.conf": "maxmemory 1Gi"}},
	{args: []string{"--include", "DIR/more.conf", "--maxmemory", "2gb"}, files: map[string]string{"more.conf": "maxmemory 1gb\nsave 5 5"}},
	{args: []string{"--maxmemory 2gb", "--include DIR/more.conf"}, files: map[string]string{"more.conf": "maxmemory 1gb"}},
	{conf: "maxmemory 100mb", args: []string{"--maxmemory", "200mb"}},
	{conf: "save 900 1", args: []string{"--save", "300 10"}}, {conf: "save 900 1", args: []string{"--save", ""}},
	{conf: "save \"\"", args: []string{"--save", "300 10"}}, {conf: "save 900 1", args: []string{"--save"}},
	{conf: "save 900 1", args: []string{"--save", "--appendonly", "yes"}},
	{conf: "maxmemory 1gb", args: []string{"maxmemory", "2gb"}},

	argv("--maxmemory=1gb"), argv("--maxmemory", "1gb"), argv("--maxmemory 1gb"), argv("--MaxMemory", "1gb"), argv("--maxmemory", "75%"),
	argv("--maxmemory", "1Gi"), argv("--maxmemory", "100mb", "--maxmemory", "200mb"), argv("--maxmemory", "--appendonly", "yes"),
	argv("--save", "", "--appendonly", "no"), argv("--save", `""`, "--appendonly", "no"), argv("--save", ""), argv(`--save ""`), argv("--save"),
	argv("--save", "--appendonly", "yes"), argv("--SAVE", "--appendonly", "yes"), argv("--save", "900", "1", "300", "10"),
	argv("--save", "900 1 300 10"), argv("--save", "900 1", "--save", "300 10"), argv("--save 900 1"), argv("--save 900", "1"),
	argv("--appendonly=no"), argv("--appendonly", "yes", "--appendonly", "no"), argv("--requirepass", ""),
	argv("--requirepass", "--masterauth", "x"), argv("--requirepass", "a b"), argv("--requirepass", "--secret"),
	argv("--requirepass", `a"b\c'd`), argv("--requirepass", "pässword"), argv("--requirepass", "#x"), argv("--requirepass", "-x"),
	argv("--replicaof", "127.0.0.1", "1"), argv("--replicaof", "127.0.0.1 1"), argv("--no-such", "1"), argv("--maxmemory", "1gb # comment"),
	argv("--maxmemory", "1gb", "appendonly", "yes"), argv("--maxmemory 1gb # comment"), argv("--# a comment"), argv("--maxmemory 1gb --appendonly yes"),
	argv("--maxmemory 1gb\nappendonly yes"), argv("--maxmemory", "1gb\nappendonly yes"), argv("--"), argv("--", "--maxmemory", "1gb"),
	argv("-maxmemory", "1gb"), argv("--sentinel", "x"), argv("--maxmemory ", "1gb"), argv("--client-output-buffer-limit", "replica 1gb 1gb 0"),
	argv("--slave-priority", "10"), argv("--maxmemory-policy", "allkeys-lru", "--save", "60", "1"), argv("--requirepass", "{{ x }}"),
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
