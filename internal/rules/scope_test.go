package rules_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/topology"
)

func TestScope(t *testing.T) {
	t.Parallel()
	labelled := strings.Replace(shop, "  name: redis\n", "  name: redis\n  labels: {tier: cache, release: 1}\n", 1)
	labelled = strings.Replace(labelled, "  template:\n", "  template:\n    metadata: {labels: {app: redis}}\n", 1)
	namespaces := func(globs ...string) rules.Match { return rules.Match{Namespaces: globs} }
	names := func(globs ...string) rules.Match { return rules.Match{Names: globs} }
	labels := func(namesAndValues ...string) rules.Match {
		m := rules.Match{Labels: map[string]string{}}
		for i := 0; i < len(namesAndValues); i += 2 {
			m.Labels[namesAndValues[i]] = namesAndValues[i+1]
		}
		return m
	}
	only := func(m ...rules.Match) rules.Scope { return rules.Scope{Only: m} }
	except := func(m ...rules.Match) rules.Scope { return rules.Scope{Except: m} }
	for name, test := range map[string]struct {
		scope rules.Scope
		want  bool
	}{
		"everywhere":                          {rules.Scope{}, true},
		"its namespace":                       {only(namespaces("shop")), true},
		"a glob of its namespace":             {only(namespaces("dev-*", "sh?p")), true},
		"another namespace":                   {only(namespaces("shops", "s")), false},
		"its name":                            {only(names("re*")), true},
		"its name in another namespace":       {only(rules.Match{Namespaces: []string{"a"}, Names: []string{"redis"}}), false},
		"one of several":                      {only(namespaces("a"), names("redis")), true},
		"its label":                           {only(labels("tier", "cache")), true},
		"its label, which is written as is":   {only(labels("release", "1")), true},
		"a label of its Pods":                 {only(labels("app", "redis", "tier", "cache")), true},
		"another value":                       {only(labels("tier", "store")), false},
		"a label that it has not":             {only(labels("tier", "cache", "zone", "a")), false},
		"not its namespace":                   {except(namespaces("shop")), false},
		"not another namespace":               {except(namespaces("a"), names("b")), true},
		"its namespace, and not its name":     {rules.Scope{Only: []rules.Match{namespaces("*")}, Except: []rules.Match{names("redis")}}, false},
		"a glob that is none matches nothing": {only(names("[")), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			library := load(t, map[string]string{"one": finding("", "m")})
			evaluator := selected(t, library, rules.Selection{Scopes: map[string]rules.Scope{"one": test.scope}})
			if got := len(evaluate(t, evaluator, redisOf(t, labelled)).Findings) == 1; got != test.want {
				t.Errorf("evaluated: %v", got)
			}
		})
	}
}

func TestAmend(t *testing.T) {
	t.Parallel()
	class := func(provisioner string) *topology.Class {
		c := &topology.Class{Present: true, Name: topology.Known("fast-1", topology.Origin{})}
		if provisioner != "" {
			c.Provisioner = topology.Known(provisioner, topology.Origin{})
		}
		return c
	}
	for name, test := range map[string]struct {
		selection rules.Selection
		class     *topology.Class
		basis     string // of the profile
		want      string // medium, basis, detail and profile
	}{
		"nothing known":  {class: class(""), want: "  unknown"},
		"by name":        {selection: rules.Selection{StorageClasses: []rules.StorageClass{{Name: "fast-*", Medium: "ssd"}}}, class: class(""), want: "ssd configuration class fast-1 unknown"},
		"by provisioner": {selection: rules.Selection{StorageClasses: []rules.StorageClass{{Provisioner: "*/nfs", Medium: "network"}}}, class: class("a.b/nfs"), want: "network configuration class fast-1 unknown"},
		"by all of a provisioner": {
			selection: rules.Selection{StorageClasses: []rules.StorageClass{{Provisioner: "*", Medium: "network"}}}, class: class("a.b/nfs"),
			want: "network configuration class fast-1 unknown",
		},
		"by another provisioner": {selection: rules.Selection{StorageClasses: []rules.StorageClass{{Provisioner: "a", Medium: "ssd"}}}, class: class("a.b/nfs"), want: "  unknown"},
		"by no provisioner":      {selection: rules.Selection{StorageClasses: []rules.StorageClass{{Provisioner: "*", Medium: "ssd"}}}, class: class(""), want: "  unknown"},
		"by the first": {
			selection: rules.Selection{StorageClasses: []rules.StorageClass{{Name: "fast-1", Medium: "hdd"}, {Name: "fast-*", Medium: "ssd"}}},
			class:     class(""), want: "hdd configuration class fast-1 unknown",
		},
		"no class":              {selection: rules.Selection{StorageClasses: []rules.StorageClass{{Name: "*", Medium: "ssd"}}}, want: "unknown"},
		"a profile":             {selection: rules.Selection{Profiles: []rules.Profile{{Match: rules.Match{Names: []string{"redis"}}, Profile: "cache"}}}, class: class(""), want: "  cache"},
		"another's":             {selection: rules.Selection{Profiles: []rules.Profile{{Match: rules.Match{Names: []string{"a"}}, Profile: "cache"}}}, class: class(""), want: "  unknown"},
		"under an annotation's": {selection: rules.Selection{Profiles: []rules.Profile{{Profile: "cache"}}}, basis: "annotation redislint.dev/profile", class: class(""), want: "  unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redis := redisOf(t, shop)
			redis.Nodes = append(redis.Nodes, redis.Nodes[0])
			redis.Nodes[1].Data = &topology.Data{Class: test.class}
			redis.Profile, redis.ProfileBasis = topology.UnknownProfile, test.basis
			before := redis.Encode()
			amended := selected(t, load(t, map[string]string{"one": silent}), test.selection).Amend(redis)
			got := string(amended.Profile)
			if c := amended.Nodes[1].Data.Class; c != nil {
				medium, _ := c.Medium.Get()
				got = strings.TrimRight(medium+" "+c.Basis+" "+c.Detail, " ") + " " + got
				if medium == "" {
					got = "  " + string(amended.Profile)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(before, redis.Encode()); diff != "" {
				t.Errorf("the Redis itself has changed: %s", diff)
			}
		})
	}
}

func TestSelectRefusesUnknownRules(t *testing.T) {
	t.Parallel()
	library := load(t, map[string]string{"one": silent})
	for name, selection := range map[string]rules.Selection{
		"of a scope":   {Scopes: map[string]rules.Scope{"onee": {}}},
		"of a waiver":  {Waivers: []rules.Entry{{Rule: "onee"}}},
		"not to waive": {Inline: rules.Inline{ForbiddenRules: []string{"onee"}}},
	} {
		if _, err := library.Select(selection); err == nil || err.Error() != `unknown rule "onee", did you mean one?` {
			t.Errorf("%s: %v", name, err)
		}
	}
}
