package redisconf

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// bitnamiLike answers LOADING and MASTERDOWN as alive, and limits redis-cli by its first argument.
const bitnamiLike = `#!/bin/bash

[[ -f $REDIS_PASSWORD_FILE ]] && export REDIS_PASSWORD="$(< "${REDIS_PASSWORD_FILE}")"
[[ -n "$REDIS_PASSWORD" ]] && export REDISCLI_AUTH="$REDIS_PASSWORD"
answer=$(
  timeout -s 15 $1 \
  redis-cli \
    -h localhost \
    -p $REDIS_PORT \
    ping
)
if [ "$?" -eq "124" ]; then
  echo "Timed out"
  exit 1
fi
first=$(echo $answer | head -n1 | awk '{print $1;}')
if [ "$answer" != "PONG" ] && [ "$first" != "LOADING" ] && [ "$first" != "MASTERDOWN" ]; then
  echo "$answer"
  exit 1
fi
`

const masterToo = `#!/bin/bash
answer=$(timeout -s 15 $1 redis-cli -h $REDIS_MASTER_HOST -p $REDIS_MASTER_PORT_NUMBER ping)
if [ "$answer" != "PONG" ]; then
  exit 1
fi
`

const localAndMaster = `script_dir="$(dirname "$0")"
exit_status=0
"$script_dir/ping_local.sh" $1 || exit_status=$?
"$script_dir/ping_master.sh" $1 || exit_status=$?
exit $exit_status
`

func scripts(path string) (string, bool) {
	text, ok := map[string]string{
		"/health/ping_local.sh":  bitnamiLike,
		"/health/ping_master.sh": masterToo,
		"/health/both.sh":        localAndMaster,
	}[path]
	return text, ok
}

func wordsOf(values ...string) []Word {
	words := make([]Word, len(values))
	for i, value := range values {
		words[i] = Word{Value: value, End: len(value)}
	}
	return words
}

func TestProbe(t *testing.T) {
	t.Parallel()
	alive := Probe{UsesCLI: true, Ping: true, RequiresPong: No, AcceptsLoading: Yes, AcceptsMasterdown: Yes, AcceptsNoauth: Yes, AcceptsMisconf: Yes, OtherHost: No}
	strict := Probe{UsesCLI: true, Ping: true, RequiresPong: Yes, AcceptsLoading: No, AcceptsMasterdown: No, AcceptsNoauth: No, AcceptsMisconf: No, OtherHost: No}
	with := func(p Probe, change func(*Probe)) Probe {
		change(&p)
		return p
	}
	limit := func(seconds float64) func(*Probe) {
		return func(p *Probe) { p.TimeoutSeconds, p.HasTimeout = seconds, true }
	}
	tests := map[string]struct {
		argv []string
		want Probe
	}{
		"a plain ping":                {argv: []string{"redis-cli", "ping"}, want: alive},
		"a ping that fails on errors": {argv: []string{"redis-cli", "-e", "ping"}, want: strict},
		"a ping in a shell":           {argv: []string{"sh", "-c", "redis-cli -h $(hostname) ping"}, want: alive},
		"grep PONG":                   {argv: []string{"sh", "-c", "redis-cli ping | grep PONG"}, want: strict},
		"grep PONG or LOADING":        {argv: []string{"sh", "-c", "redis-cli ping | grep -qE 'PONG|LOADING'"}, want: with(alive, func(p *Probe) { p.AcceptsMasterdown, p.AcceptsNoauth, p.AcceptsMisconf = No, No, No })},
		"a comparison":                {argv: []string{"bash", "-c", `[ "$(redis-cli ping)" = "PONG" ]`}, want: strict},
		"a comparison in brackets":    {argv: []string{"bash", "-c", `[[ $(redis-cli ping) == PONG ]]`}, want: strict},
		"test and exit":               {argv: []string{"bash", "-c", `r=$(redis-cli ping); if test "$r" != "PONG"; then exit 1; fi`}, want: strict},
		"an inner timeout":            {argv: []string{"sh", "-c", "timeout 3 redis-cli ping"}, want: with(alive, limit(3))},
		"a timeout in argv":           {argv: []string{"timeout", "-s", "9", "2.5s", "redis-cli", "ping"}, want: with(alive, limit(2.5))},
		"a password and stderr": {
			argv: []string{"sh", "-c", `test "$(redis-cli -a "$REDIS_PASSWORD" --no-auth-warning ping 2>&1)" = PONG`},
			want: strict,
		},
		"a password only if there is one": {
			argv: []string{"sh", "-c", `if [ -n "$P" ]; then redis-cli -a "$P" PING 2>/dev/null; else redis-cli PING 2>/dev/null; fi | grep -q PONG`},
			want: strict,
		},
		"a case": {
			argv: []string{"sh", "-c", "r=$(redis-cli ping)\ncase $r in\n PONG|LOADING*) ;;\n *) exit 1 ;;\nesac\nexit 0"},
			want: with(alive, func(p *Probe) { p.AcceptsMasterdown, p.AcceptsNoauth, p.AcceptsMisconf = No, No, No }),
		},
		"a function with an array": {
			argv: []string{"bash", "-c", `run() { local args=("-p" "$PORT"); timeout -s 15 4 redis-cli "${args[@]}" "$@"; }; response=$(run ping); [ "$response" != "PONG" ] && exit 1; exit 0`},
			want: with(strict, limit(4)),
		},
		"set -e":                        {argv: []string{"bash", "-ec", "redis-cli ping | grep PONG\necho fine"}, want: strict},
		"an error that nobody looks at": {argv: []string{"sh", "-c", "redis-cli ping | grep PONG\necho fine"}, want: alive},
		"or true":                       {argv: []string{"sh", "-c", "redis-cli ping | grep PONG || true"}, want: alive},
		"a negation":                    {argv: []string{"sh", "-c", "! redis-cli ping | grep -q LOADING"}, want: with(alive, func(p *Probe) { p.AcceptsLoading = No; p.RequiresPong = No })},
		"a script that accepts loading": {
			argv: []string{"sh", "-c", "/health/ping_local.sh 5"},
			want: with(with(alive, limit(5)), func(p *Probe) { p.AcceptsNoauth, p.AcceptsMisconf = No, No }),
		},
		"a script that asks its master too": {
			argv: []string{"/bin/bash", "-ec", "/health/both.sh 7"},
			want: with(with(alive, limit(7)), func(p *Probe) { p.AcceptsNoauth, p.AcceptsMisconf = No, No; p.OtherHost = Yes }),
		},
		"a script that cannot be seen": {argv: []string{"/health/other.sh"}, want: Probe{Unknown: true}},
		"another host":                 {argv: []string{"redis-cli", "-h", "redis-master", "ping"}, want: with(alive, func(p *Probe) { p.OtherHost = Yes })},
		"the role": {
			argv: []string{"sh", "-c", `redis-cli ping | grep PONG && redis-cli info replication | grep role:master`},
			want: with(strict, func(p *Probe) { p.RoleAware = true }),
		},
		"ping on standard input":    {argv: []string{"sh", "-c", "echo PING | redis-cli | grep PONG"}, want: strict},
		"no redis-cli":              {argv: []string{"sh", "-c", "test -f /tmp/ready"}, want: Probe{}},
		"a loop for ever":           {argv: []string{"sh", "-c", "while true; do redis-cli ping; done"}, want: Probe{UsesCLI: true, Ping: true, Unknown: true}},
		"text that is not shell":    {argv: []string{"sh", "-c", "if redis-cli ping; then ((("}, want: Probe{Unknown: true}},
		"a condition that never is": {argv: []string{"sh", "-c", "test -f /tmp/stop && exit 1; redis-cli ping | grep PONG"}, want: strict},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Shell{Open: scripts}.Probe(wordsOf(tt.argv...))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%q (-want +got):\n%s", tt.argv, diff)
			}
		})
	}
}
