package promql

import (
	"slices"
	"strings"
	"testing"
)

func TestExported(t *testing.T) {
	t.Parallel()
	type answer struct{ exported, decided bool }
	for name, want := range map[string]answer{
		"redis_up":                                {true, true},
		"redis_memory_max_bytes":                  {true, true},
		"redis_connected_slave_lag_seconds":       {true, true},
		"redis_config_maxclients":                 {true, true},
		"redis_cluster_slots_fail":                {true, true},
		"redis_commands_latencies_usec_bucket":    {true, true},
		"redis_exporter_last_scrape_error":        {true, true},
		"redis_replication_lag":                   {false, true},
		"redis_memory_used":                       {false, true},
		"redis_operator_controller_cluster_ok":    {false, false},
		"redis_client_connections":                {false, false},
		"container_memory_working_set_bytes":      {false, false},
		"redis:memory_used:ratio":                 {false, false},
		"redis_commands_latencies_usec_total_sum": {false, true},
	} {
		if exported, decided := Exported(name); (answer{exported, decided}) != want {
			t.Errorf("%s: exported %v, decided %v", name, exported, decided)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"redis_replication_lag":       "redis_connected_slave_lag_seconds",
		"redis_memory_used":           "redis_memory_used_bytes",
		"redis_evicted_keys":          "redis_evicted_keys_total",
		"redis_connected_client":      "redis_connected_clients",
		"redis_keyspace_hit_total":    "redis_keyspace_hits_total",
		"redis_connected_slave_lag":   "redis_connected_slave_lag_seconds",
		"redis_orders_waiting_weight": "",
	} {
		if got := Nearest(name); got != want {
			t.Errorf("nearest to %s: %q, want %q", name, got, want)
		}
	}
}

func TestWhatIsMeantIsExported(t *testing.T) {
	t.Parallel()
	for name, metric := range meant {
		if exported, _ := Exported(name); exported {
			t.Errorf("%s is exported", name)
		}
		if exported, _ := Exported(metric); !exported {
			t.Errorf("%s is not exported", metric)
		}
	}
	for _, s := range subjects {
		for name := range s.at(0.5) {
			if exported, _ := Exported(name); !exported {
				t.Errorf("%s is not exported", name)
			}
		}
	}
	if !Mistaken("redis_replication_lag") || Mistaken("redis_up") {
		t.Error("the wrong names are mistaken")
	}
}

func TestTheListIsSortedAndHasEachNameOnce(t *testing.T) {
	t.Parallel()
	var names []string
	for line := range strings.Lines(metricsFile) {
		if !strings.HasPrefix(line, "#") {
			names = append(names, strings.TrimRight(line, "+\n"))
		}
	}
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Error("metrics.txt")
	}
}
