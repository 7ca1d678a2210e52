package redisconf

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// probes are run by a real bash against a real server in every state; ProbeScript must not contradict their exits.
var probes = []string{
	`redis-cli -p $PORT ping`,
	`redis-cli -e -p $PORT ping`,
	`redis-cli -p $PORT -e PING >/dev/null 2>&1`,
	`redis-cli -p $PORT ping | grep PONG`,
	`redis-cli -p $PORT ping | grep -q ^PONG$`,
	`redis-cli -p $PORT ping | grep -E 'PONG|LOADING'`,
	`redis-cli -p $PORT ping | grep 'PONG\|LOADING\|MASTERDOWN'`,
	`redis-cli -p $PORT ping | grep -qi "pong"`,
	`! redis-cli -p $PORT ping | grep -v PONG`,
	`[ "$(redis-cli -p $PORT ping)" = "PONG" ]`,
	`[ "$(redis-cli -p $PORT ping)" = "PONG" ] || exit 3`,
	`test "$(redis-cli -p $PORT ping)" != "PONG" && exit 1; exit 0`,
	`[[ "$(redis-cli -p $PORT ping)" == P* ]]`,
	`[[ $(redis-cli -p $PORT ping) =~ ^(PONG|LOADING) ]]`,
	`[[ "$(redis-cli -p $PORT ping)" == @(PONG|LOADING*) ]]`,
	`timeout 5 redis-cli -p $PORT ping`,
	`timeout -s 15 $1 redis-cli -e -p $PORT ping`,
	`r=$(redis-cli -p $PORT ping); echo "$r"; case "$r" in PONG|LOADING*) ;; *) exit 1;; esac`,
	`r=$(redis-cli -p $PORT ping); case "$r" in PONG) exit 0;; LOADING*|MASTERDOWN*) exit 0;; NOAUTH*) exit 2;; esac; exit 1`,
	`r=$(redis-cli -p $PORT ping); [ "${r%% *}" = LOADING ] || [ "$r" = PONG ]`,
	`r=$(redis-cli -p $PORT ping | cut -d' ' -f1); [ "$r" = PONG -o "$r" = LOADING ]`,
	`r=$(redis-cli -p $PORT ping); [ -n "$r" ]`,
	`r=$(redis-cli -p $PORT ping | tr -d '\r\n'); [ x"$r" = xPONG ]`,
	`r=$(redis-cli -p $PORT ping | awk '{print $1}' | tr A-Z a-z); [ "$r" = pong ]`,
	`set -e; redis-cli -p $PORT ping | grep -q PONG; echo alive`,
	`set -eo pipefail; redis-cli -e -p $PORT ping | cat; echo alive`,
	`redis-cli -e -p $PORT ping | cat`,
	`set -e; if redis-cli -e -p $PORT ping; then echo up; fi`,
	`if ! redis-cli -e -p $PORT ping; then exit 1; fi`,
	`until redis-cli -p $PORT ping; do sleep 1; done`,
	`ok() { redis-cli -p $PORT ping | grep -q PONG; }; ok`,
	`ok() { local r; r=$(redis-cli -p "$1" ping); if [[ $r != PONG ]]; then return 1; fi; }; ok $PORT && echo yes`,
	`ask() { local args=("-p" "$PORT"); redis-cli "${args[@]}" "$@"; }; [ "$(ask ping)" == PONG ]`,
	`for try in 1 2 3; do redis-cli -e -p $PORT ping && exit 0; done; exit 1`,
	`echo ping | redis-cli -p $PORT | grep PONG`,
	`redis-cli -p $PORT ping hello | grep hello`,
	`redis-cli -p $PORT ping || exit 1`,
	`redis-cli -e -p $PORT ping || true`,
	`(redis-cli -e -p $PORT ping) && echo yes`,
	`{ redis-cli -p $PORT ping; } | grep PONG >/dev/null`,
	`bash -c 'redis-cli -p '$PORT' ping | grep PONG'`,
	`bash -ec "redis-cli -p $PORT ping | grep PONG"`,
	`eval "redis-cli -p $PORT ping | grep PONG"`,
	`exec redis-cli -e -p $PORT ping`,
	`redis-cli -u redis://127.0.0.1:$PORT/0 -e ping`,
	`x=$(redis-cli -e -p $PORT ping) || exit $?`,
	`redis-cli -e -p $PORT ping; code=$?; [ $code -eq 0 ] || exit $code`,
	`redis-cli -p $PORT ping | head -1 | xargs | grep -w PONG`,
	`printf '%s\n' "$(redis-cli -p $PORT ping)" | grep -c PONG`,
	`grep -q PONG <<< "$(redis-cli -p $PORT ping)"`,
	`redis-cli -p $PORT info persistence | grep -q loading:0`,
	`redis-cli -p $PORT info persistence | grep -q ^loading:0`,
	`redis-cli -p $PORT role >/dev/null`,
	`redis-cli -p $PORT get nothing | grep -q LOADING && exit 1; exit 0`,
	`[ ! -f /nowhere/ready ] || exit 1; redis-cli -p $PORT ping | grep PONG`,
}

// states bring a server to give each answer.
func states(t *testing.T) map[reply]string {
	t.Helper()
	return map[reply]string{
		pong:       "",
		noauth:     "requirepass secret",
		masterdown: "replicaof 127.0.0.1 1\nreplica-serve-stale-data no",
		loading:    "key-load-delay 200\nloading-process-events-interval-bytes 1024",
	}
}

func TestProbesExitAsRehearsed(t *testing.T) {
	t.Parallel()
	server(t)
	for answer, text := range states(t) {
		t.Run(strings.Fields(string(answer))[0], func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			until := "eady to accept connections"
			if answer == loading {
				writeDump(t, dir)
				until = "Server initialized"
			}
			port := launch(t, dir, text+"\n", nil, until).port
			if got := ask(t, port, "PING"); strings.TrimLeft(got.(string), "+-") != string(answer) {
				t.Fatalf("PING: %v", got)
			}
			t.Run("probes", func(t *testing.T) {
				for i, script := range probes {
					t.Run(fmt.Sprintf("%02d", i), func(t *testing.T) {
						t.Parallel()
						if got, want := exits(t, script, port), rehearsed(script, answer); got != want {
							t.Errorf("%s\nin bash: %v, rehearsed: %v", script, got, want)
						}
					})
				}
			})
			if got := ask(t, port, "PING"); strings.TrimLeft(got.(string), "+-") != string(answer) {
				t.Errorf("the server left its state: PING: %v", got)
			}
		})
	}
}

// rehearsed is what ProbeScript says about a script while the server gives the answer.
func rehearsed(script string, answer reply) Verdict {
	p := ProbeScript(script, "5")
	switch answer {
	case loading:
		return p.AcceptsLoading
	case masterdown:
		return p.AcceptsMasterdown
	case noauth:
		return p.AcceptsNoauth
	case misconf:
		return p.AcceptsMisconf
	case pong:
	}
	return Yes // every script in the table is happy with a healthy server
}

func exits(t *testing.T, script string, port int) Verdict {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script, "probe", "5")
	cmd.Env = append(os.Environ(), "PORT="+strconv.Itoa(port))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%v: %s", err, out)
	}
	return verdict(err == nil)
}

// writeDump leaves an RDB file that takes the server longer to load than the test lasts.
func writeDump(t *testing.T, dir string) {
	t.Helper()
	port := launch(t, dir, "save \"\"", nil, "eady to accept connections").port
	for _, command := range [][]string{{"DEBUG", "POPULATE", "500000"}, {"SAVE"}} {
		if got := ask(t, port, command...); got != "+OK" {
			t.Fatalf("%q: %v", command, got)
		}
	}
}
