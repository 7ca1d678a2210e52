//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// slots is how many there are in a Redis Cluster.
const slots = 16384

// cluster is a Redis Cluster. The replica of master i is node masters+i.
type cluster struct {
	nodes   []*server
	masters int
}

// cluster starts the nodes, introduces them to each other, and returns when all is well. There is a replica for each master, or none.
func (l *lab) cluster(ctx context.Context, masters int, nodes []*server) (*cluster, error) {
	c := &cluster{nodes: nodes, masters: masters}
	if err := c.start(ctx); err != nil {
		return nil, err
	}
	for i, master := range nodes[:masters] {
		for _, words := range [][]string{
			{"CLUSTER", "SET-CONFIG-EPOCH", strconv.Itoa(i + 1)},
			{"CLUSTER", "ADDSLOTSRANGE", strconv.Itoa(slots * i / masters), strconv.Itoa(slots*(i+1)/masters - 1)},
		} {
			if reply := master.ask(words...); reply != "OK" {
				return nil, fmt.Errorf("%s: %s", strings.Join(words, " "), reply)
			}
		}
	}
	for _, node := range nodes[1:] {
		if reply := nodes[0].ask("CLUSTER", "MEET", node.host, strconv.Itoa(node.port)); reply != "OK" {
			return nil, errors.New("CLUSTER MEET: " + reply)
		}
	}
	if _, known := until(ctx, time.Minute, func() bool {
		for _, node := range nodes {
			if node.cluster("cluster_known_nodes") != strconv.Itoa(len(nodes)) || strings.Contains(node.ask("CLUSTER", "NODES"), "handshake") {
				return false
			}
		}
		return true
	}); !known {
		return nil, errors.New("start a cluster: the nodes do not find each other")
	}
	for i, replica := range nodes[masters:] {
		id := nodes[i].ask("CLUSTER", "MYID")
		if _, follows := until(ctx, 30*time.Second, func() bool { return replica.ask("CLUSTER", "REPLICATE", id) == "OK" }); !follows {
			return nil, errors.New("CLUSTER REPLICATE: " + replica.ask("CLUSTER", "REPLICATE", id))
		}
	}
	if _, well := until(ctx, time.Minute, c.well); !well {
		return nil, errors.New("start a cluster: its state is not ok")
	}
	// All masters have to know of all replicas, or they may not vote for one.
	if _, known := until(ctx, time.Minute, func() bool {
		for _, node := range nodes {
			if strings.Count(node.ask("CLUSTER", "NODES"), "slave ") != len(nodes)-masters {
				return false
			}
		}
		return true
	}); !known {
		return nil, errors.New("start a cluster: the replicas are not known")
	}
	return c, nil
}

func (c *cluster) start(ctx context.Context) error {
	_, err := concurrently(len(c.nodes), func(i int) (struct{}, error) { return struct{}{}, c.nodes[i].start(ctx) })
	return err
}

// well reports whether every node says that the cluster is, and replicas follow.
func (c *cluster) well() bool {
	for i, node := range c.nodes {
		if node.cluster("cluster_state") != "ok" || i >= c.masters && !node.master() && node.info("master_link_status") != "up" {
			return false
		}
	}
	return true
}

func (c *cluster) end() {
	for _, node := range c.nodes {
		node.kill()
	}
}

// key returns a key in the slots of a master.
func (c *cluster) key(master int) string {
	for i := range 1000 {
		key := "k" + strconv.Itoa(i)
		slot, err := strconv.Atoi(c.nodes[master].ask("CLUSTER", "KEYSLOT", key))
		if err == nil && slot >= slots*master/c.masters && slot < slots*(master+1)/c.masters {
			return key
		}
	}
	return "k"
}

// cluster returns a field of CLUSTER INFO.
func (s *server) cluster(field string) string {
	for line := range strings.Lines(s.ask("CLUSTER", "INFO")) {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// clusterArgs are of a cluster node that waits so long before it takes another one for failed.
func clusterArgs(timeout time.Duration, more ...string) []string {
	return append([]string{"--cluster-enabled", "yes", "--cluster-node-timeout", strconv.FormatInt(timeout.Milliseconds(), 10)}, more...)
}

var colour = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// create has redis-cli make a cluster, as operators and charts do, and returns what it said last, or of its error first, before it
// ended or the time was over.
func create(ctx context.Context, limit time.Duration, replicas int, nodes ...*server) (words string, done bool) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	args := []string{"--cluster", "create"}
	for _, node := range nodes {
		args = append(args, fmt.Sprintf("%s:%d", node.host, node.port))
	}
	args = append(args, "--cluster-replicas", strconv.Itoa(replicas), "--cluster-yes")
	output, err := exec.CommandContext(ctx, "redis-cli", args...).CombinedOutput()
	for line := range strings.Lines(colour.ReplaceAllString(string(output), "")) {
		text := strings.Trim(line, " .*\n")
		if strings.HasPrefix(text, "ERROR") {
			return text, false
		}
		if text != "" {
			words = text
		}
	}
	return words, err == nil
}
