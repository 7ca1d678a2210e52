package source

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/chart"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// What Argo CD makes of its resources is read from argoproj/argo-cd
// (pkg/apis/application/v1alpha1, docs/user-guide/helm.md).
const argoGroup = "argoproj.io"

var (
	_ = registerWrapper(wrapper{
		name:  "Application",
		kinds: []string{argoGroup + "/Application"},
		read: func(x *index, o *manifest.Object) []*release {
			return readApplication(x, o, nil)
		},
	})
	// What its generators fill in is {{ … }} in the template.
	_ = registerWrapper(wrapper{
		name:  "ApplicationSet",
		kinds: []string{argoGroup + "/ApplicationSet"},
		read: func(x *index, o *manifest.Object) []*release {
			found := readApplication(x, o, manifest.Path{"spec", "template"})
			if len(found) > 0 && isWritten(o.Root.Get("spec", "templatePatch")) {
				x.notice(o, "templatePatch of ApplicationSet %s may change what it makes, and is not applied", o.Name)
			}
			return found
		},
	})
)

// readApplication reads the charts among the sources of the application that is
// written at a path.
func readApplication(x *index, o *manifest.Object, at manifest.Path) []*release {
	root := o.Root.At(at)
	spec := pathTo(at, "spec")
	name := root.Get("metadata", "name").Text()
	namespace := root.Get("spec", "destination", "namespace").Text()
	sources := []manifest.Path{pathTo(spec, "source")}
	if list := root.Get("spec", "sources"); list.Len() > 0 { // then source counts no more
		sources = nil
		for i := range list.Items() {
			sources = append(sources, pathTo(spec, "sources", strconv.Itoa(i)))
		}
	}
	var releases []*release
	for _, at := range sources {
		s := argoSource{x: x, object: o, at: at, root: o.Root.At(at)}
		for _, r := range s.releases(name) {
			r.Namespace = namespace
			releases = append(releases, r)
		}
	}
	return releases
}

func pathTo(at manifest.Path, names ...string) manifest.Path {
	return append(slices.Clip(at), names...)
}

// argoSource is one source of an application.
type argoSource struct {
	x      *index
	object *manifest.Object
	at     manifest.Path
	root   *manifest.Node
}

// releases returns the release of a chart of Bitnami's.
func (s argoSource) releases(application string) []*release {
	name, repository := s.root.Get("chart").Text(), s.root.Get("repoURL").Text()
	if name == "" {
		return nil
	}
	r := s.x.newRelease(s.object, "", s.root.Get("targetRevision").Text())
	r.Name = application
	if given := s.root.Get("helm", "releaseName").Text(); given != "" {
		r.Name = given
	}
	s.values(r)
	known, ok := knownChart(repository, name)
	if !ok && isTemplated(repository) && looksBitnami(baseName(name), r.Layers) {
		known, ok = baseName(name), true
	}
	if !ok {
		s.x.unknownChart(s.object, baseName(name), repository)
		return nil
	}
	r.Chart = known
	return []*release{r}
}

// values adds all values of a source: parameters before valuesObject, which
// takes the place of values, before valueFiles.
func (s argoSource) values(r *release) {
	helm := s.root.Get("helm")
	if isWritten(helm) && helm.Kind() != manifest.Map {
		s.x.problem(s.origin("helm"), "helm is a %s, not a map", helm.Kind())
	}
	for i, file := range helm.Get("valueFiles").Items() {
		s.valueFile(r, file.Text(), s.origin("helm", "valueFiles", strconv.Itoa(i)))
	}
	if isWritten(helm.Get("valuesObject")) {
		r.values(s.object, pathTo(s.at, "helm", "valuesObject")...)
	} else {
		r.text(s.object, pathTo(s.at, "helm", "values")...)
	}
	s.parameters(r)
}

func (s argoSource) origin(names ...string) topology.Origin {
	return topology.Origin{Object: s.object, Path: pathTo(s.at, names...)}
}

// valueFile adds a file of another source, as in "$values/prod/redis.yaml". What
// is not begun so lies in the chart's archive, or anywhere.
func (s argoSource) valueFile(r *release, file string, at topology.Origin) {
	ref, inside, ok := strings.Cut(file, "/")
	if ok && strings.HasPrefix(ref, "$") && !isTemplated(file) && !strings.ContainsAny(inside, "*?[$") {
		if name, found := s.x.fileAt(inside, s.object); found {
			r.file(name)
			return
		}
	}
	if path.Clean(file) != valuesFile { // which are the chart's own values
		r.hidden("values file", file, at)
	}
}

// parameters adds what is set as by helm's --set and --set-file.
func (s argoSource) parameters(r *release) {
	var settings []chart.Setting
	add := func(list string, i int, n *manifest.Node, setting chart.Setting) {
		setting.Key = n.Get("name").Text()
		setting.Ref = manifest.Ref{Object: s.object, Path: pathTo(s.at, "helm", list, strconv.Itoa(i))}
		if n.Get("value") != nil {
			setting.Ref.Path = pathTo(setting.Ref.Path, "value")
		}
		settings = append(settings, setting)
	}
	for i, n := range s.root.Get("helm", "parameters").Items() {
		force, _ := n.Get("forceString").Bool()
		add("parameters", i, n, chart.Setting{Value: n.Get("value").Text(), ForceString: force})
	}
	for i, n := range s.root.Get("helm", "fileParameters").Items() {
		add("fileParameters", i, n, chart.Setting{Value: unseenValue})
	}
	for _, one := range settings {
		if isTemplated(one.Key) { // it may set anything
			r.Layers = append(r.Layers, chart.Layer{Unseen: true})
			return
		}
	}
	r.set(settings...)
}
