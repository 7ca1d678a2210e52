//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

var loading = experiment{
	name:     "loading",
	question: "How many seconds does a server take to load a GiB of data, and to save it?",
	setup: "128 MiB of used_memory of each kind, written to a dump (SAVE) and to an append-only file of commands (`aof-use-rdb-preamble no`, as are the " +
		"increments after the last rewrite). Each is loaded from files in the page cache. Seconds and bytes are given for a GiB of used_memory; seconds of CPU " +
		"time, which is what a server with a core to itself needs, and in brackets the median of those until the first PONG, on a machine that had other work too.",
	claims: []claim{
		{
			key: "dump", rules: []string{"liveness-kills-while-loading"},
			text: "10 s for a GiB is a fair plan for a dump, as a file of its own or at the head of an append-only file.",
		},
		{
			key: "log", rules: []string{"liveness-kills-while-loading"},
			text: "Commands of an append-only file take longer than a dump where values are small or have fields; 25 s for a GiB is a fair plan for strings and for hashes of few fields.",
		},
		{
			key: "members", rules: []string{"liveness-kills-while-loading"},
			text: "Commands of sorted sets of many members take longer than that plan: where most of the data is such, set `aof_seconds_per_gib` to 35.",
		},
		{
			key: "size", rules: []string{"volume-too-small"},
			text: "A dump is never larger than the data in memory, so that used_memory, and maxmemory, are a bound for it.",
		},
	},
	measure: measureLoading,
}

// dataset is data of one kind.
type dataset struct {
	name   string
	values values // of strings, where script is empty
	script string // writes ARGV[2] keys from number ARGV[1] on
	keys   int    // that one call of the script writes
	// slow says that commands of such data are expected to load several times slower than a dump, sorted that they add members
	// to sorted sets.
	slow, sorted bool
}

// The plans are the defaults of liveness-kills-while-loading, and what it says of sorted sets: seconds for a GiB.
const (
	planOfDumps      = 10
	planOfCommands   = 25
	planOfSortedSets = 35
)

// judgeLoads judges the median seconds that a GiB of the data took from a dump, and from commands.
func judgeLoads(r *result, d dataset, dump, commands float64) {
	r.judge("dump", dump <= planOfDumps)
	if d.sorted {
		r.judge("members", commands > planOfCommands && commands <= planOfSortedSets)
		return
	}
	r.judge("log", commands <= planOfCommands && (!d.slow || commands > 1.5*dump))
}

var datasets = []dataset{
	{name: "strings of 100 to 8,000 bytes", values: ordinary},
	{name: "strings of 10 to 60 bytes", values: values{smallest: 10, largest: 60}, slow: true},
	{name: "hashes of 20 fields (listpack)", slow: true, keys: 5000, script: `for i=ARGV[1],ARGV[1]+ARGV[2]-1 do local a={} for f=1,20 do a[#a+1]='f'..f a[#a+1]='value:'..i..':'..f end redis.call('HSET','h:'..i,unpack(a)) end`},
	{name: "sorted sets of 200 members (skiplist)", sorted: true, keys: 300, script: `for i=ARGV[1],ARGV[1]+ARGV[2]-1 do local a={} for f=1,200 do a[#a+1]=math.random() a[#a+1]='member:'..i..':'..f end redis.call('ZADD','z:'..i,unpack(a)) end`},
}

func measureLoading(ctx context.Context, l *lab, r *result) error {
	trials := pick(l, 1, 3)
	bytes := pick[int64](l, 4, 128) << 20
	t := r.table("", "data", "loading a dump, s/GiB", "loading commands, s/GiB", "SAVE, s/GiB", "dump, GiB/GiB", "commands, GiB/GiB")
	for _, d := range pick(l, datasets[:1], datasets) {
		s, err := l.started(ctx, "--aof-use-rdb-preamble", "no", "--appendonly", "yes", "--auto-aof-rewrite-percentage", "0")
		if err != nil {
			return err
		}
		if err := d.write(ctx, s, bytes); err != nil {
			return fmt.Errorf("write %s: %w", d.name, err)
		}
		used := float64(s.number("used_memory"))
		perGiB := func(d time.Duration) float64 { return d.Seconds() * (1 << 30) / used }
		began, before := time.Now(), s.busy()
		c, err := dial(s.host, s.port, 2*time.Minute)
		if err != nil {
			return err
		}
		if reply := c.ask("SAVE"); reply != "OK" {
			return errors.New("SAVE: " + reply)
		}
		c.close()
		save, saving := perGiB(time.Since(began)), perGiB(s.busy()-before)
		keys := s.ask("DBSIZE")
		info, err := os.Stat(filepath.Join(s.dir, "dump.rdb"))
		if err != nil {
			return err
		}
		dump, commands := float64(info.Size())/used, float64(size(filepath.Join(s.dir, "appendonlydir")))/used
		// Not a crash, which may leave the last second unwritten.
		s.ask("SHUTDOWN", "NOSAVE")
		s.kill()
		var busy, took [2][]float64
		for i, appendonly := range []string{"no", "yes"} {
			s.args = []string{"--appendonly", appendonly, "--auto-aof-rewrite-percentage", "0"}
			for range trials {
				began := time.Now()
				if err := s.start(ctx); err != nil {
					return err
				}
				took[i] = append(took[i], perGiB(time.Since(began)))
				busy[i] = append(busy[i], perGiB(s.busy()))
				if loaded := s.ask("DBSIZE"); loaded != keys {
					return fmt.Errorf("load %s: %s of %s keys", d.name, loaded, keys)
				}
				s.kill()
			}
		}
		loads := func(i int) string { return fmt.Sprintf("%s (%.1f)", spread("%.1f", busy[i]), median(took[i])) }
		t.row(d.name, loads(0), loads(1), fmt.Sprintf("%.1f (%.1f)", saving, save), fmt.Sprintf("%.2f", dump), fmt.Sprintf("%.2f", commands))
		r.judge("size", dump <= 1)
		if !l.quick {
			judgeLoads(r, d, median(busy[0]), median(busy[1]))
		}
	}
	return ctx.Err()
}

// write writes the data until the server uses so many bytes.
func (d dataset) write(ctx context.Context, s *server, bytes int64) error {
	if d.script == "" {
		_, err := s.fill(ctx, d.values, bytes)
		return err
	}
	c, err := dial(s.host, s.port, time.Minute)
	if err != nil {
		return err
	}
	defer c.close()
	for i := 0; s.number("used_memory") < bytes && ctx.Err() == nil; i += d.keys {
		if reply := c.ask("EVAL", d.script, "0", strconv.Itoa(i), strconv.Itoa(d.keys)); reply != "" {
			return errors.New(strings.TrimSpace(reply))
		}
	}
	return ctx.Err()
}
