package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReportRules(t *testing.T) {
	t.Parallel()
	times, err := readTimes([]byte(`goos: linux
BenchmarkRules/all         	     300	   1262539 ns/op	  364748 B/op	    5975 allocs/op
BenchmarkRules/all         	     300	   9262539 ns/op	  364748 B/op	    5975 allocs/op
BenchmarkRules/all         	     300	   1162539 ns/op	  364748 B/op	    5975 allocs/op
BenchmarkRules/none        	     300	    181000 ns/op
BenchmarkRules/rule=quick-one	     300	    180000 ns/op
BenchmarkRules/rule=slow-one 	     300	    281000 ns/op
BenchmarkOtherModes/more=0   	     300	   1000000 ns/op
BenchmarkOtherModes/more=100 	     300	   1600000 ns/op
PASS
`))
	if err != nil {
		t.Fatal(err)
	}
	want := `| target | measured | |
|---|---|---|
| all rules on a Sentinel deployment of three workloads, on one core: at most 1500.0 µs | 1262.5 µs | met |
| a rule whose mode does not match: at most 5.0 µs | 6.0 µs | **missed** |

Encoding the model takes 181.0 µs of it. Each rule alone, beyond that; what rules share is computed once when all run.

| rule | time |
|---|--:|
| slow-one | 100.0 µs |
| quick-one | 0.0 µs |
`
	if diff := cmp.Diff(want, reportRules(times)); diff != "" {
		t.Error(diff)
	}
}
