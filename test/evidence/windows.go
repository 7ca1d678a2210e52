//go:build unix

package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

var windows = experiment{
	name:     "windows",
	question: "After how many seconds does a probe that fails kill?",
	setup: "A server that loads its data for 35 s (slowed down on purpose, so that the time does not depend on the machine), and beside it a loop " +
		"for each setting that asks as the kubelet does: first after initialDelaySeconds, then every periodSeconds, and kills after failureThreshold " +
		"failures in a row. Nothing is killed, so all settings see the same server.",
	claims: []claim{
		{
			key: "window", rules: []string{"liveness-window-short"},
			text: "The window is initialDelaySeconds + (failureThreshold - 1) x periodSeconds: 3 x 5 s kills after 10 s, not 15; 3 x 10 s after 20.",
		},
		{
			key: "loading", rules: []string{"liveness-kills-while-loading"},
			text: "A probe that demands PONG kills every load that lasts longer than its window, and the next start loads from the beginning again.",
		},
		{
			key: "delay", rules: []string{"liveness-kills-while-loading", "liveness-delay-short"},
			text: "initialDelaySeconds moves the window by as much, and a plain `redis-cli ping` never kills a server that loads.",
		},
	},
	measure: measureWindows,
}

// livenessProbe is a probe's setting, in seconds.
type livenessProbe struct {
	delay, period, failures int
	pong                    bool // demanded
}

func measureWindows(ctx context.Context, l *lab, r *result) error {
	second := pick(l, 100*time.Millisecond, time.Second)
	const loads = 35 // seconds
	settings := []livenessProbe{
		{0, 5, 3, true}, {0, 10, 3, true}, {20, 5, 3, true}, {20, 5, 5, true}, {30, 10, 3, true}, {0, 5, 3, false}, {0, 10, 3, false},
	}
	s, err := l.loading(ctx, loads*second)
	if err != nil {
		return err
	}
	began := time.Now()
	loaded := make(chan struct{})
	go func() {
		defer close(loaded)
		until(ctx, 2*loads*time.Second, func() bool { return s.ask("PING") == "PONG" })
	}()
	kills, err := concurrently(len(settings), func(i int) (time.Duration, error) {
		return settings[i].kill(ctx, s, began, second, loaded), nil
	})
	if err != nil {
		return err
	}
	<-loaded
	took := time.Since(began)
	t := r.table(fmt.Sprintf("The server was loaded after %.1f s.", took.Seconds()),
		"command", "initialDelaySeconds", "periodSeconds", "failureThreshold", "delay + (failures - 1) x period, s", "kills after, s")
	for i, p := range settings {
		command, killed := "`redis-cli ping`", "never"
		if p.pong {
			command += " must print PONG"
		}
		if kills[i] > 0 {
			killed = fmt.Sprintf("%.1f", kills[i].Seconds())
		}
		window := p.delay + (p.failures-1)*p.period
		t.row(command, p.delay, p.period, p.failures, window, killed)
		expected := time.Duration(window) * second
		switch {
		case !p.pong:
			r.judge("delay", kills[i] == 0)
		case expected < took-second:
			r.judge("loading", kills[i] > 0)
			if !l.quick {
				r.judge("window", kills[i] >= expected && kills[i] < expected+second)
				if p.delay > 0 {
					r.judge("delay", kills[i] >= expected)
				}
			}
		case expected > took+second:
			r.judge("loading", kills[i] == 0)
		}
	}
	if !strings.HasPrefix(s.ask("PING"), "PONG") {
		return fmt.Errorf("the server never finished loading: %s", s.lastWords())
	}
	return nil
}

// kill returns after how long the probe would have killed the server, 0 if it did not until the server was loaded.
func (p livenessProbe) kill(ctx context.Context, s *server, began time.Time, second time.Duration, loaded <-chan struct{}) time.Duration {
	form := "redis-cli -p %d ping"
	if p.pong {
		form += " | grep PONG"
	}
	failures := 0
	for due := p.delay; ; due += p.period {
		select {
		case <-time.After(time.Until(began.Add(time.Duration(due) * second))):
		case <-loaded:
			return 0
		}
		asked := time.Now()
		if _, code := probe(ctx, fmt.Sprintf(form, s.port)); code == 0 {
			failures = 0
		} else {
			failures++
		}
		if failures == p.failures {
			return asked.Sub(began)
		}
	}
}
