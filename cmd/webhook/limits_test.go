package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
)

// counted is a body that tells how many bytes of all bodies have been read and not been given back.
type counted struct {
	io.Reader
	read *atomic.Int64
	most *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	now := c.read.Add(int64(n))
	for most := c.most.Load(); now > most && !c.most.CompareAndSwap(most, now); most = c.most.Load() {
	}
	return n, err
}

func (c counted) Close() error { return nil }

func TestBodiesStayWithinTheirBudget(t *testing.T) {
	t.Parallel()
	const budget, readers = 4 * maxBodyBytes, 50
	l := newLimits(budget, 1, 0)
	var held, most, seen atomic.Int64
	var all sync.WaitGroup
	for i := range readers {
		all.Go(func() {
			size := maxBodyBytes
			if i%5 == 0 {
				size = smallBodyBytes
			}
			request := httptest.NewRequestWithContext(t.Context(), "POST", "/validate", nil)
			request.Body = counted{bytes.NewReader(bytes.Repeat([]byte{byte(i)}, size)), &held, &most}
			request.ContentLength = int64(size)
			if i%2 == 0 {
				request.ContentLength = -1
			}
			body, release, err := l.read(t.Context(), httptest.NewRecorder(), request)
			if err != nil {
				t.Error(err)
				return
			}
			if len(body) != size || bytes.Count(body, []byte{byte(i)}) != size {
				t.Errorf("got another body, of %d bytes", len(body))
			}
			seen.Add(1)
			held.Add(-int64(size))
			release()
			release() // is idempotent
		})
	}
	all.Wait()
	if got, bound := most.Load(), int64(budget+readers*freeBodyBytes); got > bound {
		t.Errorf("%d bytes at a time, more than %d", got, bound)
	}
	if seen.Load() != readers || l.reserved.Load() != 0 {
		t.Errorf("%d of %d bodies, %d bytes stay reserved", seen.Load(), readers, l.reserved.Load())
	}
}

func TestABodyWithoutRoomWaitsUntilItsDeadline(t *testing.T) {
	t.Parallel()
	l := newLimits(0, 1, 0) // room for one
	read := func(ctx context.Context, size int) (func(), error) {
		request := httptest.NewRequestWithContext(ctx, "POST", "/validate", bytes.NewReader(make([]byte, size)))
		_, release, err := l.read(ctx, httptest.NewRecorder(), request)
		return release, err
	}
	release, err := read(t.Context(), maxBodyBytes)
	if err != nil {
		t.Fatal(err)
	}
	late, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = read(late, maxBodyBytes)
	if f, ok := errors.AsType[*fault](err); !ok || f.status != http.StatusServiceUnavailable {
		t.Errorf("a second: %v", err)
	}
	for name, size := range map[string]int{"an ordinary one": freeBodyBytes, "a small one": smallBodyBytes} {
		release, err := read(t.Context(), size)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		release()
	}
	release()
	if release, err = read(t.Context(), maxBodyBytes); err != nil {
		t.Errorf("the next: %v", err)
	}
	release()
}

// What nobody waits for begins when there is room for a review beside it, and ends with its context.
func TestWhatNobodyWaitsForGivesWay(t *testing.T) {
	t.Parallel()
	l := newLimits(4*maxBodyBytes, 1, 1)
	if !l.giveWay(t.Context()) {
		t.Error("it waits though nobody is there")
	}
	leave, err := l.enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if l.giveWay(ended) {
		t.Error("it goes before a review that is being evaluated")
	}
	room := make(chan bool)
	go func() { room <- l.giveWay(t.Context()) }()
	leave()
	if !<-room {
		t.Error("it does not go when the review has ended")
	}
}
