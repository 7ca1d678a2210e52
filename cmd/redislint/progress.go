package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress tells a person who waits longer than a second what redislint does. It rewrites one line and removes it in
// the end. A nil *progress tells nothing.
type progress struct {
	out  io.Writer
	stop func()
	done chan struct{}

	mu    sync.Mutex
	stage string
}

// startProgress starts to tell of a stage at every tick, one a second, until end.
func startProgress(out io.Writer, stage string, seconds <-chan time.Time) *progress {
	p := &progress{out: out, stage: stage, done: make(chan struct{})}
	stop := make(chan struct{})
	p.stop = sync.OnceFunc(func() { close(stop) })
	go p.tell(seconds, stop)
	return p
}

func (p *progress) tell(seconds <-chan time.Time, stop <-chan struct{}) {
	defer close(p.done)
	const clear = "\r\x1b[K"
	for waited := 1; ; waited++ {
		select {
		case <-seconds:
			p.mu.Lock()
			_, _ = fmt.Fprintf(p.out, "%sredislint: %s, %d s", clear, p.stage, waited)
			p.mu.Unlock()
		case <-stop:
			if waited > 1 {
				_, _ = fmt.Fprint(p.out, clear)
			}
			return
		}
	}
}

// now names the stage that begins.
func (p *progress) now(stage string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stage = stage
}

// end removes the line.
func (p *progress) end() {
	if p == nil {
		return
	}
	p.stop()
	<-p.done
}
