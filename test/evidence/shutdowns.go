//go:build unix

package main

import (
	"context"
	"errors"
	"strconv"
	"syscall"
	"time"
)

var shutdowns = experiment{
	name:     "shutdowns",
	question: "What is lost when a server is killed before it has ended by itself?",
	setup: "A server with 256 MiB of random values of 100 to 8,000 bytes that were saved, and 1,000 keys that were not. It gets SIGTERM, and SIGKILL when the " +
		"grace period is over: half the time that a SAVE of the same data takes here, or 30 s.",
	claims: []claim{
		{
			key: "saves", rules: []string{"grace-period-short"},
			text: "With save points a server saves on SIGTERM, as long as a SAVE takes. Killed before, it has lost all that was written since the last save.",
		},
		{
			key: "log", rules: []string{"grace-period-short"},
			text: "With an append-only file there is nothing to wait for, and nothing is lost.",
		},
	},
	measure: measureShutdowns,
}

func measureShutdowns(ctx context.Context, l *lab, r *result) error {
	const number = 1000
	trials := pick(l, 1, 3)
	t := r.table("", "persistence", "SAVE takes, s", "grace period", "ended by", "after, s", "of the 1,000 new keys lost")
	for _, c := range []struct {
		name  string
		args  []string
		short bool // grace period
		lost  int
		claim string
	}{
		{"save points", []string{"--save", "3600 1"}, true, number, "saves"},
		{"save points", []string{"--save", "3600 1"}, false, 0, "saves"},
		{"append-only file, everysec", []string{"--appendonly", "yes"}, true, 0, "log"},
		{"append-only file, everysec", []string{"--appendonly", "yes"}, false, 0, "log"},
	} {
		var saves, ends []time.Duration
		var by, lost []string
		for range trials {
			// In short, saving slowly on purpose, so that half of it is too short on any machine.
			s, err := l.started(ctx, append(c.args, pick(l, []string{"--rdb-key-save-delay", "100"}, nil)...)...)
			if err != nil {
				return err
			}
			if _, err := s.fill(ctx, ordinary, pick[int64](l, 16, 256)<<20); err != nil {
				return err
			}
			slow, err := dial(s.host, s.port, time.Minute)
			if err != nil {
				return err
			}
			began := time.Now()
			if reply := slow.ask("SAVE"); reply != "OK" {
				return errors.New("SAVE: " + reply)
			}
			save := time.Since(began)
			saves = append(saves, save)
			before, err := strconv.Atoi(slow.ask("DBSIZE"))
			if err != nil {
				return err
			}
			for i := range number {
				if reply := slow.ask("SET", "new:"+strconv.Itoa(i), "v"); reply != "OK" {
					return errors.New("SET: " + reply)
				}
			}
			slow.close()
			grace := 30 * time.Second
			if c.short {
				grace = pick(l, time.Duration(before)*50*time.Microsecond, save/2)
			}
			began = time.Now()
			s.signal(syscall.SIGTERM)
			if _, ended := until(ctx, grace, s.dead); !ended {
				s.crash()
				by = append(by, "SIGKILL")
			} else {
				by = append(by, "SIGTERM")
			}
			ends = append(ends, time.Since(began))
			if err := s.start(ctx); err != nil {
				return err
			}
			after, err := strconv.Atoi(s.ask("DBSIZE"))
			if err != nil {
				return err
			}
			s.kill()
			lost = append(lost, strconv.Itoa(before+number-after))
			r.judge(c.claim, before+number-after == c.lost)
		}
		grace := "30 s"
		if c.short {
			grace = "half of that"
		}
		t.row(c.name, seconds("%.1f", saves), grace, tally(by), seconds("%.1f", ends), tally(lost))
	}
	return ctx.Err()
}
