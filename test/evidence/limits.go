//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

var limits = experiment{
	name:     "limits",
	question: "Which share of a memory limit may maxmemory be, before the kernel kills the server while it saves?",
	setup: "A server in a memory cgroup of 256 MiB, as in a container, with maxmemory a share of the limit, `allkeys-lru`. It is filled with random values " +
		"of 100 to 8,000 bytes until it evicts, then one BGSAVE runs while random keys are overwritten: 1,000 writes/s are 4 MB/s, full speed is two " +
		"connections that never pause. Killed is the server itself, by signal 9. No replica is attached.",
	needs: []need{memoryLimit},
	claims: []claim{
		{
			key: "full", rules: []string{"maxmemory-too-high"},
			text: "maxmemory equal to the limit is killed while it fills, before any save: eviction comes too late.",
		},
		{
			key: "nine", rules: []string{"maxmemory-too-high"},
			text: "90 % is killed by one save under 5,000 writes/s; so more than that is an error.",
		},
		{
			key: "three-quarters", rules: []string{"maxmemory-too-high"},
			text: "75 % holds at 5,000 writes/s and not at full speed: a boundary for moderate write rates, not a guarantee.",
		},
		{
			key: "half", rules: []string{"maxmemory-too-high"},
			text: "50 % holds at full speed.",
		},
		{
			key: "unset", rules: []string{"maxmemory-unset"},
			text: "Without maxmemory the server grows until it is killed.",
		},
	},
	measure: measureLimits,
}

// The outcomes of a save under a memory limit.
const (
	whileFilling = "killed while filling"
	whileSaving  = "killed while saving"
	saved        = "saved"
)

func measureLimits(ctx context.Context, l *lab, r *result) error {
	limit := pick[int64](l, 64, 256) << 20
	trials := pick(l, 1, 3)
	shares := pick(l, []int{0, 100, 25}, []int{0, 100, 90, 75, 60, 50}) // percent; 0 is no maxmemory
	rates := pick(l, []int{1000}, []int{1000, 5000, fullSpeed})
	columns := []string{"maxmemory, % of the limit"}
	for _, rate := range rates {
		columns = append(columns, map[int]string{1000: "1,000 writes/s", 5000: "5,000 writes/s", fullSpeed: "full speed"}[rate])
	}
	t := r.table(fmt.Sprintf("%d trials each:", trials), columns...)
	for _, share := range shares {
		row := []any{share}
		if share == 0 {
			row[0] = "not set"
		}
		for _, rate := range rates {
			var outcomes []string
			for range trials {
				outcome, err := l.save(ctx, limit, share, rate)
				if err != nil {
					return fmt.Errorf("%d %% of the limit: %w", share, err)
				}
				outcomes = append(outcomes, outcome)
			}
			row = append(row, tally(outcomes))
			judgeLimits(r, share, rate, outcomes)
		}
		t.row(row...)
	}
	return nil
}

func judgeLimits(r *result, share, rate int, outcomes []string) {
	all := func(wanted string) bool {
		for _, outcome := range outcomes {
			if outcome != wanted {
				return false
			}
		}
		return true
	}
	switch {
	case share == 0:
		r.judge("unset", all(whileFilling))
	case share == 100:
		r.judge("full", all(whileFilling))
	case share == 90 && rate == 5000:
		r.judge("nine", !all(saved))
	case share == 75 && rate == fullSpeed:
		r.judge("three-quarters", !all(saved))
	case share == 75:
		r.judge("three-quarters", all(saved))
	case share <= 50:
		r.judge("half", all(saved))
	}
}

// save fills a server under a memory limit, has it save under writes, and returns the outcome.
func (l *lab) save(ctx context.Context, limit int64, share, rate int) (outcome string, err error) {
	group, err := l.cgroup(limit)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, group.remove()) }()
	maxmemory := limit * int64(share) / 100
	s, err := l.server("--maxmemory", strconv.FormatInt(maxmemory, 10), "--maxmemory-policy", "allkeys-lru")
	if err != nil {
		return "", err
	}
	s.through = group.enter()
	if err := s.start(ctx); err != nil {
		return "", err
	}
	defer s.kill()
	fills := maxmemory
	if share == 0 {
		fills = 2 * limit
	}
	keys, failure := s.fill(ctx, ordinary, fills)
	// A moment of eviction, as a cache that is full lives on.
	if failure == nil {
		writes := s.write(ctx, ordinary, keys, 1000)
		pause(ctx, pick(l, 100*time.Millisecond, time.Second))
		writes.stop()
	}
	if _, killed := until(ctx, 100*time.Millisecond, s.dead); killed {
		if s.end() != "signal 9" {
			return "", fmt.Errorf("the server ended with %s: %s", s.end(), s.lastWords())
		}
		return whileFilling, nil
	}
	if failure != nil {
		return "", failure
	}
	writes := s.write(ctx, ordinary, keys, rate)
	defer writes.stop()
	pause(ctx, 300*time.Millisecond)
	if reply := s.ask("BGSAVE"); !s.dead() && reply != "Background saving started" {
		return "", errors.New("BGSAVE: " + reply)
	}
	until(ctx, time.Minute, func() bool { return s.dead() || s.info("rdb_bgsave_in_progress") == "0" })
	pause(ctx, 50*time.Millisecond)
	if s.dead() {
		return whileSaving, nil
	}
	if s.info("rdb_last_bgsave_status") != "ok" {
		return "only the child killed", nil
	}
	return saved, ctx.Err()
}
