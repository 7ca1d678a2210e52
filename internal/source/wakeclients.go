package source

import (
	"bytes"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

// wakeClients decodes the dormant workloads and routes that spell the name of a
// Service before a Redis, or of its Pods, where that name is no sign itself:
// CACHE_HOST: cache.
func (x *index) wakeClients() {
	hosts := map[string]bool{}
	words := newWords()
	for _, o := range x.objects {
		if isKnownKind(o) && signed(o.Root) {
			addReferences(words, o)
			hosts[o.Name] = !hasSign(o.Name)
		}
	}
	for _, o := range x.objects {
		if o.Kind == "Service" && o.Group() == "" && !hasSign(o.Name) && selectsWords(o, words) {
			hosts[o.Name] = true
		}
	}
	for host, unsigned := range hosts {
		if !unsigned || host == "" {
			delete(hosts, host)
		}
	}
	if len(hosts) == 0 {
		return
	}
	if len(x.set.Wake(func(raw []byte) bool { return mayConnect(raw, hosts) })) > 0 {
		x.rebuild()
	}
}

// selectsWords reports whether a Service asks for values of labels that are
// all among the words.
func selectsWords(o *manifest.Object, words words) bool {
	selector := o.Root.Get("spec", "selector")
	for _, value := range selector.Fields() {
		if !words.has(value.Text()) {
			return false
		}
	}
	return selector.Len() > 0
}

// connecting are the kinds of clientKinds and routeKinds.
var connecting = func() map[string]bool {
	kinds := map[string]bool{}
	add := func(kind string) {
		_, name, _ := strings.Cut(kind, "/")
		kinds[name] = true
	}
	for kind := range clientKinds {
		add(kind)
	}
	for kind := range routeKinds {
		add(kind)
	}
	return kinds
}()

// mayConnect reports whether the raw text of a document holds a kind that may
// connect to a Redis and one of the host names: cache, cache.shop.svc or, of a
// Pod, cache-0.
func mayConnect(raw []byte, hosts map[string]bool) bool {
	connects := false
	if kind, ok := kindOf(raw); ok {
		if connects = connecting[kind]; !connects {
			return false
		}
	}
	host := false
	return spells(raw, func(token []byte) bool {
		connects = connects || connecting[string(token)]
		if !host {
			first, _, _ := bytes.Cut(token, []byte{'.'})
			host = hosts[string(first)]
			if i := bytes.LastIndexByte(first, '-'); i > 0 && !host {
				host = hosts[string(first[:i])]
			}
		}
		return connects && host
	})
}
