package source

import (
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// ProfileAnnotation is the annotation of a workload, its Pod template or an
// operator's resource that says what the data of a Redis is to those who
// use it: cache, store or unknown.
const ProfileAnnotation = "redislint.dev/profile"

// profile decides what the data of a Redis is: what an annotation says, else
// what the name does, else what the clients are that connect to it, else how
// its servers are configured.
func profile(x *index, r *topology.Redis, members []*member) {
	r.Profile = topology.UnknownProfile
	for _, decide := range []func() (topology.Profile, string){
		func() (topology.Profile, string) { return annotatedProfile(x, members) },
		func() (topology.Profile, string) { return namedProfile(members) },
		func() (topology.Profile, string) {
			client := x.queueClient(members)
			if client == nil {
				return "", ""
			}
			r.Objects = append(r.Objects, client.object)
			return topology.Store, client.object.Kind + " " + client.object.Name + " runs " + client.program
		},
		func() (topology.Profile, string) { return configuredProfile(r) },
	} {
		if p, basis := decide(); p != "" {
			r.Profile, r.ProfileBasis = p, basis
			return
		}
	}
}

// annotatedProfile reads the annotation of the first member that has it.
func annotatedProfile(x *index, members []*member) (topology.Profile, string) {
	for _, m := range members {
		for _, path := range []manifest.Path{
			{"metadata", "annotations", ProfileAnnotation},
			{"spec", "template", "metadata", "annotations", ProfileAnnotation},
		} {
			n := m.object.Root.At(path)
			if !isWritten(n) || placeholder(n.Text()) {
				continue
			}
			p := topology.Profile(n.Text())
			if !slices.Contains([]topology.Profile{topology.Cache, topology.Store, topology.UnknownProfile}, p) {
				x.problem(topology.Origin{Object: m.object, Path: path}, "%s is %q, not cache, store or unknown", ProfileAnnotation, n.Text())
				continue
			}
			return p, "annotation " + ProfileAnnotation
		}
	}
	return "", ""
}

// namedProfile goes by the words of the names; words of both kinds decide
// nothing.
func namedProfile(members []*member) (topology.Profile, string) {
	found, basis := topology.Profile(""), ""
	for _, m := range members {
		for word := range wordsOf(m.object.Name) {
			var says topology.Profile
			switch word {
			case "cache", "caches", "caching", "argocd": // Argo CD rebuilds what it has lost
				says = topology.Cache
			case "queue", "queues", "jobs", "broker", "session", "sessions", "sidekiq", "celery", "bullmq", "resque":
				says = topology.Store
			default:
				continue
			}
			if found != "" && found != says {
				return "", ""
			}
			found, basis = says, "the name "+m.object.Name
		}
	}
	return found, basis
}

// configuredProfile takes for a cache what evicts any key and keeps no log of
// its writes, and for a store what keeps one on a claim and never evicts at
// will.
func configuredProfile(r *topology.Redis) (topology.Profile, string) {
	caches, stores := 0, 0
	policy := ""
	for _, n := range r.Nodes {
		if n.Config == nil || n.Config.MaxMemoryPolicy == nil || n.Config.AppendOnly == nil {
			return "", ""
		}
		policy, _ = n.Config.MaxMemoryPolicy.Text.Get()
		evictsAll := strings.HasPrefix(policy, "allkeys-")
		switch logs, _ := n.Config.AppendOnly.On.Get(); {
		case evictsAll && !logs:
			caches++
		case !evictsAll && logs && n.Data != nil && topology.Is(n.Data.Kind, "claim"):
			stores++
		}
	}
	switch {
	case caches > 0 && caches == len(r.Nodes):
		return topology.Cache, "maxmemory-policy " + policy + " without appendonly"
	case stores > 0 && stores == len(r.Nodes):
		return topology.Store, "appendonly on a claim"
	default:
		return "", ""
	}
}

// wordsOf yields the words of a name or text, in lower case.
func wordsOf(text string) func(yield func(string) bool) {
	return strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
}
