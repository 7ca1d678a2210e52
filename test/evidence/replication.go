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

// followers is how many replicas a master has.
const followers = 2

// group is a master, its replicas and the Sentinels that watch them.
type group struct {
	servers   []*server // the master first
	sentinels []*server
}

// watch is how Sentinels watch.
type watch struct {
	sentinels, quorum int
	down              time.Duration // down-after-milliseconds
	failover          time.Duration // failover-timeout
}

// group starts a master and replicas with the same arguments, and Sentinels, and returns when all of them know each other.
func (l *lab) group(ctx context.Context, w watch, args ...string) (*group, error) {
	g := &group{}
	for i := range 1 + followers {
		line := args
		if i > 0 {
			line = append([]string{"--replicaof", fmt.Sprintf("127.0.0.1 %d", g.servers[0].port)}, args...)
		}
		s, err := l.started(ctx, line...)
		if err != nil {
			return nil, err
		}
		g.servers = append(g.servers, s)
	}
	for range w.sentinels {
		s, err := l.server()
		if err != nil {
			return nil, err
		}
		s.config = fmt.Sprintf("sentinel monitor m 127.0.0.1 %d %d\nsentinel down-after-milliseconds m %d\nsentinel failover-timeout m %d\n",
			g.servers[0].port, w.quorum, w.down.Milliseconds(), w.failover.Milliseconds())
		if err := s.start(ctx); err != nil {
			return nil, err
		}
		g.sentinels = append(g.sentinels, s)
	}
	if _, ready := until(ctx, time.Minute, g.ready); !ready {
		return nil, errors.New("start a master with replicas and Sentinels: they do not find each other")
	}
	return g, nil
}

// ready reports whether every replica follows the master and every Sentinel sees all of them as healthy.
func (g *group) ready() bool {
	for _, replica := range g.servers[1:] {
		if replica.info("master_link_status") != "up" {
			return false
		}
	}
	// A replica that has never acknowledged anything is not one to its master.
	master := g.servers[0].ask("INFO", "replication")
	if strings.Count(master, "state=online") != followers || strings.Contains(master, "lag=-1") {
		return false
	}
	for _, sentinel := range g.sentinels {
		seen := pairs(sentinel.ask("SENTINEL", "MASTER", "m"))
		if seen["flags"] != "master" || seen["num-slaves"] != strconv.Itoa(len(g.servers)-1) ||
			seen["num-other-sentinels"] != strconv.Itoa(len(g.sentinels)-1) {
			return false
		}
	}
	return true
}

// promoted returns the former replica that is a master now, nil when there is none.
func (g *group) promoted() *server {
	for _, replica := range g.servers[1:] {
		if replica.master() {
			return replica
		}
	}
	return nil
}

// events counts the log lines of all Sentinels that hold the text.
func (g *group) events(text string) int {
	n := 0
	for _, sentinel := range g.sentinels {
		n += strings.Count(sentinel.log(), text)
	}
	return n
}

func (s *server) master() bool { return strings.HasPrefix(s.ask("ROLE"), "master") }

// pairs reads a reply that is a list of names and values.
func pairs(reply string) map[string]string {
	lines := strings.Split(reply, "\n")
	read := make(map[string]string)
	for i := 0; i+1 < len(lines); i += 2 {
		read[lines[i]] = lines[i+1]
	}
	return read
}
