//go:build unix

package main

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"time"
)

var masters = experiment{
	name:     "masters",
	question: "Which losses does a Redis Cluster survive?",
	setup: "Nodes on loopback, `cluster-node-timeout 5000`, slots spread evenly, a replica for each master or none. Masters get SIGKILL at the same moment " +
		"and do not come back; each trial is watched for 30 s. What is written goes to a slot of a lost master, and to one of a master that lives.",
	claims: []claim{
		{
			key: "three", rules: []string{"cluster-too-few-masters"},
			text: "A cluster of 2 masters promotes nobody when it loses one, since a majority of masters must vote, and the survivor stops too. redis-cli refuses to create it.",
		},
		{
			key: "replica", rules: []string{"cluster-without-replicas"},
			text: "With 3 masters and a replica for each the loss of one is over in some seconds beyond `cluster-node-timeout`.",
		},
		{
			key: "without", rules: []string{"cluster-without-replicas"},
			text: "Without replicas the loss of one master stops all writes, or with `cluster-require-full-coverage no` those to its slots, until it is back.",
		},
		{
			key: "two", rules: []string{"replicas-colocated"},
			text: "When 2 of 3 masters are lost at once, as when they share a node, nobody is promoted although both have replicas.",
		},
	},
	measure: measureMasters,
}

// masterLoss is a cluster and how many masters it loses.
type masterLoss struct {
	masters  int
	replicas bool
	lost     int
	partial  bool // cluster-require-full-coverage no
	claim    string
	promotes bool
}

var masterLosses = []masterLoss{
	{3, true, 1, false, "replica", true},
	{3, true, 2, false, "two", false},
	{2, true, 1, false, "three", false},
	{3, false, 1, false, "without", false},
	{3, false, 1, true, "without", false},
}

// masterLost is what was seen of one trial.
type masterLost struct {
	after    time.Duration // to the first write to a slot that was lost
	promoted bool
	stopped  time.Duration // to the first write that a living master refused
	refused  bool
	gone     string // the answer for a lost slot at the end
	others   string // and for one that was not
}

func measureMasters(ctx context.Context, l *lab, r *result) error {
	cases := pick(l, masterLosses[:3], masterLosses)
	trials := pick(l, 1, 3)
	seen := make([][]masterLost, len(cases))
	for range trials {
		lost, err := concurrently(len(cases), func(i int) (masterLost, error) { return l.loseMasters(ctx, cases[i]) })
		if err != nil {
			return err
		}
		for i := range cases {
			seen[i] = append(seen[i], lost[i])
		}
	}
	t := r.table(fmt.Sprintf("%d trials each:", trials), "masters", "replicas", "masters lost", "`cluster-require-full-coverage`",
		"promoted, writes again after, s", "living masters refuse after, s", "at the end: lost slots", "other slots")
	for i, c := range cases {
		var after, stopped []time.Duration
		var gone, others []string
		for _, s := range seen[i] {
			if s.promoted {
				after = append(after, s.after)
			}
			if s.refused {
				stopped = append(stopped, s.stopped)
			}
			gone, others = append(gone, s.gone), append(others, s.others)
			r.judge(c.claim, s.promoted == c.promotes)
			switch {
			case c.promotes, c.partial:
				r.judge(c.claim, s.others == "OK")
			default:
				r.judge(c.claim, strings.HasPrefix(s.others, "CLUSTERDOWN"))
			}
		}
		replicas, coverage := 0, "yes"
		if c.replicas {
			replicas = c.masters
		}
		if c.partial {
			coverage = "no"
		}
		t.row(c.masters, replicas, c.lost, coverage, seconds("%.1f", after), seconds("%.1f", stopped), tally(gone), tally(others))
	}

	var nodes []*server
	for range 2 {
		s, err := l.started(ctx, clusterArgs(time.Second)...)
		if err != nil {
			return err
		}
		nodes = append(nodes, s)
	}
	words, done := create(ctx, 20*time.Second, 0, nodes...)
	r.table("", "`redis-cli --cluster create` with 2 nodes").row("`" + words + "`")
	r.judge("three", !done)
	return ctx.Err()
}

// loseMasters starts a cluster and kills its first masters.
func (l *lab) loseMasters(ctx context.Context, c masterLoss) (seen masterLost, err error) {
	coverage := map[bool]string{true: "no", false: "yes"}[c.partial]
	var nodes []*server
	for range map[bool]int{true: 2 * c.masters, false: c.masters}[c.replicas] {
		s, err := l.server(clusterArgs(pick(l, time.Second, 5*time.Second), "--cluster-require-full-coverage", coverage)...)
		if err != nil {
			return seen, err
		}
		nodes = append(nodes, s)
	}
	cl, err := l.cluster(ctx, c.masters, nodes)
	if err != nil {
		return seen, err
	}
	defer cl.end()
	lost, other := cl.key(0), cl.key(c.masters-1)
	survivor := nodes[c.masters-1]
	began := time.Now()
	for _, master := range nodes[:c.lost] {
		master.signal(syscall.SIGKILL)
	}
	window := pick(l, 6*time.Second, 30*time.Second)
	if c.promotes {
		window = 30 * time.Second
	}
	until(ctx, window, func() bool {
		if !seen.refused && survivor.ask("SET", other, "v") != "OK" {
			seen.refused, seen.stopped = true, time.Since(began)
		}
		if c.replicas && nodes[c.masters].ask("SET", lost, "v") == "OK" {
			seen.promoted, seen.after = true, time.Since(began)
		}
		return seen.promoted
	})
	if seen.promoted { // the others hear of it a moment later
		until(ctx, 10*time.Second, func() bool { return survivor.ask("SET", other, "v") == "OK" })
	}
	seen.gone, seen.others = anonymous(survivor.ask("SET", lost, "v")), anonymous(survivor.ask("SET", other, "v"))
	return seen, ctx.Err()
}

// anonymous leaves slot and address out of a redirection.
func anonymous(reply string) string {
	if strings.HasPrefix(reply, "MOVED ") {
		return "MOVED"
	}
	return brief(reply)
}
