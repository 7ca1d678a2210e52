//go:build unix

package main

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

var announce = experiment{
	name:     "announce",
	question: "Which addresses must the nodes of a Redis Cluster announce, and be found by?",
	setup: "3 masters and 3 replicas, each in a network namespace behind a router; a client in another one that reaches the router's address alone, where a proxy " +
		"forwards each connection to the next node in turn, as one Service or load balancer for all of them does; `cluster-node-timeout 5000`.",
	needs: []need{namespaces},
	claims: []claim{
		{
			key: "one", rules: []string{"cluster-exposed-without-announce"},
			text: "Through one address for all nodes most commands are answered with MOVED to an inner address. A client that knows clusters follows it and hangs until its timeout; redis-cli without `-c` exits 0 all the same.",
		},
		{
			key: "each", rules: []string{"cluster-exposed-without-announce"},
			text: "With an address and ports announced for each node, the bus port too, the same client works.",
		},
		{
			key: "wrong", rules: []string{"cluster-exposed-without-announce", "cluster-bus-blocked"},
			text: "An announced address or bus port that the other nodes cannot reach is as good as a closed bus: the cluster never forms.",
		},
		{
			key: "moved", rules: []string{"cluster-service-not-headless"},
			text: "A node that returns with another address is found again at once; when all return with other addresses, as when all Pods are replaced, none is, and the cluster stays down.",
		},
	},
	measure: measureAnnounce,
}

// The places of the network besides those of the nodes.
const outside = 101

func measureAnnounce(ctx context.Context, l *lab, r *result) error {
	return r.parts(ctx, l, throughOne, throughEach, unreachable, moved)
}

// exposed returns nodes that are not started, and a client that reaches only the router.
func (l *lab) exposed(args func(place int) []string) (net *network, nodes []*server, err error) {
	if net, err = l.network(); err != nil {
		return nil, nil, err
	}
	if nodes, err = net.servers(pick(l, time.Second, 5*time.Second)); err != nil {
		return nil, nil, err
	}
	for i, node := range nodes {
		node.args = append(node.args, args(i+1)...)
	}
	if err := net.join(outside); err != nil {
		return nil, nil, err
	}
	// Below 64 are the nodes; they and the client do not reach each other.
	_, err = net.block("from " + net.address(outside, 2) + " to " + net.address(0, 0) + "/18")
	return net, nodes, err
}

// patience is for how many seconds a client waits for a node.
func (l *lab) patience() string { return pick(l, "1", "3") }

// client runs redis-cli outside and returns what it prints and its exit code, 124 when it hung.
func (n *network) client(ctx context.Context, words ...string) (printed string, code int) {
	line := append(n.within(outside), "timeout", n.l.patience(), "redis-cli", "-h", n.address(outside, 1))
	line = append(line, words...)
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	output, _ := cmd.CombinedOutput() // the code says it
	return strings.TrimSpace(string(output)), cmd.ProcessState.ExitCode()
}

func throughOne(ctx context.Context, l *lab, r *result) error {
	net, nodes, err := l.exposed(func(int) []string { return nil })
	if err != nil {
		return err
	}
	c, err := l.cluster(ctx, six/2, nodes)
	if err != nil {
		return err
	}
	defer c.end()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var targets []string
	for place := 1; place <= six; place++ {
		targets = append(targets, net.address(place, 2)+":6379")
	}
	if err := balance(ctx, net.address(outside, 1)+":6379", targets...); err != nil {
		return err
	}
	attempts := pick(l, 30, 300)
	redirected, inner := 0, 0
	for i := range attempts {
		router := &server{host: net.address(outside, 1), port: 6379}
		if reply := router.ask("SET", "s"+strconv.Itoa(i), "v"); strings.HasPrefix(reply, "MOVED") {
			redirected++
			if !strings.Contains(reply, router.host) {
				inner++
			}
		}
	}
	plain, code := "", 0
	for i := range 20 { // one of the redirected
		if plain, code = net.client(ctx, "set", "s"+strconv.Itoa(i), "v"); strings.HasPrefix(plain, "MOVED") {
			break
		}
	}
	hung := 0
	clients := pick(l, 2, 6)
	for i := range clients {
		if _, code := net.client(ctx, "-c", "set", "s"+strconv.Itoa(i), "v"); code == 124 {
			hung++
		}
	}
	t := r.table("One address for all nodes:", "what", "")
	t.row("SET answered with MOVED", fmt.Sprintf("%d of %d, %d of them to an inner address", redirected, attempts, inner))
	t.row("`redis-cli set`", fmt.Sprintf("`%s`, exit code %d", anonymous(plain), code))
	t.row("`redis-cli -c set` hangs for "+l.patience()+" s", fmt.Sprintf("%d of %d", hung, clients))
	r.judge("one", 2*redirected > attempts && inner == redirected && code == 0 && hung > 0)
	return ctx.Err()
}

func throughEach(ctx context.Context, l *lab, r *result) error {
	var net *network
	net, nodes, err := l.exposed(func(int) []string { return nil })
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	router := net.address(outside, 1)
	for i, node := range nodes {
		for _, offset := range []int{0, busOffset} {
			if err := balance(ctx, fmt.Sprintf("%s:%d", router, 7001+i+offset), fmt.Sprintf("%s:%d", net.address(i+1, 2), 6379+offset)); err != nil {
				return err
			}
		}
		node.args = append(node.args, "--cluster-announce-ip", router, "--cluster-announce-port", strconv.Itoa(7001+i),
			"--cluster-announce-bus-port", strconv.Itoa(7001+i+busOffset))
	}
	c, err := l.cluster(ctx, six/2, nodes)
	if err != nil {
		return err
	}
	defer c.end()
	const clients = 6
	worked := 0
	for i := range clients {
		if printed, code := net.client(ctx, "-p", "7001", "-c", "set", "s"+strconv.Itoa(i), "v"); code == 0 && strings.HasSuffix(printed, "OK") {
			worked++
		}
	}
	r.table("An address and ports for each node, all forwarded:", "what", "").row("`redis-cli -c set` works", fmt.Sprintf("%d of %d", worked, clients))
	r.judge("each", worked == clients)
	return ctx.Err()
}

func unreachable(ctx context.Context, l *lab, r *result) error {
	limit := pick(l, 4*time.Second, 25*time.Second)
	t := r.table(fmt.Sprintf("`redis-cli --cluster create`, %.0f s:", limit.Seconds()), "announced", "it ends with", "`cluster_known_nodes`", "SET")
	wrong := [][]string{{"--cluster-announce-ip", "10.255.0.1"}, {"--cluster-announce-bus-port", "26379"}}
	type seen struct {
		words, known, answer string
		done                 bool
	}
	all, err := concurrently(len(wrong), func(i int) (s seen, err error) {
		net, err := l.network()
		if err != nil {
			return s, err
		}
		nodes, err := net.servers(pick(l, time.Second, 5*time.Second), wrong[i]...)
		if err != nil {
			return s, err
		}
		formed := &cluster{nodes: nodes, masters: six / 2}
		if err := formed.start(ctx); err != nil {
			return s, err
		}
		defer formed.end()
		s.words, s.done = create(ctx, limit, 1, nodes...)
		s.known, s.answer = nodes[0].cluster("cluster_known_nodes"), nodes[0].ask("SET", "k", "v")
		return s, nil
	})
	if err != nil {
		return err
	}
	for i, s := range all {
		t.row("`"+strings.TrimLeft(strings.Join(wrong[i], " "), "-")+"`", "`"+s.words+"`", s.known, "`"+brief(s.answer)+"`")
		r.judge("wrong", !s.done && s.known == "1" && strings.HasPrefix(s.answer, "CLUSTERDOWN"))
	}
	return ctx.Err()
}

func moved(ctx context.Context, l *lab, r *result) error {
	trials := pick(l, 1, 3)
	window := pick(l, 4*time.Second, 25*time.Second)
	var found []time.Duration
	var states, answers []string
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
		const one = six - 1 // a replica
		if err := net.move(ctx, nodes[one], one+1, 22); err != nil {
			return err
		}
		after, is := until(ctx, 30*time.Second, func() bool {
			for line := range strings.Lines(nodes[0].ask("CLUSTER", "NODES")) {
				if strings.Contains(line, net.address(one+1, 22)+":") {
					return strings.Contains(line, " connected") && !strings.Contains(line, "fail")
				}
			}
			return false
		})
		if is {
			found = append(found, after)
		}
		r.judge("moved", is)
		// All at once, with their nodes.conf and without the old addresses.
		c.end()
		for i, node := range nodes {
			if err := net.move(ctx, node, i+1, 23); err != nil {
				return err
			}
		}
		_, well := until(ctx, window, c.well)
		states, answers = append(states, nodes[0].cluster("cluster_state")), append(answers, brief(nodes[0].ask("SET", "k", "v")))
		c.end()
		r.judge("moved", !well)
	}
	t := r.table(fmt.Sprintf("Nodes return with other addresses and the same nodes.conf, %d trials:", trials), "which", "what", "")
	t.row("one replica", "found by a master after, s", seconds("%.2f", found))
	t.row("all", fmt.Sprintf("`cluster_state` after %.0f s", window.Seconds()), tally(states))
	t.row("", "SET", "`"+tally(answers)+"`")
	return ctx.Err()
}

// move starts a node again under another address.
func (n *network) move(ctx context.Context, node *server, place, host int) error {
	node.kill()
	if err := n.readdress(place, host); err != nil {
		return err
	}
	node.host = n.address(place, host)
	return node.start(ctx)
}
