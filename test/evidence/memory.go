//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

var memory = experiment{
	name:     "memory",
	question: "How much more than maxmemory does a server need?",
	setup: "A server filled to `maxmemory 256mb` with random values of 100 to 8,000 bytes, `allkeys-lru`, then one thing at a time while random keys " +
		"are overwritten at a rate; full speed is two connections that never pause. What counts is the memory that a limit would be charged with: that of the " +
		"server and of the child that it forks, shared pages once (PSS), sampled every 50 ms. The last rows are servers of their own without any save: half of " +
		"the keys deleted, then three quarters of maxmemory written in values of another size.",
	claims: []claim{
		{
			key: "idle", rules: []string{"maxmemory-too-high"},
			text: "maxmemory bounds the data, not the process: a full server that does nothing is already above it.",
		},
		{
			key: "copy", rules: []string{"maxmemory-too-high"},
			text: "A save or a rewrite of the append-only file costs the pages that are written meanwhile. The faster the writes, the more of the data exists twice; which of the two it is does not matter.",
		},
		{
			key: "replica", rules: []string{"maxmemory-too-high"},
			text: "While a replica syncs under full-speed writes its output buffer comes on top, up to its hard limit (256 MB by default) and then once more, independent of maxmemory: a small Redis with replicas needs an absolute reserve.",
		},
		{
			key: "fragments", rules: []string{"maxmemory-too-high"},
			text: "When the sizes of values change over time, fragmentation alone takes more than a save does.",
		},
	},
	measure: measureMemory,
}

// burden is something that a server does besides holding data.
type burden struct {
	name string
	rate int // writes a second meanwhile, fullSpeed or none
	do   func(ctx context.Context, l *lab, s *server) error
}

const (
	none      = -1
	fullSpeed = 0
)

var burdens = []burden{
	{"nothing", none, func(context.Context, *lab, *server) error { return nil }},
	{"BGSAVE, no writes", none, background("BGSAVE")},
	{"BGSAVE, 2,000 writes/s", 2000, background("BGSAVE")},
	{"BGSAVE, 20,000 writes/s", 20000, background("BGSAVE")},
	{"BGSAVE, writes at full speed", fullSpeed, background("BGSAVE")},
	{"BGREWRITEAOF, writes at full speed", fullSpeed, background("BGREWRITEAOF")},
	{"a replica syncs, 2,000 writes/s", 2000, syncReplica},
	{"a replica syncs, writes at full speed, 15 s", fullSpeed, syncReplica},
}

func measureMemory(ctx context.Context, l *lab, r *result) error {
	maxmemory := pick[int64](l, 16, 256) << 20
	trials := pick(l, 1, 3)
	peaks := make([][]float64, len(burdens)) // as multiples of maxmemory
	took := make([][]time.Duration, len(burdens))
	todo := burdens
	if l.quick {
		todo = burdens[:5]
	}
	for range trials {
		for i, b := range todo {
			s, err := l.started(ctx, "--maxmemory", strconv.FormatInt(maxmemory, 10), "--maxmemory-policy", "allkeys-lru")
			if err != nil {
				return err
			}
			keys, err := s.fill(ctx, ordinary, maxmemory)
			if err != nil {
				return err
			}
			peak, d, err := l.bear(ctx, s, b, keys)
			if err != nil {
				return err
			}
			peaks[i] = append(peaks[i], float64(peak)/float64(maxmemory))
			took[i] = append(took[i], d)
			s.kill()
		}
	}
	t := r.table("", "while", "memory charged, multiples of maxmemory", "took, s")
	for i, b := range todo {
		t.row(b.name, spread("%.2f", peaks[i]), seconds("%.1f", took[i]))
	}
	middle := func(i int) float64 { return median(peaks[i]) }
	r.judge("idle", middle(0) > 1)
	if !l.quick {
		r.judge("copy", middle(1) < middle(2) && middle(2) < middle(3) && middle(3) < middle(4) && middle(5) > middle(3))
		r.judge("replica", (middle(7)-middle(4))*float64(maxmemory) > 256<<20)
	}

	t = r.table("Fragmentation alone:", "values, then", "full", "half of the keys deleted", "filled again")
	for _, sizes := range [][2]values{{ordinary, {smallest: 8000, largest: 16000}}, {{smallest: 100, largest: 200}, {smallest: 300, largest: 400}}} {
		var full, half, again []float64
		for range trials {
			rss, err := l.fragment(ctx, maxmemory, sizes)
			if err != nil {
				return err
			}
			full, half, again = append(full, rss[0]), append(half, rss[1]), append(again, rss[2])
		}
		name := fmt.Sprintf("%d to %d bytes, %d to %d", sizes[0].smallest, sizes[0].largest, sizes[1].smallest, sizes[1].largest)
		t.row(name, spread("%.2f", full), spread("%.2f", half), spread("%.2f", again))
		if !l.quick {
			r.judge("fragments", median(again) > 1.3)
		}
	}
	return ctx.Err()
}

// background starts a save and waits for its end.
func background(command string) func(context.Context, *lab, *server) error {
	return func(ctx context.Context, _ *lab, s *server) error {
		if reply := s.ask(command); !strings.HasPrefix(reply, "Background") {
			return fmt.Errorf("%s: %s", command, reply)
		}
		until(ctx, 2*time.Minute, func() bool { return s.dead() || !s.saving() })
		return ctx.Err()
	}
}

// syncReplica has a new replica copy the data until it is done, or 15 seconds.
func syncReplica(ctx context.Context, l *lab, s *server) error {
	replica, err := l.started(ctx, "--replicaof", fmt.Sprintf("%s %d", s.host, s.port))
	if err != nil {
		return err
	}
	defer replica.kill()
	until(ctx, 15*time.Second, func() bool { return replica.info("master_link_status") == "up" })
	return ctx.Err()
}

// bear has the server bear a burden and returns the most memory that it took, and for how long.
func (l *lab) bear(ctx context.Context, s *server, b burden, keys int) (peak int64, took time.Duration, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var sampling sync.WaitGroup
	stop := make(chan struct{})
	sampling.Go(func() {
		for {
			peak = max(peak, charged(s.process.Pid))
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	})
	if b.rate != none {
		writes := s.write(ctx, ordinary, keys, b.rate)
		defer writes.stop()
		pause(ctx, 300*time.Millisecond)
	}
	began := time.Now()
	err = b.do(ctx, l, s)
	took = time.Since(began)
	close(stop)
	sampling.Wait()
	return peak, took, err
}

// fragment fills a server, deletes every other key, fills it with other values, and returns its memory after each, as multiples of
// maxmemory.
func (l *lab) fragment(ctx context.Context, maxmemory int64, sizes [2]values) (rss [3]float64, err error) {
	s, err := l.started(ctx, "--maxmemory", strconv.FormatInt(maxmemory, 10), "--maxmemory-policy", "allkeys-lru")
	if err != nil {
		return rss, err
	}
	defer s.kill()
	note := func(i int) { rss[i] = float64(charged(s.process.Pid)) / float64(maxmemory) }
	keys, err := s.fill(ctx, sizes[0], maxmemory*99/100)
	if err != nil {
		return rss, err
	}
	note(0)
	c, err := dial(s.host, s.port, time.Minute)
	if err != nil {
		return rss, err
	}
	defer c.close()
	for first := 0; first < keys; first += 1000 {
		words := []string{"DEL"}
		for key := first; key < min(first+1000, keys); key += 2 {
			words = append(words, "key:"+strconv.Itoa(key))
		}
		c.ask(words...)
	}
	note(1)
	// New keys, since the old ones are to stay where they are, and more than fit: a cache goes on.
	w, err := s.writer(sizes[1])
	if err != nil {
		return rss, err
	}
	defer w.close()
	many := int(maxmemory*3/4) / (sizes[1].smallest + sizes[1].largest) * 2
	for n := 0; n < many && ctx.Err() == nil; n += pipeline {
		for i := range pipeline {
			w.set("new:" + strconv.Itoa(n+i))
		}
		if err := w.flush(pipeline, func(string) {}); err != nil {
			return rss, err
		}
	}
	note(2)
	return rss, ctx.Err()
}

// charged returns the bytes of memory that a process and its children hold, pages that they share counted once.
func charged(pid int) (bytes int64) {
	bytes = proportional(pid)
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, task := range tasks {
		list, _ := os.ReadFile(task) // gone meanwhile: nothing
		for child := range strings.FieldsSeq(string(list)) {
			if n, err := strconv.Atoi(child); err == nil {
				bytes += proportional(n)
			}
		}
	}
	return bytes
}

// proportional returns the proportional set size of a process in bytes, 0 when it is gone.
func proportional(pid int) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "Pss:"); ok {
			n, _ := strconv.ParseInt(strings.Fields(value)[0], 10, 64)
			return n << 10
		}
	}
	return 0
}
