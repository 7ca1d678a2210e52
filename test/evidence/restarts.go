//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

var restarts = experiment{
	name:     "restarts",
	question: "What do replicas hold after their master's process died and came back at the same address?",
	setup: "1 master and 2 replicas on loopback, without Sentinels or with 3 (quorum 2, `down-after-milliseconds 5000`). 1,000 keys are on all " +
		"three; with save points the last save was after 500 of them. The master gets SIGKILL and is started again after 1, 3 or 10 s, as a " +
		"kubelet restarts a container, with the files that it had.",
	claims: []claim{
		{
			key: "empty", rules: []string{"replication-without-persistence", "data-not-on-volume"},
			text: "A master without persistence that is back before `down-after-milliseconds` comes back empty, and its replicas empty themselves too, with Sentinels as without.",
		},
		{
			key: "promoted", rules: []string{"replication-without-persistence"},
			text: "Only when the failover comes before the restart do the data survive, on the promoted replica.",
		},
		{
			key: "files", rules: []string{"replication-without-persistence"},
			text: "With an append-only file nothing is lost; with save points alone, all that was written since the last save is lost on all three.",
		},
	},
	measure: measureRestarts,
}

// restart is a master that comes back, and what must be left then.
type restart struct {
	persistence string
	args        []string
	sentinels   int
	back        time.Duration
	keys        [3]int // on master and replicas
	claim       string
}

// There are so many keys, and so many of them when a server with save points saves.
const (
	keysWritten = 1000
	keysSaved   = 500
)

var restartCases = []restart{
	{"none", nil, 0, time.Second, [3]int{}, "empty"},
	{"none", nil, 3, time.Second, [3]int{}, "empty"},
	{"none", nil, 3, 3 * time.Second, [3]int{}, "empty"},
	{"none", nil, 3, 10 * time.Second, [3]int{keysWritten, keysWritten, keysWritten}, "promoted"},
	{"append-only file", []string{"--appendonly", "yes"}, 0, time.Second, [3]int{keysWritten, keysWritten, keysWritten}, "files"},
	{"append-only file", []string{"--appendonly", "yes"}, 3, time.Second, [3]int{keysWritten, keysWritten, keysWritten}, "files"},
	{"save points", []string{"--save", "3600 1"}, 0, time.Second, [3]int{keysSaved, keysSaved, keysSaved}, "files"},
	{"save points", []string{"--save", "3600 1"}, 3, time.Second, [3]int{keysSaved, keysSaved, keysSaved}, "files"},
}

// restarted is what was left of one trial.
type restarted struct {
	keys  [3]int
	roles string
}

func measureRestarts(ctx context.Context, l *lab, r *result) error {
	cases := restartCases
	if l.quick {
		cases = []restart{cases[0], cases[4], cases[6]}
	}
	trials := pick(l, 1, 3)
	t := r.table("", "persistence", "Sentinels", "back after", "keys on master, replica, replica then", "roles then")
	seen := make([][]restarted, len(cases))
	for range trials {
		all, err := concurrently(len(cases), func(i int) (restarted, error) { return l.restart(ctx, cases[i]) })
		if err != nil {
			return err
		}
		for i, s := range all {
			seen[i] = append(seen[i], s)
		}
	}
	for i, c := range cases {
		var keys, roles []string
		for _, s := range seen[i] {
			keys = append(keys, fmt.Sprintf("%d, %d, %d", s.keys[0], s.keys[1], s.keys[2]))
			roles = append(roles, s.roles)
			r.judge(c.claim, s.keys == c.keys)
		}
		t.row(c.persistence, c.sentinels, c.back, tally(keys), tally(roles))
	}
	return ctx.Err()
}

func (l *lab) restart(ctx context.Context, c restart) (seen restarted, err error) {
	const down = 5 * time.Second
	var w watch
	if c.sentinels > 0 {
		w = watch{sentinels: c.sentinels, quorum: 2, down: down, failover: 10 * time.Second}
	}
	g, err := l.group(ctx, w, c.args...)
	if err != nil {
		return seen, err
	}
	defer g.end()
	master := g.servers[0]
	for i := range keysWritten {
		if i == keysSaved && c.persistence == "save points" {
			master.ask("SAVE")
		}
		if reply := master.ask("SET", "key:"+strconv.Itoa(i), "v"); reply != "OK" {
			return seen, errors.New("write the keys: " + reply)
		}
	}
	if _, same := until(ctx, 10*time.Second, func() bool { return g.keys() == [3]int{keysWritten, keysWritten, keysWritten} }); !same {
		return seen, errors.New("write the keys: replicas do not follow")
	}
	pause(ctx, 1100*time.Millisecond) // appendfsync everysec
	began := time.Now()
	master.crash()
	pause(ctx, pick(l, 0, c.back)-time.Since(began))
	if err := master.start(ctx); err != nil {
		return seen, err
	}
	// It stays as it is once all follow a master, and Sentinels have had their time.
	until(ctx, 30*time.Second, func() bool { return g.keys() == c.keys && g.settled() })
	if c.sentinels > 0 {
		pause(ctx, down+time.Second)
	}
	return restarted{g.keys(), g.roles()}, ctx.Err()
}

// keys returns how many keys each server holds, -1 for one that does not say.
func (g *group) keys() (keys [3]int) {
	for i, s := range g.servers {
		n, err := strconv.Atoi(s.ask("DBSIZE"))
		if err != nil {
			n = -1
		}
		keys[i] = n
	}
	return keys
}

// settled reports whether there is one master and all others follow it.
func (g *group) settled() bool {
	masters, following := 0, 0
	for _, s := range g.servers {
		role := s.ask("ROLE")
		switch {
		case strings.HasPrefix(role, "master"):
			masters++
		case strings.Contains(role, "\nconnected\n"):
			following++
		}
	}
	return masters == 1 && masters+following == len(g.servers)
}

func (g *group) roles() string {
	roles := make([]string, len(g.servers))
	for i, s := range g.servers {
		roles[i] = "replica"
		if s.master() {
			roles[i] = "master"
		}
	}
	return strings.Join(roles, ", ")
}
