package promql

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestThresholds(t *testing.T) {
	t.Parallel()
	const hits = `sum(rate(redis_keyspace_hits_total[5m])) / (sum(rate(redis_keyspace_hits_total[5m])) + sum(rate(redis_keyspace_misses_total[5m])))`
	tests := map[string]struct {
		text string
		want *Threshold
	}{
		"memory as a ratio":               {"redis_memory_used_bytes / redis_memory_max_bytes > 0.9", &Threshold{"memory", 900}},
		"memory in percent":               {"100 * redis_memory_used_bytes{job='redis'} / redis_memory_max_bytes{job='redis'} >= 85", &Threshold{"memory", 850}},
		"memory as a product":             {"redis_memory_used_bytes > 0.75 * redis_memory_max_bytes", &Threshold{"memory", 750}},
		"memory that is left":             {"(redis_memory_max_bytes - redis_memory_used_bytes) / redis_memory_max_bytes < 0.1", &Threshold{"memory", 900}},
		"memory by the configured limit":  {"redis_memory_used_bytes / redis_config_maxmemory * 100 > 95", &Threshold{"memory", 950}},
		"a number on the left":            {"0.8 < redis_memory_used_bytes / redis_memory_max_bytes", &Threshold{"memory", 800}},
		"a guard beside it":               {"redis_memory_used_bytes / redis_memory_max_bytes > 0.9 and redis_memory_max_bytes > 0", &Threshold{"memory", 900}},
		"aggregated":                      {"max by (pod) (redis_memory_used_bytes) / max by (pod) (redis_memory_max_bytes) > 0.9", &Threshold{"memory", 900}},
		"with bool":                       {"(redis_memory_used_bytes / redis_memory_max_bytes > bool 0.9) == 1", &Threshold{"memory", 900}},
		"over time":                       {"avg_over_time(redis_memory_used_bytes[5m]) / redis_memory_max_bytes > 0.9", &Threshold{"memory", 900}},
		"hits":                            {hits + " < 0.5", &Threshold{"hits", 500}},
		"hits in percent":                 {hits + " * 100 <= 80", &Threshold{"hits", 800}},
		"misses":                          {strings.Replace(hits, "hits", "misses", 1) + " > 0.25", &Threshold{"hits", 750}},
		"any eviction":                    {"increase(redis_evicted_keys_total[5m]) > 0", &Threshold{"evictions", 0}},
		"many evictions":                  {"rate(redis_evicted_keys_total[5m]) > 100", &Threshold{"evictions", 100_000}},
		"clients":                         {"redis_connected_clients / redis_config_maxclients > 0.9", &Threshold{"clients", 900}},
		"lag":                             {"redis_connected_slave_lag_seconds > 30", &Threshold{"lag", 30_000}},
		"no threshold at all":             {"redis_up == 0", nil},
		"a share that cannot be reached":  {"redis_memory_used_bytes / redis_memory_max_bytes > 80", nil},
		"an alert that always fires":      {"redis_memory_used_bytes / redis_memory_max_bytes >= 0", nil},
		"bytes, whatever maxmemory is":    {"redis_memory_used_bytes > 2e9", nil},
		"a number of clients":             {"redis_connected_clients > 5000", nil},
		"what else decides is unknown":    {"redis_memory_used_bytes / redis_memory_max_bytes > 0.9 and redis_up == 1", nil},
		"against an hour before":          {"redis_connected_clients - redis_connected_clients offset 1h > 100", nil},
		"a function that changes a value": {"predict_linear(redis_memory_used_bytes[1h], 3600) / redis_memory_max_bytes > 0.9", nil},
		"power":                           {"(redis_memory_used_bytes / redis_memory_max_bytes) ^ 2 > 0.9", nil},
		"the operand that cannot be told": {"redis_memory_used_bytes / redis_memory_max_bytes > 0.9 unless redis_up == 0", nil},
		"either of two":                   {"redis_connected_slave_lag_seconds > 60 or redis_connected_slave_lag_seconds > 20", &Threshold{"lag", 20_000}},
		"unless a guard":                  {"redis_connected_slave_lag_seconds > 60 unless redis_connected_slave_lag_seconds < 70", &Threshold{"lag", 70_000}},
		"negative":                        {"-redis_connected_slave_lag_seconds < -60", &Threshold{"lag", 60_000}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, ok := Parse(test.text)
			if !ok {
				t.Fatal("not read")
			}
			if diff := cmp.Diff(test.want, e.Threshold); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.text, diff)
			}
		})
	}
}

func TestUnlimited(t *testing.T) {
	t.Parallel()
	tests := map[string]Result{
		"redis_memory_used_bytes / redis_memory_max_bytes > 0.9":                                          Fires,
		"redis_memory_used_bytes * 100 / redis_memory_max_bytes > 90":                                     Fires,
		"redis_memory_used_bytes > redis_memory_max_bytes * 0.8":                                          Fires,
		"redis_memory_max_bytes - redis_memory_used_bytes < 1e8":                                          Fires,
		"redis_memory_used_bytes / redis_config_maxmemory > 0.9":                                          Fires,
		"redis_memory_used_bytes / redis_memory_max_bytes > 0.9 and redis_memory_max_bytes > 0":           Silent,
		"redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.9":                                    Silent,
		"redis_memory_used_bytes / redis_memory_max_bytes > 0.9 < 2":                                      Silent,
		"redis_memory_used_bytes / redis_memory_max_bytes > 0.9 unless redis_memory_max_bytes == 0":       Silent,
		"redis_memory_used_bytes / redis_memory_max_bytes > 0.9 and on (pod) kube_pod_info":               "",
		"redis_memory_max_bytes == 0":                                                                     "",
		"redis_memory_used_bytes > 1e9 or redis_memory_max_bytes > 1e15":                                  "",
		"redis_memory_used_bytes / redis_memory_max_bytes >= 0":                                           "",
		"redis_memory_used_bytes / redis_total_system_memory_bytes > 0.9":                                 "",
		"clamp_max(redis_memory_used_bytes / redis_memory_max_bytes, 1) > 0.9":                            "",
		"redis_memory_used_bytes / redis_memory_max_bytes > 0.9 and topk(1, redis_memory_max_bytes) > 10": "",
	}
	for text, want := range tests {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			e, ok := Parse(text)
			if !ok {
				t.Fatal("not read")
			}
			if e.Unlimited != want {
				t.Errorf("%q, want %q", e.Unlimited, want)
			}
		})
	}
}

func TestUses(t *testing.T) {
	t.Parallel()
	text := `sum(redis_up{namespace="shop", job=~"redis.*"}) < on () vector(1) or {__name__="redis_memory_used_bytes"} > 1 or {job="x"}`
	e, ok := Parse(text)
	if !ok {
		t.Fatal("not read")
	}
	type use struct{ Name, Written, Labels string }
	var got []use
	for _, u := range e.Uses {
		var names []string
		for _, l := range u.Labels {
			names = append(names, l.Name+"="+l.Equals())
		}
		got = append(got, use{u.Name, text[u.Offset : u.Offset+u.Length], strings.Join(names, " ")})
	}
	want := []use{
		{"redis_up", "redis_up", "namespace=shop job="},
		{"redis_memory_used_bytes", "redis_memory_used_bytes", ""},
		{"", "", "job=x"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	job := e.Uses[0].Labels[1]
	if !job.Admits("redis-metrics") || job.Admits("valkey") {
		t.Error("the regular expression of a label is not heeded")
	}
}

func TestWhatIsNotRead(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"an error":                       "redis_up ==",
		"a template":                     "redis_up{job={{ .Release.Name }}} == 0",
		"nothing":                        "",
		"too long":                       "redis_up" + strings.Repeat(" + redis_up", 200),
		"repetitions that multiply":      `redis_up{pod=~"(a{99}){99}"}`,
		"classes of Unicode":             `redis_up{pod=~"\\p{L}+"}`,
		"an expression that is too deep": strings.Repeat("(", 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, ok := Parse(text); ok {
				t.Error("read")
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`100 * redis_memory_used_bytes{job=~"a|b"} / redis_memory_max_bytes > bool 0.9 and on (x) redis_up unless y`)
	f.Add(`{__name__="redis_up"} offset 5m @ 3`)
	f.Add(`rate(redis_evicted_keys_total[5m:1m]) > -Inf`)
	f.Fuzz(func(t *testing.T, text string) {
		e, ok := Parse(text)
		if !ok {
			return
		}
		for _, u := range e.Uses {
			if u.Offset < 0 || u.Offset+u.Length > len(text) {
				t.Errorf("%q stands outside of %q", u.Name, text)
			}
			Exported(u.Name)
			Nearest(u.Name)
		}
	})
}
