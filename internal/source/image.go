package source

import (
	"slices"
	"strings"
)

// imageBase is the last part of an image reference without tag and digest:
// "redis" of "docker.io/bitnami/redis:8.2.1".
func imageBase(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if i := strings.LastIndexByte(image, '/'); i >= 0 {
		image = image[i+1:]
	}
	image, _, _ = strings.Cut(image, ":")
	return strings.ToLower(image)
}

// isBitnami reports whether an image is one of Bitnami's, from any registry.
func isBitnami(image string) bool {
	image = strings.ToLower(image)
	return slices.ContainsFunc(strings.Split(image, "/"), func(part string) bool {
		return strings.HasPrefix(part, "bitnami")
	})
}

// serverImages start a data server when they are given no command.
var serverImages = []string{
	"redis", "valkey", "keydb", "redis-stack", "redis-stack-server", "redis-cluster", "valkey-cluster",
	"redis-photon", "valkey-photon", "redis-server", "valkey-server", "eqalpha_keydb",
}

// sentinelImages start a Sentinel when they are given no command.
var sentinelImages = []string{"redis-sentinel", "valkey-sentinel"}

// otherWords in an image's name mean that it works with a Redis and is none.
var otherWords = []string{
	"exporter", "metrics", "sentinel", "haproxy", "proxy", "commander", "insight", "operator", "backup", "console", "admin", "ui", "client", "cli",
	"benchmark", "test", "init", "sync", "shake", "dump", "app", "worker", "api", "web", "tools", "monitor", "connect",
}

// isServerName reports whether an image's name has redis, valkey or keydb as
// one of its words and none that means something else.
func isServerName(base string) bool {
	words := strings.FieldsFunc(base, func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	named := false
	for _, word := range words {
		if slices.Contains(otherWords, word) {
			return false
		}
		named = named || word == "redis" || word == "valkey" || word == "keydb"
	}
	return named
}
