package redisconf

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const startScript = `#!/bin/bash
CONF=/etc/redis/redis.conf
cp /mnt/redis.conf $CONF
echo "maxmemory 1gb" >> "$CONF"
cat <<EOF > /etc/redis/extra.conf
appendonly yes
port $PORT
EOF
QUORUM=2
echo "sentinel monitor mymaster ${HOST} 6379 ${QUORUM}" >> /etc/redis/sentinel.conf
ARGS=("--port" "${REDIS_PORT}")
if [[ "$MODE" = replica ]]; then
  ARGS+=("--replicaof" "${MASTER}" "6379")
fi
ARGS+=("--maxmemory 1gb")
ARGS+=("--include" "/opt/redis.conf")
exec redis-server "$CONF" "${ARGS[@]}"
`

// line writes a command as one line, with what was found out about it.
func line(c Command) string {
	words := []string{c.Name}
	for _, arg := range c.Args {
		words = append(words, arg.Value)
	}
	for _, r := range c.Redirects {
		words = append(words, r.Op+r.Target.Value)
	}
	text := strings.Join(words, " ")
	if c.Negated {
		text = "! " + text
	}
	if len(c.Into) > 0 {
		text += " | " + c.Into[0].Name
	}
	if c.After != "" {
		text = c.After + " " + text
	}
	if c.Conditional {
		text = "? " + text
	}
	if c.Function != "" {
		text = c.Function + "() " + text
	}
	if c.Timeout > 0 {
		text += " within " + c.Timeout.Truncate(time.Millisecond).String()
	}
	return text
}

func lines(commands []Command) []string {
	var all []string
	for _, c := range commands {
		all = append(all, line(c))
	}
	return all
}

func TestCommands(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		script string
		want   []string
	}{
		"a start script": {script: startScript, want: []string{
			"cp /mnt/redis.conf /etc/redis/redis.conf",
			"echo maxmemory 1gb >>/etc/redis/redis.conf",
			"cat <<EOF >/etc/redis/extra.conf",
			"echo sentinel monitor mymaster ${HOST} 6379 2 >>/etc/redis/sentinel.conf",
			"redis-server /etc/redis/redis.conf --port ${REDIS_PORT} --replicaof ${MASTER} 6379 --maxmemory 1gb --include /opt/redis.conf",
		}},
		"continued lines":                     {script: "redis-server \\\n  --save '' \\\n  --appendonly no", want: []string{"redis-server --save  --appendonly no"}},
		"wrappers":                            {script: "exec nice -n 5 tini -- gosu redis env A=1 redis-server /x.conf", want: []string{"redis-server /x.conf"}},
		"timeout":                             {script: "timeout -s 15 5 redis-cli ping; timeout -k 1 2m redis-cli ping; timeout -t 3 redis-cli ping", want: []string{"redis-cli ping within 5s", "redis-cli ping within 2m0s", "redis-cli ping within 3s"}},
		"the image's entrypoint":              {script: "docker-entrypoint.sh --save 60 1\ndocker-entrypoint.sh redis-server /x.conf\n/usr/local/bin/docker-entrypoint.sh /y.conf", want: []string{"redis-server --save 60 1", "redis-server /x.conf", "redis-server /y.conf"}},
		"a shell in a shell":                  {script: `bash -ec 'sh -c "redis-server --port 1"'`, want: []string{"redis-server --port 1"}},
		"a script file":                       {script: "sh -x /conf/init.sh a b", want: []string{"init.sh a b"}},
		"su":                                  {script: `su redis -c "redis-server /x.conf"; su-exec redis redis-server /y.conf`, want: []string{"redis-server /x.conf", "redis-server /y.conf"}},
		"eval":                                {script: `CMD="redis-server /x.conf"; eval $CMD`, want: []string{"redis-server /x.conf"}},
		"lists and pipes":                     {script: "redis-cli ping | grep PONG && echo up || ! echo down", want: []string{"redis-cli ping | grep", "grep PONG", "? && echo up", "? || ! echo down"}},
		"branches and functions":              {script: "f() { cp a b; }; if f; then redis-server a; else redis-server b; fi", want: []string{"f() cp a b", "f", "? redis-server a", "? redis-server b"}},
		"a variable of two values stays open": {script: "C=a; if x; then C=b; fi; redis-server $C", want: []string{"x", "redis-server $C"}},
		"a string that grows":                 {script: `O="--port 1"; O="$O --save ''"; redis-server $O`, want: []string{"redis-server --port 1 --save ''"}},
		"a default":                           {script: `redis-server --port ${PORT:-6379}`, want: []string{"redis-server --port ${PORT:-6379}"}},
		"substitutions":                       {script: `x="$(redis-cli role | head -1)"`, want: []string{"redis-cli role | head", "head -1"}},
		"a block's redirect":                  {script: "{ echo a; echo b; } > /f", want: []string{"echo a >/f", "echo b >/f"}},
		"what is not shell is read by lines":  {script: "{{- if .x }}\nredis-server /x.conf \\\n --port 1\nif ((", want: []string{"{{- if .x }}", "redis-server /x.conf --port 1", "if (("}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, lines(Commands(tt.script, nil))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCommandsKnowTheirEnvironment(t *testing.T) {
	t.Parallel()
	shell := Shell{Env: map[string]string{"MAXMEMORY": "1gb"}, Args: wordsOf("/x.conf")}
	got := lines(shell.Commands(`redis-server "$@" --maxmemory $MAXMEMORY --port $(PORT) --requirepass $(MAXMEMORY)`, nil))
	want := []string{"redis-server /x.conf --maxmemory 1gb --port $(PORT) --requirepass 1gb", "PORT", "MAXMEMORY"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWordsStandWhereTheyWereWritten(t *testing.T) {
	t.Parallel()
	commands := Commands(startScript, "start.sh")
	s, ok := ServerOf(commands[len(commands)-1])
	if !ok || !s.Complete {
		t.Fatalf("%+v", s)
	}
	type written struct {
		Name, Text  string
		Args        []string
		Conditional bool
	}
	var got []written
	for _, d := range s.Directives {
		w := written{Name: d.Name, Text: startScript[d.Offset:d.End], Conditional: d.Conditional}
		for _, arg := range d.Args {
			w.Args = append(w.Args, startScript[arg.Offset:arg.End])
		}
		got = append(got, w)
	}
	want := []written{
		{Name: "port", Text: `port" "${REDIS_PORT}"`, Args: []string{`"${REDIS_PORT}"`}},
		{Name: "replicaof", Text: `replicaof" "${MASTER}" "6379"`, Args: []string{`"${MASTER}"`, `"6379"`}, Conditional: true},
		{Name: "maxmemory", Text: `maxmemory 1gb`, Args: []string{"1gb"}},
		{Name: "include", Text: `include" "/opt/redis.conf"`, Args: []string{`"/opt/redis.conf"`}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if file := startScript[s.File.Offset:s.File.End]; file != "/etc/redis/redis.conf" {
		t.Errorf("file written as %q", file)
	}
	heredoc := commands[2].Redirects[0]
	if !strings.HasPrefix(startScript[heredoc.HeredocOffset:], heredoc.Heredoc) || heredoc.Heredoc != "appendonly yes\nport $PORT\n" || !heredoc.HeredocDynamic {
		t.Errorf("here-document %+v", heredoc)
	}
}

func TestNestedWordsStandInTheirScript(t *testing.T) {
	t.Parallel()
	argv := wordsOf("sh", "-c", `exec redis-server --maxmemory "1gb"`)
	for i := range argv {
		argv[i].Origin = i
	}
	commands := CommandsOf(argv)
	s, ok := ServerOf(commands[0])
	if !ok || len(s.Directives) != 1 {
		t.Fatalf("%+v", commands)
	}
	arg := s.Directives[0].Args[0]
	if got := argv[2].Value[arg.Offset:arg.End]; arg.Origin != 2 || got != `"1gb"` {
		t.Errorf("%+v written as %q", arg, got)
	}
}

func TestHostileScriptsEnd(t *testing.T) {
	t.Parallel()
	const n = 300_000
	tests := map[string]string{
		"deep subshells":                   strings.Repeat("(", n),
		"deep substitutions":               strings.Repeat("$(", n),
		"deep quotes":                      strings.Repeat(`"$(`, n),
		"deep conditions":                  strings.Repeat("if ", n),
		"deep negations":                   strings.Repeat("! ", n),
		"subshells as deep as allowed":     strings.Repeat("(", maxOpenings),
		"substitutions as deep as allowed": strings.Repeat("$(", maxOpenings),
		"quotes as deep as allowed":        strings.Repeat(`"$(`, maxOpenings),
		"conditions as deep as allowed":    strings.Repeat("if ", maxOpenings-1),
		"deep and closed":                  strings.Repeat("$(", 9000) + "x" + strings.Repeat(")", 9000),
		"deep quotes, closed":              strings.Repeat(`"$(`, 9000) + "x" + strings.Repeat(`)"`, 9000),
		"a long list":                      strings.Repeat("a && ", 60_000) + "a",
		"a long pipeline":                  strings.Repeat("a | ", 9_000) + "a",
		"doubling":                         "X=" + strings.Repeat("x", 1000) + strings.Repeat("\nX=\"$X$X$X$X\"", 1000) + "\nredis-server $X",
		"doubling an array":                "A=(x)" + strings.Repeat("\nA+=(\"${A[@]}\" \"${A[@]}\")", 1000) + "\nredis-server \"${A[@]}\"",
		"recursion":                        "f() { f; f; }; f",
		"eval of itself":                   `X='eval "$X"'; eval "$X"`,
		"a long line":                      "redis-server " + strings.Repeat("x ", n),
	}
	for name, script := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			Commands(script, nil)
			ProbeScript(script)
		})
	}
}
