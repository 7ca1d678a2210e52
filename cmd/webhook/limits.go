package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

// Sizes of bodies, in bytes.
const (
	// maxBodyBytes is what an API server can send: two objects of 3 MiB and the rest of the review.
	maxBodyBytes = 7 << 20
	// freeBodyBytes of each body count against no budget, because the number of connections bounds them. An ordinary
	// review is no bigger, so no flood of big ones keeps it waiting, and whoever wants room must send this much first.
	freeBodyBytes = 32 << 10
	// smallBodyBytes divides the budget: what is bigger has a half of its own.
	smallBodyBytes = 512 << 10
)

// limits bound what reviews cost while they are under way. Whatever is above waits, but not beyond its deadline, and not in a
// long queue.
type limits struct {
	small, large *semaphore.Weighted
	reserved     atomic.Int64 // bytes, of both

	places     chan int       // the free ones
	since      []atomic.Int64 // by place: when its evaluation began, in Unix nanoseconds; 0 when it is free
	waiting    atomic.Int64
	maxWaiting int64
}

// newLimits makes limits of so many bytes of bodies, evaluations at a time (0 means GOMAXPROCS) and evaluations that wait.
func newLimits(bodyBytes int64, evaluations, waiting int) *limits {
	if evaluations == 0 {
		evaluations = runtime.GOMAXPROCS(0)
	}
	l := &limits{
		// Less than one body would never let one in.
		small:      semaphore.NewWeighted(max(bodyBytes/2, smallBodyBytes)),
		large:      semaphore.NewWeighted(max(bodyBytes/2, maxBodyBytes)),
		places:     make(chan int, evaluations),
		since:      make([]atomic.Int64, evaluations),
		maxWaiting: int64(waiting),
	}
	for place := range evaluations {
		l.places <- place
	}
	return l
}

// read returns a request's body, and what gives its room back.
func (l *limits) read(ctx context.Context, w http.ResponseWriter, r *http.Request) (body []byte, release func(), err error) {
	control := http.NewResponseController(w)
	if deadline, ok := ctx.Deadline(); ok {
		_ = control.SetReadDeadline(deadline)
	}
	size := int(r.ContentLength)
	if size < 0 {
		size = maxBodyBytes + 1 // a byte for finding out that there is one too many
	}
	stream := http.MaxBytesReader(w, r.Body, maxBodyBytes)
	head := make([]byte, min(size, freeBodyBytes))
	n, ended, err := fill(stream, head)
	switch {
	case err != nil:
		return nil, nil, unreadable(ctx, err)
	case ended || n == size:
		_ = control.SetReadDeadline(time.Time{}) // it would end the evaluation too
		return head[:n], func() {}, nil
	}

	room, rest := l.small, int64(size-n)
	if size > smallBodyBytes {
		room = l.large
	}
	if err := room.Acquire(ctx, rest); err != nil {
		return nil, nil, overloaded("no room for a body of %d bytes", size)
	}
	l.reserved.Add(rest)
	release = sync.OnceFunc(func() {
		l.reserved.Add(-rest)
		room.Release(rest)
	})
	body = make([]byte, size)
	copy(body, head)
	more, _, err := fill(stream, body[n:])
	if err != nil {
		release()
		return nil, nil, unreadable(ctx, err)
	}
	_ = control.SetReadDeadline(time.Time{})
	return body[:n+more], release, nil
}

// fill reads until a buffer is full or a stream has properly ended.
func fill(stream io.Reader, buffer []byte) (n int, ended bool, err error) {
	for n < len(buffer) {
		read, err := stream.Read(buffer[n:])
		n += read
		if errors.Is(err, io.EOF) {
			return n, true, nil
		}
		if err != nil {
			return n, false, err
		}
	}
	return n, false, nil
}

func unreadable(ctx context.Context, err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge()
	}
	if ctx.Err() != nil {
		return &fault{http.StatusRequestTimeout, "slow", errors.New("the body did not arrive in time")}
	}
	if timeout, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err); ok && timeout.Timeout() {
		return &fault{http.StatusRequestTimeout, "slow", errors.New("the body did not arrive in time")}
	}
	return malformed("read the body: %w", err)
}

// enter waits for a place to evaluate at, and returns what gives it back.
func (l *limits) enter(ctx context.Context) (leave func(), err error) {
	select {
	case place := <-l.places:
		return l.take(place), nil
	default:
	}
	if l.waiting.Add(1) > l.maxWaiting {
		l.waiting.Add(-1)
		return nil, overloaded("%d reviews are waiting already", l.maxWaiting)
	}
	defer l.waiting.Add(-1)
	select {
	case place := <-l.places:
		return l.take(place), nil
	case <-ctx.Done():
		return nil, overloaded("no review ended in time for this one")
	}
}

func (l *limits) take(place int) (leave func()) {
	l.since[place].Store(time.Now().UnixNano())
	return func() {
		l.since[place].Store(0)
		l.places <- place
	}
}

// evaluating returns how many evaluations are under way.
func (l *limits) evaluating() int { return cap(l.places) - len(l.places) }

// maxGiveWay is how long giveWay waits at most, and breath how often it looks.
const (
	maxGiveWay = time.Second
	breath     = 10 * time.Millisecond
)

// giveWay returns when there is room for a review that may come, or without that after a while: what nobody waits for goes on
// too.
func (l *limits) giveWay(ctx context.Context) (room bool) {
	for range maxGiveWay / breath {
		if len(l.places) > 0 {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(breath):
		}
	}
	return false
}

// stuckAfter is how long after the latest deadline an evaluation that has not ended will probably never.
const stuckAfter = 2 * maxPatience

// stuck reports that every place is taken by an evaluation that does not end. Only a new process helps.
func (l *limits) stuck(now time.Time) error {
	for i := range l.since {
		if since := l.since[i].Load(); since == 0 || now.Sub(time.Unix(0, since)) < stuckAfter {
			return nil
		}
	}
	return fmt.Errorf("all %d evaluations have been under way for more than %s", len(l.since), stuckAfter)
}
