package manifest

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// parallel calls the functions that start makes, one for each goroutine, for every index below n.
func parallel(n int, start func() func(int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	// Many small pieces are handed out several at once, few large ones each by itself.
	batch := min(max(n/(8*max(workers, 1)), 1), 16)
	var next atomic.Int64
	run := func() {
		do := start()
		for {
			end := int(next.Add(int64(batch)))
			for i := end - batch; i < min(end, n); i++ {
				do(i)
			}
			if end >= n {
				return
			}
		}
	}
	if workers <= 1 {
		run()
		return
	}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(run)
	}
	wg.Wait()
}
