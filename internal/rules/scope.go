package rules

import (
	"path"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// Scope says for which Redis a rule is evaluated. The zero Scope is every Redis.
type Scope struct {
	Only   []Match // if there are any, one of these has to match
	Except []Match // none of these may match
}

// Match selects Redis by what is written of them. What is empty does not matter.
type Match struct {
	Namespaces []string // globs of * and ?
	Names      []string // globs, of the name that redislint gives a Redis
	// Labels are those of one of its workloads, or of the Pods that it makes.
	Labels map[string]string
}

// includes reports whether a Redis is in the scope.
func (s Scope) includes(redis *topology.Redis) bool {
	matches := func(m Match) bool { return m.Matches(redis) }
	return (len(s.Only) == 0 || slices.ContainsFunc(s.Only, matches)) && !slices.ContainsFunc(s.Except, matches)
}

// Matches reports whether a Redis is selected.
func (m Match) Matches(redis *topology.Redis) bool {
	return anyGlob(m.Namespaces, redis.Namespace) && anyGlob(m.Names, redis.Name) &&
		(len(m.Labels) == 0 || slices.ContainsFunc(workloads(redis), m.labels))
}

func (m Match) labels(object *manifest.Object) bool {
	own, pods := object.Root.Get("metadata", "labels"), object.Root.Get("spec", "template", "metadata", "labels")
	for name, want := range m.Labels {
		if own.Get(name).Text() != want && pods.Get(name).Text() != want {
			return false
		}
	}
	return true
}

func workloads(redis *topology.Redis) []*manifest.Object {
	var list []*manifest.Object
	add := func(object *manifest.Object) {
		if object != nil && !slices.Contains(list, object) {
			list = append(list, object)
		}
	}
	add(redis.Origin.Object)
	for i := range redis.Nodes {
		add(redis.Nodes[i].Origin.Object)
	}
	for i := range redis.Sentinels {
		add(redis.Sentinels[i].Origin.Object)
	}
	return list
}

// anyGlob reports whether one of the globs matches; none matches everything.
func anyGlob(globs []string, name string) bool {
	return len(globs) == 0 || slices.ContainsFunc(globs, func(g string) bool { return glob(g, name) })
}

// pathGlob is a glob of a name with slashes, which its * matches too.
func pathGlob(pattern, name string) bool {
	const noSlash = "\x00"
	return glob(strings.ReplaceAll(pattern, "/", noSlash), strings.ReplaceAll(name, "/", noSlash))
}

func glob(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

// Entry is a waiver of a configuration. It applies to findings about the objects that its globs match, as an annotation
// of each would.
type Entry struct {
	Rule                  string
	Kind, Namespace, Name string // globs of * and ?; "" for all
	Reason                string
	Until                 string // last day, 2027-01-31; "" for ever
	Place                 Place  // of the entry; it has no Object
}

// entry is an Entry with its rule.
type entry struct {
	Entry
	rule *Rule
}

func (e entry) covers(object *manifest.Object) bool {
	return object != nil && (e.Kind == "" || glob(e.Kind, object.Kind)) &&
		(e.Namespace == "" || glob(e.Namespace, object.Namespace)) && (e.Name == "" || glob(e.Name, object.Name))
}

// exact reports whether it names one object, and not all that match.
func (e entry) exact() bool {
	return e.Kind != "" && e.Name != "" && !strings.ContainsAny(e.Kind+e.Namespace+e.Name, "*?")
}
