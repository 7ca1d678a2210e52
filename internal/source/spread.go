package source

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// spread tells what keeps the Pods on different machines.
func (p *pod) spread() *topology.Spread {
	spec := p.part()
	s := spreadOf(spec.at("affinity"), spec.at("topologySpreadConstraints"), p.labels(), p.object.Namespace)
	if at, held := p.holdsHostPort(); held {
		s.Effective = topology.Known(true, at)
	}
	return s
}

// part is the Pods' spec.
func (p *pod) part() part { return part{x: p.x, origin: p.spec, root: p.root} }

// holdsHostPort reports whether the Pods take a port of their machine, which
// only one of them can have.
func (p *pod) holdsHostPort() (topology.Origin, bool) {
	onHost, _ := p.root.Get("hostNetwork").Bool()
	for _, c := range p.containers {
		for i, port := range c.root.Get("ports").Items() {
			if onHost || port.Get("hostPort") != nil {
				return c.origin.At("ports", strconv.Itoa(i)), true
			}
		}
	}
	return topology.Origin{}, false
}

// spreadOf reads podAntiAffinity and topologySpreadConstraints of Pods with
// the labels. A term counts when its selector matches the Pods themselves; one
// without a selector matches nothing (core/v1 PodAffinityTerm).
func spreadOf(affinity, constraints part, labels map[string]string, namespace string) *topology.Spread {
	s := &topology.Spread{Origin: constraints.origin, Misses: []topology.SpreadMiss{}}
	if !constraints.present() && affinity.present() {
		s.Origin = affinity.origin
	}
	known, effective := true, false
	if affinity.root.Kind() == manifest.String || constraints.root.Kind() == manifest.String {
		s.Present, known = true, false // a placeholder stands for all of it
	}
	judge := func(kind string, term part) {
		s.Present = true
		selector := term.at("labelSelector")
		switch {
		case placeholders(selector.root):
			known = false
		case matches(selector.root, labels) && inNamespace(term.root, namespace):
			effective = true
		default:
			s.Misses = append(s.Misses, miss(kind, selector, labels))
		}
	}
	for kind, term := range terms(affinity, constraints) {
		judge(kind, term)
	}
	if known || effective {
		s.Effective = topology.Known(effective, s.Origin)
	}
	return s
}

// terms yields the terms of podAntiAffinity and topologySpreadConstraints, each
// with what it is called.
func terms(affinity, constraints part) iter.Seq2[string, part] {
	return func(yield func(string, part) bool) {
		anti := affinity.at("podAntiAffinity")
		for _, list := range []string{"requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"} {
			for term := range anti.at(list).items() {
				if weighted := term.at("podAffinityTerm"); weighted.root != nil {
					term = weighted
				}
				if !yield("podAntiAffinity", term) {
					return
				}
			}
		}
		for term := range constraints.items() {
			if !yield("topologySpreadConstraint", term) {
				return
			}
		}
	}
}

// inNamespace reports whether a term of affinity looks at Pods of the
// namespace: its own unless it names others.
func inNamespace(term *manifest.Node, namespace string) bool {
	names := term.Get("namespaces").Items()
	if term.Get("namespaceSelector") != nil || namespace == "" {
		return true
	}
	named := false
	for _, n := range names {
		named = true
		if n.Text() == namespace || placeholder(n.Text()) {
			return true
		}
	}
	return !named
}

// placeholders reports whether any text of the tree is decided elsewhere.
func placeholders(n *manifest.Node) bool {
	if s, ok := n.Str(); ok {
		return placeholder(s)
	}
	for key, value := range n.Fields() {
		if placeholder(key) || placeholders(value) {
			return true
		}
	}
	for _, value := range n.Items() {
		if placeholders(value) {
			return true
		}
	}
	return false
}

func placeholder(text string) bool { return strings.ContainsAny(text, "{$") }

func miss(kind string, selector part, labels map[string]string) topology.SpreadMiss {
	m := topology.SpreadMiss{Origin: selector.origin, Kind: kind}
	var wanted, have []string
	want := func(label, text string) {
		wanted = append(wanted, text)
		if value, ok := labels[label]; ok && value != anyValue {
			have = append(have, label+"="+value)
		} else if !ok {
			have = append(have, "no label "+label)
		}
	}
	for label, value := range selector.root.Get("matchLabels").Fields() {
		if labels[label] != value.Text() {
			want(label, label+"="+value.Text())
		}
	}
	for _, e := range selector.root.Get("matchExpressions").Items() {
		var values []string
		for _, v := range e.Get("values").Items() {
			values = append(values, v.Text())
		}
		label := e.Get("key").Text()
		if value, ok := labels[label]; e.Get("operator").Text() != "In" || !ok || !slices.Contains(values, value) {
			want(label, strings.TrimSpace(label+" "+e.Get("operator").Text()+" "+strings.Join(values, ", ")))
		}
	}
	m.Selector, m.Labels = some(wanted), some(have)
	return m
}

// some joins the first few of many texts.
func some(texts []string) string {
	const few = 3
	if len(texts) > few {
		texts = append(slices.Clone(texts[:few]), "…")
	}
	return strings.Join(texts, ", ")
}
