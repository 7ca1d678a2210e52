//go:build unix

package main

import (
	"strings"
	"time"
)

// pings sends PING 200 times a second until stop is closed, whether the earlier ones are answered or not, and returns how long each
// took from when it was due, and the answers other than PONG.
func (s *server) pings(stop <-chan struct{}) (waits []time.Duration, others []string) {
	const interval = 5 * time.Millisecond
	c, err := dial(s.host, s.port, time.Minute)
	if err != nil {
		return []time.Duration{time.Minute}, []string{noAnswer + cause(err)}
	}
	defer c.close()
	sent := make(chan time.Time, 1<<20) // when each was due
	go func() {
		defer close(sent)
		for due := time.Now(); ; due = due.Add(interval) {
			select {
			case <-stop:
				return
			case <-time.After(time.Until(due)):
			}
			if c.SetDeadline(time.Now().Add(c.patience)) != nil {
				return
			}
			if _, err := c.Write(encode("PING")); err != nil {
				return
			}
			sent <- due
		}
	}()
	for due := range sent {
		reply, err := c.reply()
		if err != nil {
			reply = noAnswer + cause(err)
		}
		waits = append(waits, time.Since(due))
		if reply != "PONG" {
			others = append(others, reply)
		}
		if strings.HasPrefix(reply, noAnswer) {
			break
		}
	}
	return waits, others
}
