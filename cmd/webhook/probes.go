package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/redislint/redislint/internal/report"
)

// condition is one thing that readiness needs.
type condition struct {
	name string
	// state says what there is, or why it is not enough.
	state func() (detail string, err error)
}

// probes answer the kubelet. Their texts are for people: what is missing, and what soon will be.
type probes struct {
	conditions []condition // for there to be anything to serve
	serving    func() error
	alive      func() error
}

// handler serves /healthz and /readyz.
func (p *probes) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		if err := p.alive(); err != nil {
			tell(w, http.StatusInternalServerError, err.Error())
			return
		}
		tell(w, http.StatusOK, "ok")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		text, ready := p.ready()
		status := http.StatusOK
		if !ready {
			status = http.StatusServiceUnavailable
		}
		tell(w, status, text)
	})
	return mux
}

func tell(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text) // nobody is left to tell
}

// ready returns a line for each condition and whether all hold.
func (p *probes) ready() (text string, ready bool) {
	var lines []string
	ready = true
	line := func(name, detail string, err error) {
		mark := "[+]"
		if err != nil {
			mark, detail, ready = "[-]", err.Error(), false
		}
		lines = append(lines, mark+" "+name+": "+bounded(report.Visible(detail)))
	}
	for _, c := range p.conditions {
		detail, err := c.state()
		line(c.name, detail, err)
	}
	line("server", "serving", p.serving())
	return strings.Join(lines, "\n"), ready
}

// bounded cuts a text that the kubelet would have to carry into its events.
func bounded(text string) string {
	const most = 500 // runes
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// await returns nil when all conditions hold, and an error when ctx ends before.
func (p *probes) await(ctx context.Context) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !p.met() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	return nil
}

func (p *probes) met() bool {
	for _, c := range p.conditions {
		if _, err := c.state(); err != nil {
			return false
		}
	}
	return true
}
