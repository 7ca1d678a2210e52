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

func measureRestarts(ctx context.Context, l *lab, r *result) error {
	const number, saved = 1000, 500
	down := pick(l, 1500*time.Millisecond, 5*time.Second)
	cases := []struct {
		persistence string
		args        []string
		sentinels   int
		back        time.Duration
		keys        [3]int // that must be left on master and replicas
		claim       string
	}{
		{"none", nil, 0, time.Second, [3]int{}, "empty"},
		{"none", nil, 3, time.Second, [3]int{}, "empty"},
		{"none", nil, 3, 3 * time.Second, [3]int{}, "empty"},
		{"none", nil, 3, 10 * time.Second, [3]int{0, number, number}, "promoted"},
		{"append-only file", []string{"--appendonly", "yes"}, 0, time.Second, [3]int{number, number, number}, "files"},
		{"append-only file", []string{"--appendonly", "yes"}, 3, time.Second, [3]int{number, number, number}, "files"},
		{"save points", []string{"--save", "3600 1"}, 0, time.Second, [3]int{saved, saved, saved}, "files"},
		{"save points", []string{"--save", "3600 1"}, 3, time.Second, [3]int{saved, saved, saved}, "files"},
	}
	if l.quick {
		for i := range cases {
			cases[i].back = 0
		}
		cases = append(cases[:2:2], cases[4], cases[6])
	}
	trials := pick(l, 1, 3)
	t := r.table("", "persistence", "Sentinels", "back after", "keys on master, replica, replica then", "roles then")
	for _, c := range cases {
		var keys, roles []string
		for range trials {
			var w watch
			if c.sentinels > 0 {
				w = watch{sentinels: c.sentinels, quorum: 2, down: down, failover: 10 * time.Second}
			}
			g, err := l.group(ctx, 2, w, c.args...)
			if err != nil {
				return err
			}
			master := g.servers[0]
			for i := range number {
				if i == saved && len(c.args) > 0 && c.args[0] == "--save" {
					master.ask("SAVE")
				}
				if reply := master.ask("SET", "key:"+strconv.Itoa(i), "v"); reply != "OK" {
					return errors.New("write the keys: " + reply)
				}
			}
			if _, same := until(ctx, 10*time.Second, func() bool { return g.keys() == [3]int{number, number, number} }); !same {
				return errors.New("write the keys: replicas do not follow")
			}
			pause(ctx, 1100*time.Millisecond) // appendfsync everysec
			began := time.Now()
			master.crash()
			pause(ctx, c.back-time.Since(began))
			if err := master.start(ctx); err != nil {
				return err
			}
			// The state is what it is once everybody follows a master, and has stayed so for longer than Sentinels take.
			until(ctx, 30*time.Second, func() bool { return g.keys() == c.keys && g.settled() })
			pause(ctx, pick(l, 0, down+time.Second))
			left := g.keys()
			keys = append(keys, fmt.Sprintf("%d, %d, %d", left[0], left[1], left[2]))
			roles = append(roles, g.roles())
			g.end()
			r.judge(c.claim, left == c.keys)
		}
		t.row(c.persistence, c.sentinels, c.back, tally(keys), tally(roles))
	}
	return ctx.Err()
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
