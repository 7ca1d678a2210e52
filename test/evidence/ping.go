//go:build unix

package main

import (
	"strings"
	"time"
)

// pings asks PING 200 times a second until stop is closed, and returns how long each took from when it was due, and the answers other
// than PONG. Those that are still due at the end count as they are.
func (s *server) pings(stop <-chan struct{}) (waits []time.Duration, others []string) {
	c, err := dial(s.host, s.port, time.Minute)
	if err != nil {
		return []time.Duration{time.Minute}, []string{noAnswer + cause(err)}
	}
	defer c.close()
	const interval = 5 * time.Millisecond
	for due := time.Now(); ; due = due.Add(interval) {
		select {
		case <-stop:
			for now := time.Now(); due.Before(now); due = due.Add(interval) {
				waits = append(waits, now.Sub(due))
			}
			return waits, others
		case <-time.After(time.Until(due)):
		}
		reply := c.ask("PING")
		waits = append(waits, time.Since(due))
		if reply != "PONG" {
			others = append(others, reply)
		}
		if strings.HasPrefix(reply, noAnswer) {
			return waits, others
		}
	}
}
