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
	return strings.ToLower(strings.TrimSpace(image))
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
		named = named || isServerWord(word)
	}
	return named
}

// isServerWord reports whether a word is redis, valkey or keydb, alone or
// written together with a version or a role: redis6, redisslave.
func isServerWord(word string) bool {
	for _, program := range []string{"redis", "valkey", "keydb"} {
		rest, ok := strings.CutPrefix(word, program)
		if ok && (strings.Trim(rest, "0123456789") == "" || slices.Contains(roleWords, rest)) {
			return true
		}
	}
	return false
}

var roleWords = []string{"master", "primary", "slave", "replica", "follower", "leader", "server", "cluster", "node"}

// isOfficial reports whether an image is the one that the project itself
// publishes on Docker Hub, or a mirror of it that keeps its name: redis,
// docker.io/library/redis, mirror.local:5000/valkey/valkey. Others of that
// name have files and an entrypoint of their own.
func isOfficial(image string) bool {
	image, _, _ = strings.Cut(strings.ToLower(image), "@")
	parts := strings.Split(image, "/")
	base := imageBase(image)
	if base != "redis" && base != "valkey" {
		return false
	}
	owner := parts[:len(parts)-1]
	if len(owner) == 0 {
		return true
	}
	if last := owner[len(owner)-1]; last == "library" || last == "valkey" && base == "valkey" {
		return true
	}
	host := owner[0]
	return len(owner) == 1 && (strings.ContainsAny(host, ".:") || host == "localhost") && !slices.Contains(sampleRegistries, host)
}

// sampleRegistries hold a redis of their own, made for the examples of
// Kubernetes, which starts as a master, replica or Sentinel by variables.
var sampleRegistries = []string{"k8s.gcr.io", "registry.k8s.io"}
