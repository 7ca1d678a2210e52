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

func measureReplicas(ctx context.Context, l *lab, r *result) error {
	const number, noReplicas = 2, "NOREPLICAS"
	trials := pick(l, 1, 3)
	lag := pick(l, 1, 10)
	t := r.table("A replica is lost:", "min-replicas-to-write", "replica", "before", "refused after, s", "answer", "PING then")
	for _, c := range []struct {
		least  int
		signal syscall.Signal
	}{{1, syscall.SIGKILL}, {1, syscall.SIGSTOP}, {2, syscall.SIGKILL}, {2, syscall.SIGSTOP}, {3, syscall.SIGKILL}} {
		var before, answers, pings []string
		var after []time.Duration
		for range trials {
			g, err := l.group(ctx, number, watch{}, "--min-replicas-to-write", strconv.Itoa(c.least), "--min-replicas-max-lag", strconv.Itoa(lag))
			if err != nil {
				return err
			}
			before = append(before, brief(g.servers[0].ask("SET", "k", "v")))
			g.servers[number].signal(c.signal)
			answer := ""
			d, refused := until(ctx, pick(l, 3*time.Second, 15*time.Second), func() bool {
				answer = g.servers[0].ask("SET", "k", "v")
				return answer != "OK"
			})
			if refused {
				after = append(after, d)
			}
			answers = append(answers, brief(answer))
			pings = append(pings, g.servers[0].ask("PING"))
			g.end()
			if c.least < number {
				r.judge("spare", !refused)
			} else {
				r.judge("deadlock", strings.HasPrefix(answer, noReplicas))
				r.judge("silent", pings[len(pings)-1] == "PONG")
			}
			if c.least > number {
				r.judge("deadlock", strings.HasPrefix(before[len(before)-1], noReplicas))
			}
		}
		how := map[syscall.Signal]string{syscall.SIGKILL: "killed", syscall.SIGSTOP: "frozen"}[c.signal]
		t.row(c.least, how, tally(before), seconds("%.2f", after), tally(answers), tally(pings))
	}

	t = r.table("The master is lost:", "min-replicas-to-write", "promoted after, s", "first write after, s", "answer after 20 s")
	for _, least := range []int{1, 2} {
		var promoted, written []time.Duration
		var answers []string
		for range trials {
			w := watch{sentinels: 3, quorum: 2, down: pick(l, 500*time.Millisecond, 5*time.Second), failover: 10 * time.Second}
			g, err := l.group(ctx, number, w, "--min-replicas-to-write", strconv.Itoa(least), "--min-replicas-max-lag", strconv.Itoa(lag))
			if err != nil {
				return err
			}
			g.servers[0].crash()
			began := time.Now()
			if _, ok := until(ctx, 30*time.Second, func() bool { return g.promoted() != nil }); !ok {
				return fmt.Errorf("min-replicas-to-write %d: nobody was promoted", least)
			}
			promoted = append(promoted, time.Since(began))
			window := pick(l, 3*time.Second, 20*time.Second)
			if least < number {
				window = 20 * time.Second
			}
			answer := ""
			_, ok := until(ctx, window, func() bool {
				if master := g.promoted(); master != nil {
					answer = master.ask("SET", "k", "v")
				}
				return answer == "OK"
			})
			if ok {
				written = append(written, time.Since(began))
			}
			answers = append(answers, brief(answer))
			g.end()
			if least < number {
				r.judge("spare", ok)
			} else {
				r.judge("failover", strings.HasPrefix(answer, noReplicas))
			}
		}
		t.row(least, seconds("%.2f", promoted), seconds("%.2f", written), tally(answers))
	}
	return ctx.Err()
}
