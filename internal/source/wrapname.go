package source

import (
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/chart"
	"github.com/redislint/redislint/internal/manifest"
)

// knownChart returns which of Bitnami's charts a name means in a repository,
// given by its URL or by what somebody calls it.
func knownChart(repository, name string) (string, bool) {
	return chart.Known(strings.TrimSuffix(repository, "/") + "/" + name)
}

// unknownChart tells of a chart that may be a Redis and is nobody's that is
// known.
func (x *index) unknownChart(o *manifest.Object, name, repository string) {
	lower := strings.ToLower(name)
	for _, other := range []string{"operator", "exporter", "commander", "insight"} {
		if strings.Contains(lower, other) {
			return
		}
	}
	switch {
	case !hasSign(name) || isTemplated(name):
	case repository == "":
		x.notice(o, "chart %s is not one of Bitnami's; to have it judged, render it", name)
	default:
		x.notice(o, "chart %s of %s is not one of Bitnami's; to have it judged, render it", name, repository)
	}
}

// telling are keys that Bitnami's charts have and others of their name have not.
var telling = map[string][]string{
	"redis": {
		"commonConfiguration", "master.persistence", "master.resources", "master.resourcesPreset", "replica.persistence",
		"replica.resources", "replica.resourcesPreset", "replica.replicaCount",
	},
	"redis-cluster": {"cluster.nodes", "redis.useAOFPersistence", "redis.resourcesPreset"},
	"valkey": {
		"commonConfiguration", "primary.persistence", "primary.resources", "primary.resourcesPreset", "replica.persistence",
		"replica.resources", "replica.resourcesPreset",
	},
	"valkey-cluster": {"cluster.nodes", "valkey.useAOFPersistence", "valkey.resourcesPreset"},
}

// looksBitnami reports whether the values say by themselves whose chart they are
// for.
func looksBitnami(name string, layers []chart.Layer) bool {
	return slices.ContainsFunc(telling[name], func(key string) bool {
		return slices.ContainsFunc(layers, func(l chart.Layer) bool {
			return l.Object != nil && isWritten(l.Object.Root.At(l.Path).Get(strings.Split(key, ".")...))
		})
	})
}

// baseName is the last segment of a chart's name that may hold its repository's.
func baseName(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
