//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

var stalls = experiment{
	name:     "stalls",
	question: "For how long does a healthy server not answer PING?",
	setup: "A server with 256 MiB of random values of 100 to 8,000 bytes, or with 2,000,000 small keys, or with a set of as many members. PING comes due 200 " +
		"times a second over one connection while one thing happens; each counts from when it was due, so that those in a queue count too.",
	claims: []claim{
		{
			key: "saves", rules: []string{"liveness-window-short", "liveness-timeout-short"},
			text: "Saving in the background stalls nobody: BGSAVE and BGREWRITEAOF hold PING for as long as the fork takes, milliseconds for this data. A foreground SAVE holds it to its end.",
		},
		{
			key: "commands", rules: []string{"liveness-timeout-short"},
			text: "One command over millions of keys holds PING until it ends, for longer than the 1 s that a probe waits by default once there is enough data; UNLINK does not.",
		},
		{
			key: "script", rules: []string{"liveness-timeout-short", "liveness-window-short"},
			text: "A script holds PING for `busy-reply-threshold`, 5 s by default, and then it is answered with BUSY. 5 s outlast what a healthy server does.",
		},
	},
	measure: measureStalls,
}

// stall is what was seen of PING while something happened.
type stall struct {
	middle, longest time.Duration
	took            time.Duration // what happened
	answers         []string      // other than PONG
}

func measureStalls(ctx context.Context, l *lab, r *result) error {
	keys := strconv.Itoa(pick(l, 20_000, 2_000_000))
	script := func(d time.Duration) string {
		return fmt.Sprintf(`local t=redis.call('TIME') local e=t[1]+t[2]/1e6+%g while true do t=redis.call('TIME') if t[1]+t[2]/1e6>e then return 1 end end`, d.Seconds())
	}
	const members = `for i=1,ARGV[1] do redis.call('SADD','set','member:'..i) end`
	cases := []struct {
		name   string
		before [][]string // commands
		data   bool       // 256 MiB of values
		does   []string
		claim  string
	}{
		{name: "nothing", data: true, does: []string{"PING"}},
		{name: "BGSAVE", data: true, does: []string{"BGSAVE"}, claim: "saves"},
		{name: "BGREWRITEAOF", data: true, does: []string{"BGREWRITEAOF"}, claim: "saves"},
		{name: "SAVE", data: true, does: []string{"SAVE"}},
		{name: "KEYS *", before: [][]string{{"DEBUG", "POPULATE", keys}}, does: []string{"KEYS", "*"}, claim: "commands"},
		{name: "FLUSHALL SYNC", before: [][]string{{"DEBUG", "POPULATE", keys}}, does: []string{"FLUSHALL", "SYNC"}, claim: "commands"},
		{name: "DEL of the set", before: [][]string{{"EVAL", members, "0", keys}}, does: []string{"DEL", "set"}, claim: "commands"},
		{name: "UNLINK of the set", before: [][]string{{"EVAL", members, "0", keys}}, does: []string{"UNLINK", "set"}},
		{name: "a script of 3 s", does: []string{"EVAL", script(pick(l, 300*time.Millisecond, 3*time.Second)), "0"}, claim: "script"},
		{name: "a script of 8 s", does: []string{"EVAL", script(pick(l, 800*time.Millisecond, 8*time.Second)), "0"}, claim: "script"},
	}
	trials := pick(l, 1, 3)
	t := r.table("", "while", "took, s", "PING, median, ms", "longest, ms", "other answers")
	longest := make(map[string]float64) // medians, ms
	for _, c := range cases {
		var took []time.Duration
		var middle, worst []float64
		var answers []string
		for range trials {
			args := []string{"--enable-debug-command", "yes"}
			if l.quick {
				args = append(args, "--busy-reply-threshold", "500")
			}
			s, err := l.started(ctx, args...)
			if err != nil {
				return err
			}
			if c.data {
				if _, err := s.fill(ctx, ordinary, pick[int64](l, 8, 256)<<20); err != nil {
					return err
				}
			}
			seen, err := l.stall(ctx, s, c.before, c.does)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			s.kill()
			took = append(took, seen.took)
			middle = append(middle, milliseconds(seen.middle))
			worst = append(worst, milliseconds(seen.longest))
			answers = append(answers, seen.answers...)
		}
		other := "-"
		if len(answers) > 0 {
			other = brief(answers[0])
		}
		t.row(c.name, seconds("%.1f", took), spread("%.1f", middle), spread("%.0f", worst), other)
		longest[c.name] = median(worst)
		if c.name == "a script of 8 s" {
			r.judge("script", strings.HasPrefix(other, "BUSY"))
		}
	}
	if !l.quick {
		r.judge("saves", longest["BGSAVE"] < 500 && longest["BGREWRITEAOF"] < 500 && longest["SAVE"] > 500)
		r.judge("commands", longest["KEYS *"] > 500 && longest["FLUSHALL SYNC"] > 500 && longest["DEL of the set"] > 200 && longest["UNLINK of the set"] < 100)
		r.judge("script", longest["a script of 3 s"] > 2900 && longest["a script of 8 s"] > 4900 && longest["a script of 8 s"] < 6000)
	}
	return ctx.Err()
}

// stall prepares a server, asks it PING steadily while it does something, and returns how that went.
func (l *lab) stall(ctx context.Context, s *server, before [][]string, does []string) (seen stall, err error) {
	worker, err := dial(s.host, s.port, 2*time.Minute)
	if err != nil {
		return seen, err
	}
	defer worker.close()
	for _, words := range before {
		if reply := worker.ask(words...); strings.HasPrefix(reply, "ERR") || strings.HasPrefix(reply, noAnswer) {
			return seen, errors.New(reply)
		}
	}
	done := make(chan struct{})
	var probing sync.WaitGroup
	var waits []time.Duration
	probing.Go(func() { waits, seen.answers = s.pings(done) })
	pause(ctx, 300*time.Millisecond)
	began := time.Now()
	reply := worker.ask(does...)
	if strings.HasPrefix(reply, noAnswer) {
		err = errors.New(reply)
	}
	until(ctx, time.Minute, func() bool { return !s.saving() })
	seen.took = time.Since(began)
	pause(ctx, 300*time.Millisecond)
	close(done)
	probing.Wait()
	seen.middle, seen.longest = extremes(waits)
	return seen, err
}
