package main

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"time"

	"github.com/redislint/redislint/internal/admission"
)

// fault is why a request gets no verdict.
type fault struct {
	status int    // of HTTP, never a success
	reason string // one of a few words, for the metric
	err    error
}

func (f *fault) Error() string { return f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

func malformed(format string, args ...any) error {
	return &fault{http.StatusBadRequest, "malformed", fmt.Errorf(format, args...)}
}

func overloaded(format string, args ...any) error {
	return &fault{http.StatusServiceUnavailable, "overload", fmt.Errorf(format, args...)}
}

// late is the fault of a request whose context ended: by its deadline, or because the caller has hung up.
func late(ctx context.Context, what string) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &fault{http.StatusGatewayTimeout, "deadline", errors.New(what)}
	}
	return &fault{http.StatusServiceUnavailable, "gone", errors.New("the caller has hung up")}
}

// acceptable returns how long a request may take, or what is wrong with it, before its body is looked at.
func acceptable(r *http.Request) (patience time.Duration, err error) {
	refuse := func(status int, format string, args ...any) (time.Duration, error) {
		return 0, &fault{status, "malformed", fmt.Errorf(format, args...)}
	}
	if r.URL.EscapedPath() != admission.Path {
		return refuse(http.StatusNotFound, "the path is not %s", admission.Path)
	}
	if r.Method != http.MethodPost {
		return refuse(http.StatusMethodNotAllowed, "the method is %s, not POST", r.Method)
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return refuse(http.StatusUnsupportedMediaType, "the content type is not application/json")
	}
	if r.Header.Get("Content-Encoding") != "" {
		return refuse(http.StatusUnsupportedMediaType, "the content is encoded")
	}
	if r.ContentLength > maxBodyBytes {
		return 0, tooLarge()
	}
	return patienceOf(r)
}

func tooLarge() error {
	return &fault{
		http.StatusRequestEntityTooLarge, "too-large",
		fmt.Errorf("the body has more than %d bytes", maxBodyBytes),
	}
}

// How long a caller waits when it does not say so, and at most: Kubernetes' own figures.
const (
	defaultPatience = 10 * time.Second
	maxPatience     = 30 * time.Second
)

// patienceOf returns a caller's ?timeout=, as API servers append it, less a margin for the way there and back: a tenth, at most
// half a second.
func patienceOf(r *http.Request) (time.Duration, error) {
	timeout := defaultPatience
	if text := r.URL.Query().Get("timeout"); text != "" {
		var err error
		if timeout, err = time.ParseDuration(text); err != nil || timeout <= 0 {
			return 0, malformed("the timeout is not a positive duration")
		}
	}
	timeout = min(timeout, maxPatience)
	return timeout - min(timeout/10, 500*time.Millisecond), nil
}
