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

var volumes = experiment{
	name:     "volumes",
	question: "How many times the dataset must a volume hold?",
	setup: "A server with `maxmemory 96mb` and its files on a volume (tmpfs) of 1.25 to 4 times that, filled to 98 % with random values of 100 to " +
		"8,000 bytes, which do not compress. Then two rounds of 5 s in which random keys are overwritten at 3,000 writes/s (12 MB/s), with a BGSAVE at the " +
		"start of each where there are save points; the append-only file is rewritten as Redis does by default (`auto-aof-rewrite-percentage 100`, " +
		"with `auto-aof-rewrite-min-size` at its default of 64mb). Then the server is killed and started again on the same volume.",
	needs: []need{namespaces},
	claims: []claim{
		{
			key: "dump", rules: []string{"volume-too-small"},
			text: "With save points alone the volume must hold the old dump and the new one: 2 times the dataset is enough, 1.25 times is not.",
		},
		{
			key: "log", rules: []string{"volume-tight", "volume-too-small"},
			text: "An append-only file grows to twice its base before the next base is written beside it: 2 times the dataset ends with failed rewrites, 3 times has room.",
		},
		{
			key: "both", rules: []string{"volume-tight"},
			text: "With both, 2 times refuses writes, and 4 times has room; between them it depends on the moment.",
		},
		{
			key: "errors", rules: []string{"volume-too-small", "liveness-restarts-on-full-disk"},
			text: "On a full volume all writes, and PING, are answered with MISCONF; with `appendfsync always` the server exits instead.",
		},
	},
	measure: measureVolumes,
}

// persistence is which files a server writes.
type persistence struct {
	name        string
	args        []string
	dumps, logs bool
}

var persistences = []persistence{
	{"save points", []string{"--save", "3600 1"}, true, false},
	{"append-only file, everysec", []string{"--appendonly", "yes"}, false, true},
	{"both", []string{"--save", "3600 1", "--appendonly", "yes"}, true, true},
	{"append-only file, always", []string{"--appendonly", "yes", "--appendfsync", "always"}, false, true},
}

// filled is what was seen on one volume.
type filled struct {
	refused  bool // writes, or the server exited
	refusal  string
	end      string
	statuses string // of what failed
	ping     string
	used     float64 // share of the volume, percent
	restart  string
}

func measureVolumes(ctx context.Context, l *lab, r *result) error {
	trials := pick(l, 1, 3)
	times := pick(l, []float64{1.25}, []float64{1.25, 2, 3, 4})
	modes := pick(l, persistences[:2], persistences)
	t := r.table(fmt.Sprintf("%d trials each:", trials), "files", "volume, multiples of maxmemory", "writes refused", "first refusal", "PING then", "failed then",
		"server", "volume used then, %", "next start")
	for _, mode := range modes {
		for _, multiple := range times {
			var seen []filled
			for range trials { // one at a time: the longer a rewrite takes, the more is written meanwhile
				f, err := l.fillVolume(ctx, mode, multiple)
				if err != nil {
					return fmt.Errorf("%s on %g times: %w", mode.name, multiple, err)
				}
				seen = append(seen, f)
			}
			refused := 0
			var refusals, ends, statuses, pings, starts []string
			var used []float64
			for _, f := range seen {
				if f.refused {
					refused++
					refusals = append(refusals, f.refusal)
				}
				ends, statuses, pings, starts = append(ends, f.end), append(statuses, f.statuses), append(pings, f.ping), append(starts, f.restart)
				used = append(used, f.used)
				judgeVolumes(r, mode, multiple, f)
			}
			if len(refusals) == 0 {
				refusals = []string{"-"}
			}
			t.row(mode.name, multiple, fmt.Sprintf("%d of %d", refused, trials), tally(refusals), tally(pings), tally(statuses), tally(ends),
				spread("%.0f", used), tally(starts))
		}
	}
	return nil
}

func judgeVolumes(r *result, mode persistence, multiple float64, f filled) {
	failed := f.refused || f.statuses != "nothing"
	always := strings.HasSuffix(mode.name, "always")
	switch {
	case always:
	case !mode.logs:
		r.judge("dump", failed == (multiple < 2))
	case !mode.dumps && multiple <= 2:
		r.judge("log", failed)
	case !mode.dumps:
		r.judge("log", !failed)
	case multiple <= 2:
		r.judge("both", f.refused)
	case multiple == 4:
		r.judge("both", !failed)
	}
	switch {
	case multiple >= 2 || !f.refused:
	case always:
		r.judge("errors", f.end == "exit 1")
	case mode.dumps:
		r.judge("errors", strings.HasPrefix(f.ping, "MISCONF") && strings.Contains(f.refusal, "MISCONF"))
	default: // a failed rewrite gives its space back, so that PING may be well again
		r.judge("errors", strings.Contains(f.refusal, "MISCONF"))
	}
}

// fillVolume has a server write until its volume is full, or not.
func (l *lab) fillVolume(ctx context.Context, mode persistence, multiple float64) (f filled, err error) {
	maxmemory := pick[int64](l, 16, 96) << 20
	capacity := int64(float64(maxmemory) * multiple)
	dir, remove, err := l.volume(capacity)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	args := append([]string{"--dir", dir, "--maxmemory", strconv.FormatInt(maxmemory, 10), "--maxmemory-policy", "allkeys-lru"}, mode.args...)
	if l.quick {
		args = append(args, "--auto-aof-rewrite-min-size", "1mb")
	}
	s, err := l.started(ctx, args...)
	if err != nil {
		return f, err
	}
	defer s.kill()
	keys, failure := s.fill(ctx, ordinary, maxmemory*98/100)
	if failure != nil {
		f.refused, f.refusal = true, "while filling: "+trimmed(failure.Error())
	}
	for range 2 {
		if s.dead() || ctx.Err() != nil {
			break
		}
		writes := s.write(ctx, ordinary, keys, 3000)
		if mode.dumps {
			s.ask("BGSAVE")
		}
		pause(ctx, pick(l, 2*time.Second, 5*time.Second))
		writes.stop()
		if writes.refused > 0 && !f.refused {
			f.refused, f.refusal = true, trimmed(writes.refusal)
		}
	}
	until(ctx, 20*time.Second, func() bool { return s.dead() || !s.saving() })
	f.end, f.ping = s.end(), trimmed(s.ask("PING"))
	var failed []string
	for _, status := range []struct{ field, what string }{
		{"rdb_last_bgsave_status", "save"}, {"aof_last_bgrewrite_status", "rewrite"}, {"aof_last_write_status", "append"},
	} {
		if s.info(status.field) == "err" {
			failed = append(failed, status.what)
		}
	}
	f.statuses = strings.Join(failed, ", ")
	if f.statuses == "" {
		f.statuses = "nothing"
	}
	if s.dead() {
		f.statuses = "all"
	}
	s.kill()
	f.used = 100 * float64(size(dir)) / float64(capacity)
	if err := s.start(ctx); err == nil {
		f.restart = "starts"
	} else if f.restart = s.end(); strings.Contains(s.log(), "Bad file format") {
		f.restart += ", `Bad file format`"
	}
	return f, ctx.Err()
}

// trimmed keeps the code of an error reply and what was wrong with the volume.
func trimmed(reply string) string {
	reply = strings.TrimPrefix(reply, "fill: ")
	if code, _, isError := strings.Cut(reply, " "); isError && code == "MISCONF" {
		if strings.Contains(reply, "No space left") {
			return "MISCONF … No space left on device"
		}
		return "MISCONF"
	}
	return brief(reply)
}
