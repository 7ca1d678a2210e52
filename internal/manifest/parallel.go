package manifest

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// parallel calls the functions that start makes, one for each goroutine, for every index below n, in batches.
func parallel(n, batch int, start func() func(int)) {
	workers := min(runtime.GOMAXPROCS(0), (n+batch-1)/batch)
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
