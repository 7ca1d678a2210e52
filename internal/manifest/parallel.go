package manifest

import (
	"fmt"
	"runtime"
	"runtime/debug"
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
	var fault atomic.Value
	for range workers {
		wg.Go(func() {
			defer func() {
				// A panic belongs to the caller, who can say what was being done.
				if r := recover(); r != nil {
					fault.Store(fmt.Sprintf("%v\n%s", r, debug.Stack()))
				}
			}()
			run()
		})
	}
	wg.Wait()
	if r := fault.Load(); r != nil {
		panic(r)
	}
}
