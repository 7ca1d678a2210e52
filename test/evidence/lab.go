//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// lab is where one experiment runs: a folder, and the servers in it.
type lab struct {
	dir   string
	quick bool // small data, few trials, short times

	mu      sync.Mutex
	servers []*server
}

// pick returns what the experiment's scale asks for.
func pick[T any](l *lab, quick, full T) T {
	if l.quick {
		return quick
	}
	return full
}

// folder returns a new folder.
func (l *lab) folder() (string, error) { return os.MkdirTemp(l.dir, "") }

// volume returns a folder that is a file system of the size, in bytes, and a function that ends it.
func (l *lab) volume(size int64) (dir string, remove func() error, err error) {
	if dir, err = l.folder(); err != nil {
		return "", nil, err
	}
	if err := mountVolume(dir, size); err != nil {
		return "", nil, err
	}
	return dir, func() error { return unmount(dir) }, nil
}

// end kills the servers and removes the folder.
func (l *lab) end() error {
	for _, s := range l.servers {
		s.kill()
	}
	return os.RemoveAll(l.dir)
}

// ports hands out ports to all labs of the process.
var ports struct {
	sync.Mutex
	last int
}

// freePort returns a port on which nobody listens, nor on that of the cluster bus above it.
func freePort() (int, error) {
	ports.Lock()
	defer ports.Unlock()
	if ports.last == 0 {
		ports.last = 20000 + os.Getpid()%50*100
	}
	for range 1000 {
		ports.last++
		if free(ports.last) && free(ports.last+busOffset) {
			return ports.last, nil
		}
	}
	return 0, errors.New("find a free port: none in 1000")
}

func free(port int) bool {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return false
	}
	return listener.Close() == nil
}

// until asks again and again whether something is so, and returns after how long it was. It gives up after the limit.
func until(ctx context.Context, limit time.Duration, so func() bool) (after time.Duration, was bool) {
	began := time.Now()
	for {
		if so() {
			return time.Since(began), true
		}
		if time.Since(began) > limit {
			return 0, false
		}
		if !pause(ctx, 10*time.Millisecond) {
			return 0, false
		}
	}
}

// pause waits, and reports whether the experiment goes on.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// concurrently calls f with 0 to n-1 at the same time, for servers that do nothing most of the time, and returns what it returned in
// that order.
func concurrently[T any](n int, f func(int) (T, error)) ([]T, error) {
	results, failures := make([]T, n), make([]error, n)
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { results[i], failures[i] = f(i) })
	}
	wait.Wait()
	return results, errors.Join(failures...)
}

// command runs a program to its end.
func command(name string, args ...string) error {
	if output, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, output)
	}
	return nil
}

// size returns the bytes that the files below a folder take.
func size(dir string) int64 {
	var sum int64
	_ = filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error { // files come and go meanwhile
		if err == nil && info.Mode().IsRegular() {
			sum += info.Size()
		}
		return nil
	})
	return sum
}
