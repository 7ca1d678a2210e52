// Package chart knows what Bitnami's charts of Redis and Valkey make of their values. It knows neither templates nor
// rules.
//
// Which keys a chart reads, and what it takes for those that nobody set, is a table of facts (facts/), by major version.
// What it makes of them is derived in Go, in a minimal form of our own: the objects, names, labels and settings that
// decide how Redis runs are the chart's, while its scripts are replaced by shorter ones that do the same.
//
// Source of all of it: values.yaml and the templates of github.com/bitnami/charts up to commit 5165628a, and its history.
package chart

import (
	"fmt"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

// Release is a chart that somebody installs with values of their own.
type Release struct {
	Chart   string // one of Charts
	Version string // as written: "23.1.1", "~20.0", "" for the newest
	Name    string // of the release; "" is the name of the chart
	// Namespace that the release is installed in, "" when nobody says.
	Namespace string
	// Owner is the document that asks for the chart.
	Owner *manifest.Object
	// Layers are the values, lowest precedence first. They are merged as helm does: maps key by key, null takes the
	// chart's own value away, everything else replaces.
	Layers []Layer
}

// Layer is one set of values.
type Layer struct {
	// Object and Path are where the map of values is written. A Path that leads nowhere is no values.
	Object *manifest.Object
	Path   manifest.Path
	// Prefix is what the owner writes before each key: "redis." in the values of a chart that has this one as its redis.
	Prefix string
	// Under is the key of the chart that the map is the value of: "global" for the globals of a parent chart.
	Under string
	// Unseen is a layer that is not in the input. What no layer above it sets is unknown.
	Unseen bool
	// Set are single settings, instead of a map.
	Set []Setting
}

// Rendered is what a chart makes of its values.
type Rendered struct {
	Version string // of the chart, the one that was judged
	Assumed bool   // Version is the newest known, for want of the one that was asked for

	// Objects are the objects that the chart would make. There are none when it would fail, as with an Invalid
	// architecture, or when a key in Unknown decides their shape.
	Objects []*manifest.Object
	Unknown []manifest.Ref

	Ignored   []Ignored
	Invalid   []Invalid
	Presets   []Preset
	Passwords []Password
	Errors    []manifest.Error // values that helm or the chart cannot take for what they have to be
}

// Ignored is a value that the chart does not read.
type Ignored struct {
	Ref     manifest.Ref
	Reason  string // a clause: "the chart reads no such key"
	Instead string // what to set: a key, or a phrase that names several; "" when there is nothing
}

// Invalid is a value that makes the chart fail.
type Invalid struct {
	Ref     manifest.Ref
	Value   string
	Allowed []string
	Instead string // the chart that has what was asked for; "" when there is none
}

// Preset is a name that the chart makes the resources of a component of. Request and Limit are bytes of memory.
type Preset struct {
	Ref            manifest.Ref
	Name           string
	Component      string // "master", "replica", "sentinel", "redis": the key that the preset belongs to
	Request, Limit int64
}

// Password is a password in plain text.
type Password struct{ Ref manifest.Ref }

// chart is one of the charts known.
type chart struct {
	name string
	// versions are the last of each major version, oldest first. What is older than all of them is read as the oldest.
	versions []string
	derive   func(*release)
}

// charts returns the charts that are known.
func charts() []chart { return []chart{redisChart, redisClusterChart, valkeyChart, valkeyClusterChart} }

// Charts returns the names of the charts known, as in "bitnami/redis" without the repository.
func Charts() []string {
	var names []string
	for _, c := range charts() {
		names = append(names, c.name)
	}
	return names
}

// Known returns which chart a reference means: "bitnami/redis", "oci://registry-1.docker.io/bitnamicharts/redis", or a
// repository's URL and the chart's name with a slash between. A name alone may be anyone's, and so may a mirror that
// does not have Bitnami in its name.
func Known(reference string) (name string, ok bool) {
	repository, name := "", strings.TrimSuffix(reference, "/")
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		repository, name = name[:i], name[i+1:]
	}
	if strings.HasPrefix(reference, ".") || strings.HasPrefix(reference, "/") || strings.HasPrefix(reference, "file:") {
		return "", false // a folder, which may hold anything
	}
	if !strings.Contains(strings.ToLower(repository), "bitnami") || !slices.Contains(Charts(), name) {
		return "", false
	}
	return name, true
}

// Render derives what a chart makes of its values. The error says that the chart is not known or the release has no
// Owner; what is wrong with the values is in the result.
func Render(r Release) (*Rendered, error) {
	if r.Owner == nil {
		return nil, fmt.Errorf("render chart %q: nobody asks for it", r.Chart)
	}
	known := charts()
	i := slices.IndexFunc(known, func(c chart) bool { return c.name == r.Chart })
	if i < 0 {
		return nil, fmt.Errorf("render chart %q: only %s are known", r.Chart, strings.Join(Charts(), ", "))
	}
	c := known[i]
	version, assumed := c.version(r.Version)
	out := &Rendered{Version: version, Assumed: assumed}
	v := newValues(r, readFacts(c.name, c.major(version)), out)
	made := newRelease(c, r, version, v, out)
	c.derive(made)
	if len(out.Invalid) > 0 {
		out.Objects = nil // helm stops there; what else is wrong may be right for the chart that was meant
		return out, nil
	}
	made.noteIgnored()
	if v.in.left < 0 {
		out.fail(r.Owner, nil, "the values are too large: some are taken as unknown")
	}
	return out, nil
}
