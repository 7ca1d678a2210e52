//go:build unix

package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"time"
)

var replicas = experiment{
	name:     "replicas",
	question: "When does `min-replicas-to-write` stop all writes?",
	setup: "1 master and 2 replicas on loopback; one replica is killed (SIGKILL) or freezes (SIGSTOP), and the master is asked to SET for 15 s. " +
		"Then the same with 3 Sentinels (quorum 2, `down-after-milliseconds 5000`), where the master is killed and does not come back.",
	claims: []claim{
		{
			key: "deadlock", rules: []string{"min-replicas-deadlock"},
			text: "With `min-replicas-to-write` equal to the number of replicas, writes stop as soon as one of them is lost; above it, no write is ever accepted.",
		},
		{
			key: "failover", rules: []string{"min-replicas-deadlock"},
			text: "After a failover the same value leaves the new master one replica short: it accepts no write until the old master is back.",
		},
		{
			key: "spare", rules: []string{"min-replicas-deadlock"},
			text: "One less than the number of replicas accepts writes through both.",
		},
		{
			key: "silent", rules: []string{"min-replicas-deadlock"},
			text: "PING stays PONG while writes are refused, so that no probe notices.",
		},
	},
	measure: measureReplicas,
}

// replicaLoss is a way to lose a replica of two.
type replicaLoss struct {
	least  int // min-replicas-to-write
	signal syscall.Signal
}

// refused is what was seen of a master that lacks replicas.
type refused struct {
	before, answer, ping string
	is                   bool
	after                time.Duration
}

func measureReplicas(ctx context.Context, l *lab, r *result) error {
	trials := pick(l, 1, 3)
	if err := loseReplica(ctx, l, r, trials); err != nil {
		return err
	}
	return loseMaster(ctx, l, r, trials)
}

func loseReplica(ctx context.Context, l *lab, r *result, trials int) error {
	t := r.table("A replica is lost:", "min-replicas-to-write", "replica", "before", "refused after, s", "answer", "PING then")
	cases := []replicaLoss{{1, syscall.SIGKILL}, {1, syscall.SIGSTOP}, {2, syscall.SIGKILL}, {2, syscall.SIGSTOP}, {3, syscall.SIGKILL}}
	seen, err := concurrently(len(cases)*trials, func(i int) (refused, error) { return l.loseReplica(ctx, cases[i/trials]) })
	if err != nil {
		return err
	}
	for i, c := range cases {
		var before, answers, pings []string
		var after []time.Duration
		for _, s := range seen[i*trials : (i+1)*trials] {
			before, answers, pings = append(before, brief(s.before)), append(answers, brief(s.answer)), append(pings, s.ping)
			if s.is {
				after = append(after, s.after)
			}
			if c.least < followers {
				r.judge("spare", !s.is)
				continue
			}
			r.judge("deadlock", strings.HasPrefix(s.answer, "NOREPLICAS") && strings.HasPrefix(s.before, "NOREPLICAS") == (c.least > followers))
			r.judge("silent", s.ping == "PONG")
		}
		how := map[syscall.Signal]string{syscall.SIGKILL: "killed", syscall.SIGSTOP: "frozen"}[c.signal]
		t.row(c.least, how, tally(before), seconds("%.2f", after), tally(answers), tally(pings))
	}
	return nil
}

func (l *lab) leastReplicas(least int) []string {
	return []string{"--min-replicas-to-write", strconv.Itoa(least), "--min-replicas-max-lag", strconv.Itoa(pick(l, 3, 10))}
}

func (l *lab) loseReplica(ctx context.Context, c replicaLoss) (seen refused, err error) {
	g, err := l.group(ctx, watch{}, l.leastReplicas(c.least)...)
	if err != nil {
		return seen, err
	}
	defer g.end()
	window := 15 * time.Second
	if c.least < followers {
		window = pick(l, time.Second, window)
	}
	seen.before = g.servers[0].ask("SET", "k", "v")
	g.servers[followers].signal(c.signal)
	seen.after, seen.is = until(ctx, window, func() bool {
		seen.answer = g.servers[0].ask("SET", "k", "v")
		return seen.answer != "OK"
	})
	seen.ping = g.servers[0].ask("PING")
	return seen, ctx.Err()
}

func loseMaster(ctx context.Context, l *lab, r *result, trials int) error {
	t := r.table("The master is lost:", "min-replicas-to-write", "promoted after, s", "first write after, s", "answer at the end")
	for _, least := range []int{followers - 1, followers} {
		var promoted, written []time.Duration
		var answers []string
		for range trials {
			w := watch{sentinels: 3, quorum: 2, down: pick(l, time.Second, 5*time.Second), failover: 10 * time.Second}
			g, err := l.group(ctx, w, l.leastReplicas(least)...)
			if err != nil {
				return err
			}
			g.servers[0].crash()
			began := time.Now()
			if _, ok := until(ctx, 30*time.Second, func() bool { return g.promoted() != nil }); !ok {
				return fmt.Errorf("min-replicas-to-write %d: nobody was promoted", least)
			}
			promoted = append(promoted, time.Since(began))
			window := 20 * time.Second
			if least == followers {
				window = pick(l, 2*time.Second, window)
			}
			answer := ""
			_, ok := until(ctx, window, func() bool {
				if master := g.promoted(); master != nil {
					answer = master.ask("SET", "k", "v")
				}
				return answer == "OK"
			})
			g.end()
			answers = append(answers, brief(answer))
			if ok {
				written = append(written, time.Since(began))
			}
			if least < followers {
				r.judge("spare", ok)
			} else {
				r.judge("failover", strings.HasPrefix(answer, "NOREPLICAS"))
			}
		}
		t.row(least, seconds("%.2f", promoted), seconds("%.2f", written), tally(answers))
	}
	return ctx.Err()
}
