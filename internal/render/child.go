package render

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/redislint/redislint/internal/manifest"
)

// Child answers the requests of a Renderer until stdin ends, and returns the exit code. It gives up what a process can
// give up, so it is all that a program does that calls it.
func Child(stdin io.Reader, stdout io.Writer) int {
	limits := limitsOfEnvironment()
	if err := confine(limits); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	os.Clearenv()
	disconnect()
	debug.SetMaxStack(int(min(limits.Memory/4, 64<<20)))
	log.SetOutput(io.Discard) // libraries warn there
	stages = os.Stderr

	requests := make(chan request)
	go func() {
		for {
			var question request
			if err := readFrame(stdin, &question, maxRequest); err != nil {
				os.Exit(0) // nobody waits for an answer any more
			}
			requests <- question
		}
	}()
	var s server
	for question := range requests {
		if err := writeFrame(stdout, s.answer(question), limits.Output/3*4+1<<20); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return 0
}

func limitsOfEnvironment() Limits {
	var l Limits
	l.Memory, _ = strconv.ParseInt(os.Getenv(memoryVariable), 10, 64)
	l.Time, _ = time.ParseDuration(os.Getenv(timeVariable))
	l.Output, _ = strconv.ParseInt(os.Getenv(outputVariable), 10, 64)
	return l.withDefaults()
}

// disconnect leaves the process without a way to the network, for where the kernel does not do that.
func disconnect() {
	refuse := func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("there is no network") }
	http.DefaultTransport = &http.Transport{DialContext: refuse}
	http.DefaultClient = &http.Client{Transport: http.DefaultTransport}
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: refuse}
}

// stages is a child's standard error.
var stages io.Writer = io.Discard

// stage says what is done next: should the process die, it died of that.
func stage(what string) { _, _ = io.WriteString(stages, stagePrefix+strconv.Quote(what)+"\n") }

// server keeps the chart of a Session between requests.
type server struct{ release *release }

func (s *server) answer(question request) *response {
	switch {
	case question.Chart != nil:
		rendered, release := renderChart(question.Chart)
		s.release = release
		return &response{Rendered: rendered}
	case question.Build != nil:
		return &response{Rendered: build(question.Build)}
	case s.release == nil:
		return &response{}
	case question.Vary != nil:
		return &response{Variations: s.release.vary(question.Vary)}
	case question.Attribute != nil:
		return &response{Answers: s.release.attribute(question.Attribute)}
	default:
		return &response{Leaves: s.release.leaves()}
	}
}

// problem is an error of what is rendered, with its place.
type problem manifest.Error

func (p *problem) Error() string { return p.Message }

// problemOf returns the manifest.Error of an error that was made here or below, file being where it is unless it knows better.
func problemOf(err error, file string) manifest.Error {
	if p := new(problem); errors.As(err, &p) {
		if p.File == "" {
			p.File = file
		}
		return manifest.Error(*p)
	}
	return manifest.Error{File: file, Message: err.Error()}
}
