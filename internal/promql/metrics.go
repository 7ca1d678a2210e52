package promql

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/agnivade/levenshtein"
)

//go:embed metrics.txt
var metricsFile string

// Prefix is what the exporter's metrics begin with, unless it is told
// otherwise.
const Prefix = "redis_"

// metrics are the exporter's metrics without Prefix, sorted, read from the
// file when they are first needed.
var metrics = sync.OnceValue(func() []string {
	var names []string
	for line := range strings.Lines(metricsFile) {
		name := strings.TrimSpace(line)
		if name == "" || strings.HasPrefix(name, "#") {
			continue
		}
		base, several := strings.CutSuffix(name, "+")
		names = append(names, base)
		if several {
			names = append(names, base+"_bucket", base+"_count", base+"_sum")
		}
	}
	slices.Sort(names)
	return names
})

// meant are names that alerts are often written with, and the exporter's metric
// that holds what they promise, where spelling does not lead there.
var meant = map[string]string{
	"redis_replication_lag":         "redis_connected_slave_lag_seconds",
	"redis_replication_lag_seconds": "redis_connected_slave_lag_seconds",
	"redis_slave_lag_seconds":       "redis_connected_slave_lag_seconds",
	"redis_connected_replicas":      "redis_connected_slaves",
	"redis_maxmemory":               "redis_memory_max_bytes",
	"redis_maxmemory_bytes":         "redis_memory_max_bytes",
	"redis_used_memory":             "redis_memory_used_bytes",
	"redis_used_memory_bytes":       "redis_memory_used_bytes",
	"redis_connections_rejected":    "redis_rejected_connections_total",
	"redis_uptime_seconds":          "redis_uptime_in_seconds",
}

// others are the beginnings of names that other programs give their metrics:
// operators, client libraries, Redis Software.
var others = []string{
	"redis_operator_", "redis_client_", "redis_pool_", "redis_server_", "redis_proxy_", "redis_cache_", "redis_enterprise_",
}

// Exported reports whether a version of the exporter has the metric. It is not
// decided for names without Prefix, and for such as other programs use.
func Exported(name string) (exported, decided bool) {
	rest, prefixed := strings.CutPrefix(name, Prefix)
	switch {
	case !prefixed:
		return false, false
	case strings.HasPrefix(rest, "cluster_"):
		return true, true // a field of INFO or CLUSTER INFO
	case slices.ContainsFunc(others, func(other string) bool { return strings.HasPrefix(name, other) }):
		return false, false
	}
	_, exported = slices.BinarySearch(metrics(), rest)
	return exported, true
}

// Mistaken reports whether a name is one that guides took for a metric of the
// exporter.
func Mistaken(name string) bool {
	return name == "redis_replication_lag" || name == "redis_replication_lag_seconds"
}

// units are the last words of names, which people leave out.
var units = []string{"total", "bytes", "seconds"}

// Nearest returns the exporter's metric that was probably meant by a name, ""
// when none is near.
func Nearest(name string) string {
	if metric := meant[name]; metric != "" {
		return metric
	}
	rest := strings.TrimPrefix(name, Prefix)
	best, distance := "", len(rest)/4+1
	for _, metric := range metrics() {
		if unit, ok := strings.CutPrefix(metric, rest+"_"); ok && slices.Contains(units, unit) {
			return Prefix + metric
		}
		if max(len(metric)-len(rest), len(rest)-len(metric)) >= distance {
			continue
		}
		if d := levenshtein.ComputeDistance(rest, metric); d < distance {
			best, distance = Prefix+metric, d
		}
	}
	return best
}
