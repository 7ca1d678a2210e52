package source

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/chart"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// People who deploy a chart hold its values and not what it makes of them. A
// wrapper reads who asks for a chart: a HelmRelease, say. What the chart makes
// joins the objects of the input and is read by the sources.

// wrapper is one way to ask for a chart.
type wrapper struct {
	// name is what a person calls it.
	name string
	// kinds are the objects that it reads, as "group/Kind".
	kinds []string
	// file, where set, reports whether a file is one that it reads, object or not.
	file func(name, text string) bool
	// tied are kinds of objects without a sign of Redis that objects of kinds
	// refer to, or that refer to them; names returns the names by which they do.
	tied  []string
	names func(*manifest.Object) []string
	// read returns the releases that a document asks for.
	read func(*index, *manifest.Object) []*release
}

var wrappers []wrapper

// registerWrapper adds a wrapper. It returns a value so that a wrapper can
// register itself in a package variable.
func registerWrapper(w wrapper) struct{} { //nolint:unparam // a package variable needs a value
	wrappers = append(wrappers, w)
	slices.SortStableFunc(wrappers, func(a, b wrapper) int { return cmp.Compare(a.name, b.name) })
	return struct{}{}
}

func (w wrapper) reads(o *manifest.Object) bool {
	return slices.Contains(w.kinds, o.Group()+"/"+o.Kind)
}

// release is a chart that somebody installs.
type release struct {
	chart.Release
	x       *index
	wrapper string
	// objects are what a reader has of it: who asks for it, and the values.
	objects []*manifest.Object
	unseen  []topology.Unseen

	made *chart.Rendered
}

// maxReleases bounds what charts make of little input: one release of 50 bytes
// becomes objects of 100 KB.
const maxReleases = 4000

// newRelease returns a release without values that an object asks for.
func (x *index) newRelease(owner *manifest.Object, name, version string) *release {
	return &release{
		Release: chart.Release{Chart: name, Version: version, Namespace: owner.Namespace, Owner: owner},
		x:       x, objects: []*manifest.Object{owner},
	}
}

// unwrap adds to the index what charts make that objects, files or the caller
// ask for.
func (x *index) unwrap(asked []Chart) {
	x.wakeTied()
	x.releases = x.bounded(x.askedFor(asked))
	if len(x.releases) == 0 {
		return
	}
	inParallel(len(x.releases), func(i int) {
		r := x.releases[i]
		var err error
		if r.made, err = chart.Render(r.Release); err != nil {
			x.problem(topology.Origin{Object: r.Owner}, "%v", err)
		}
	})
	x.releases = slices.DeleteFunc(x.releases, func(r *release) bool { return r.made == nil })
	for _, r := range x.releases {
		x.problems = append(x.problems, r.made.Errors...)
		r.noteVersion()
		for _, o := range r.made.Objects {
			x.releaseOf[o] = r
			x.derived = append(x.derived, o)
		}
	}
	x.rebuild()
}

// bounded returns as many of the releases as are judged.
func (x *index) bounded(releases []*release) []*release {
	if len(releases) <= maxReleases {
		return releases
	}
	x.problem(topology.Origin{Object: releases[maxReleases].Owner}, "more than %d releases of charts; those from here on are not judged", maxReleases)
	return releases[:maxReleases]
}

// askedFor returns every release that is asked for, in the order of who asks.
func (x *index) askedFor(asked []Chart) []*release {
	var releases []*release
	for _, w := range wrappers {
		add := func(o *manifest.Object) {
			for _, r := range w.read(x, o) {
				r.wrapper = cmp.Or(r.wrapper, w.name)
				releases = append(releases, r)
			}
		}
		read := map[string]bool{}
		if w.file != nil {
			for name, text := range x.set.Files() {
				if !read[name] && w.file(name, text) {
					read[name] = true
					for _, o := range x.documents(name) {
						add(o)
					}
				}
			}
		}
		for _, o := range x.set.Objects {
			if w.reads(o) && !read[o.File] {
				add(o)
			}
		}
	}
	for _, c := range asked {
		releases = append(releases, x.releasesOf(c)...)
	}
	return releases
}

// noteVersion tells when another version is judged than the one asked for.
func (r *release) noteVersion() {
	switch {
	case !r.made.Assumed:
	case r.Version == "":
		r.x.notice(r.Owner, "no version of bitnami/%s is written; judged as %s", r.Chart, r.made.Version)
	default:
		r.x.notice(r.Owner, "version %s of bitnami/%s is not known; judged as %s", r.Version, r.Chart, r.made.Version)
	}
}

// notice records what a reader should know of how a document was read.
func (x *index) notice(o *manifest.Object, format string, args ...any) {
	x.notices = append(x.notices, manifest.Notice{File: o.File, Message: fmt.Sprintf(format, args...)})
}

// describeReleases says of each release's Redis what the chart says beside the
// objects, and returns a Redis without nodes for each release that nothing was
// made of.
func (x *index) describeReleases(members []*member) []*topology.Redis {
	leads := map[*release]*member{}
	for _, m := range members {
		r := x.releaseOf[m.object]
		if r == nil {
			continue
		}
		m.flavor = r.wrapper + ", " + m.flavor
		m.unseen = slices.DeleteFunc(m.unseen, func(u topology.Unseen) bool { return strings.Contains(u.Name, unseenValue) })
		if lead := leads[r]; lead == nil || compareLeads(m, lead) < 0 {
			leads[r] = m
		}
	}
	var bare []*topology.Redis
	for _, r := range x.releases {
		m := leads[r]
		if m == nil {
			bare = append(bare, r.bare())
			continue
		}
		m.settings = r.settings().Join(m.settings)
		m.unseen = append(m.unseen, r.unseen...)
	}
	return bare
}

// compareLeads orders members of one release: what the chart makes before what
// somebody added to it.
func compareLeads(a, b *member) int {
	general := func(m *member) int {
		if m.source == "bitnami" {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(general(a), general(b)), compareObjects(a.object, b.object))
}

// bare is the Redis of a release whose objects cannot be told.
func (r *release) bare() *topology.Redis {
	redis := &topology.Redis{
		Origin:    topology.Origin{Object: r.Owner},
		Name:      cmp.Or(r.Name, r.Chart),
		Namespace: r.Namespace,
		Source:    "bitnami",
		Flavor:    fmt.Sprintf("%s, Bitnami %s %s", r.wrapper, r.Chart, r.made.Version),
		Settings:  r.settings(),
		Objects:   r.x.inOrder(slices.Clone(r.objects)),
	}
	for _, u := range r.unseen {
		redis.Unseen = addUnseen(redis.Unseen, u)
	}
	return redis
}

// settings is what the chart says of its values.
func (r *release) settings() *topology.Settings {
	s := &topology.Settings{
		Kind: "chart", Name: "bitnami/" + r.Chart, Version: r.made.Version,
		Ignored: []topology.IgnoredSetting{}, Invalid: []topology.InvalidSetting{},
		Presets: []topology.Preset{}, Passwords: []topology.PlainPassword{},
	}
	for _, i := range r.made.Ignored {
		s.Ignored = append(s.Ignored, topology.IgnoredSetting{Origin: originOf(i.Ref), Key: i.Ref.Key, Reason: i.Reason, Instead: i.Instead})
	}
	for _, i := range r.made.Invalid {
		s.Invalid = append(s.Invalid, topology.InvalidSetting{
			Origin: originOf(i.Ref), Key: i.Ref.Key, Value: i.Value, Allowed: i.Allowed, Instead: i.Instead,
		})
	}
	for _, p := range r.made.Presets {
		s.Presets = append(s.Presets, topology.Preset{
			Origin: originOf(p.Ref), Key: p.Ref.Key, Name: p.Name, Component: p.Component, Request: p.Request, Limit: p.Limit,
		})
	}
	for _, p := range r.made.Passwords {
		s.Passwords = append(s.Passwords, topology.PlainPassword{Origin: originOf(p.Ref), Key: p.Ref.Key})
	}
	return s
}

func originOf(r manifest.Ref) topology.Origin { return topology.Origin{Object: r.Object, Path: r.Path} }

// asWritten replaces objects that a chart makes by those that a reader has.
func (x *index) asWritten(objects []*manifest.Object) []*manifest.Object {
	if len(x.releaseOf) == 0 {
		return objects
	}
	var written []*manifest.Object
	for _, o := range objects {
		if r := x.releaseOf[o]; r != nil {
			written = append(written, r.objects...)
		} else {
			written = append(written, o)
		}
	}
	return written
}
