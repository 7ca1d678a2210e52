//go:build unix

package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

var bus = experiment{
	name:     "bus",
	question: "What does a Redis Cluster do when the port of its bus is closed?",
	setup: "3 masters and 3 replicas, each in a network namespace behind a router that drops without a word what goes to or comes from port 16379, as a " +
		"NetworkPolicy does that opens 6379 alone; `cluster-node-timeout 5000`. The port is closed before `redis-cli --cluster create`, or later.",
	needs: []need{namespaces},
	claims: []claim{
		{
			key: "start", rules: []string{"cluster-bus-blocked"},
			text: "Closed from the start, the cluster never forms: `redis-cli --cluster create` waits for ever, every node knows only itself, every key is answered with CLUSTERDOWN. Opening the port later does not mend it: the nodes have to be introduced again.",
		},
		{
			key: "later", rules: []string{"cluster-bus-blocked"},
			text: "Closed later, every key is answered with CLUSTERDOWN, reads too, soon after `cluster-node-timeout`.",
		},
		{
			key: "one", rules: []string{"cluster-bus-blocked"},
			text: "Closed for one master alone, that master refuses its keys and its replica takes over.",
		},
		{
			key: "silent", rules: []string{"cluster-bus-blocked"},
			text: "PING stays PONG throughout, so that no probe notices.",
		},
	},
	measure: measureBus,
}

// six places for a cluster of 3 masters and 3 replicas.
const six = 6

// servers returns cluster nodes at places 1 to six that are not started.
func (n *network) servers(timeout time.Duration, args ...string) ([]*server, error) {
	var nodes []*server
	for place := 1; place <= six; place++ {
		s, err := n.server(place, clusterArgs(timeout, args...)...)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, s)
	}
	return nodes, nil
}

func measureBus(ctx context.Context, l *lab, r *result) error {
	return r.parts(ctx, l, closedAtStart, closedLater)
}

func closedLater(ctx context.Context, l *lab, r *result) error {
	trials := pick(l, 1, 3)
	var down, mended, refused, promoted, demoted []time.Duration
	var answers, reads, pings []string
	for range trials {
		net, err := l.network()
		if err != nil {
			return err
		}
		nodes, err := net.servers(pick(l, time.Second, 5*time.Second))
		if err != nil {
			return err
		}
		c, err := l.cluster(ctx, six/2, nodes)
		if err != nil {
			return err
		}
		mine, other := c.key(0), c.key(1)

		open, err := net.block(net.bus()...)
		if err != nil {
			return err
		}
		after, fails := until(ctx, time.Minute, func() bool { return strings.HasPrefix(nodes[1].ask("SET", other, "v"), "CLUSTERDOWN") })
		down = append(down, after)
		answers, reads = append(answers, nodes[1].ask("SET", other, "v")), append(reads, nodes[1].ask("GET", other))
		pings = append(pings, nodes[1].ask("PING"))
		r.judge("later", fails && strings.HasPrefix(reads[len(reads)-1], "CLUSTERDOWN"))
		r.judge("silent", pings[len(pings)-1] == "PONG")
		if err := open(); err != nil {
			return err
		}
		if after, well := until(ctx, 90*time.Second, c.well); well {
			mended = append(mended, after)
		}

		// A failover may have come about meanwhile: the next one wants the masters that it began with.
		c.end()
		if c, err = l.cluster(ctx, six/2, renew(nodes)); err != nil {
			return err
		}
		open, err = net.block(net.busOf(1)...)
		if err != nil {
			return err
		}
		began := time.Now()
		var refuses, takes bool
		until(ctx, time.Minute, func() bool {
			if !refuses && strings.HasPrefix(nodes[0].ask("SET", mine, "v"), "CLUSTERDOWN") {
				refuses = true
				refused = append(refused, time.Since(began))
			}
			if !takes && nodes[six/2].ask("SET", mine, "v") == "OK" {
				takes = true
				promoted = append(promoted, time.Since(began))
			}
			return refuses && takes
		})
		r.judge("one", refuses && takes)
		r.judge("silent", nodes[0].ask("PING") == "PONG")
		if err := open(); err != nil {
			return err
		}
		if after, follows := until(ctx, time.Minute, func() bool { return !nodes[0].master() }); follows {
			demoted = append(demoted, after)
		}
		c.end()
	}
	t := r.table(fmt.Sprintf("Closed later, %d trials:", trials), "closed between", "what", "after, s")
	t.row("all nodes", "a master refuses its own keys: `"+brief(tally(answers))+"`", seconds("%.1f", down))
	t.row("", "it reads: `"+brief(tally(reads))+"`, and answers PING with "+tally(pings), "")
	t.row("", "opened again: all well", seconds("%.1f", mended))
	t.row("one master and the rest", "that master refuses its own keys", seconds("%.1f", refused))
	t.row("", "its replica accepts writes", seconds("%.1f", promoted))
	t.row("", "opened again: the old master is a replica", seconds("%.1f", demoted))
	return ctx.Err()
}

// renew forgets what nodes know of their cluster. They are not running.
func renew(nodes []*server) []*server {
	for _, node := range nodes {
		node.forget("nodes.conf")
	}
	return nodes
}

// closedAtStart has redis-cli create a cluster whose bus is closed, and opens it then.
func closedAtStart(ctx context.Context, l *lab, r *result) error {
	net, err := l.network()
	if err != nil {
		return err
	}
	nodes, err := net.servers(pick(l, time.Second, 5*time.Second))
	if err != nil {
		return err
	}
	open, err := net.block(net.bus()...)
	if err != nil {
		return err
	}
	formed := &cluster{nodes: nodes, masters: six / 2}
	if err := formed.start(ctx); err != nil {
		return err
	}
	defer formed.end()
	limit := pick(l, 4*time.Second, 25*time.Second)
	words, done := create(ctx, limit, 1, nodes...)
	known, answer, ping := nodes[0].cluster("cluster_known_nodes"), nodes[0].ask("SET", "k", "v"), nodes[0].ask("PING")
	if err := open(); err != nil {
		return err
	}
	_, mended := until(ctx, pick(l, 2*time.Second, 40*time.Second), formed.well)
	t := r.table("Closed at the start:", "what", "")
	t.row(fmt.Sprintf("`redis-cli --cluster create` after %.0f s", limit.Seconds()), "`"+words+"`")
	t.row("`cluster_known_nodes`", known)
	t.row("SET", "`"+answer+"`")
	t.row("PING", ping)
	t.row("40 s after the port was opened", map[bool]string{true: "the cluster is well", false: "`" + nodes[0].ask("SET", "k", "v") + "`"}[mended])
	r.judge("start", !done && known == "1" && strings.HasPrefix(answer, "CLUSTERDOWN"))
	r.judge("silent", ping == "PONG")
	if !l.quick {
		r.judge("start", !mended)
	}
	return ctx.Err()
}
