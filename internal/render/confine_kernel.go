//go:build linux && !race

package render

import (
	"fmt"
	"syscall"
)

// confine has the kernel hold this process to its limits. Memory is bounded as data and not as address space, of which
// Go's runtime reserves more than it uses. The number of processes is not bounded: threads are counted, and for the user,
// not for the process.
func confine(l Limits) error {
	// A child answers several requests. What it is asked for is timed by its parent; this ends a child that lost it.
	seconds := 10 * (uint64(l.Time.Seconds()) + 1)
	for _, limit := range []struct {
		resource int
		max      uint64
	}{
		{syscall.RLIMIT_DATA, uint64(l.Memory)},
		{syscall.RLIMIT_CPU, seconds},
		{syscall.RLIMIT_CORE, 0},
		{syscall.RLIMIT_FSIZE, 0},
		{syscall.RLIMIT_NOFILE, 256},
	} {
		if err := syscall.Setrlimit(limit.resource, &syscall.Rlimit{Cur: limit.max, Max: limit.max}); err != nil {
			return fmt.Errorf("set limit %d: %w", limit.resource, err)
		}
	}
	return nil
}
