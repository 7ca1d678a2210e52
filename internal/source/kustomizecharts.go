package source

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// What kustomize makes of charts is read from sigs.k8s.io/kustomize/api v0.21
// (types/helmchartargs.go, internal/builtins/HelmChartInflationGenerator.go).

var _ = registerWrapper(wrapper{
	name:  "kustomization",
	kinds: []string{"kustomize.config.k8s.io/Kustomization", "/HelmChartInflationGenerator"},
	file: func(name, text string) bool {
		return slices.Contains(kustomizationFiles, path.Base(name)) && strings.Contains(text, "helmChart") && scan([]byte(text))
	},
	read: readKustomization,
})

// kustomizationFiles are the names that kustomize looks for. Such a file needs
// neither apiVersion nor kind.
var kustomizationFiles = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// readKustomization reads the charts that a kustomization has inflated, or the
// one of a generator's own file.
func readKustomization(x *index, o *manifest.Object) []*release {
	namespace := o.Root.Get("namespace").Text()
	var releases []*release
	add := func(r *release) {
		if r == nil {
			return
		}
		if namespace != "" && o.Kind != "HelmChartInflationGenerator" {
			r.Namespace = namespace
		}
		releases = append(releases, r)
	}
	if o.Kind == "HelmChartInflationGenerator" {
		add(kustomizeChart{x: x, object: o, root: o.Root}.release())
		return releases
	}
	for _, list := range []string{"helmCharts", "helmChartInflationGenerator"} {
		for i, n := range o.Root.Get(list).Items() {
			add(kustomizeChart{x: x, object: o, at: manifest.Path{list, strconv.Itoa(i)}, root: n}.release())
		}
	}
	for _, field := range []string{"patches", "patchesJson6902", "patchesStrategicMerge", "replacements", "transformers"} {
		if len(releases) > 0 && o.Root.Get(field).Len() > 0 {
			x.notice(o, "%s may change what the charts make, and are not applied", field)
		}
	}
	return releases
}

// kustomizeChart is an entry of helmCharts, or of its forerunner.
type kustomizeChart struct {
	x      *index
	object *manifest.Object
	at     manifest.Path
	root   *manifest.Node
}

// text reads a field by its name, or by the one that it had before.
func (c kustomizeChart) text(names ...string) string {
	for _, name := range names {
		if s := c.root.Get(name).Text(); s != "" {
			return s
		}
	}
	return ""
}

func (c kustomizeChart) release() *release {
	name, repository := c.text("name", "chartName"), c.text("repo", "chartRepoUrl")
	if name == "" {
		return nil
	}
	r := c.x.newRelease(c.object, "", c.text("version", "chartVersion"))
	r.Name, r.Namespace = c.text("releaseName"), c.text("namespace", "releaseNamespace")
	c.values(r)
	known, ok := knownChart(repository, name)
	if !ok && repository == "" && looksBitnami(name, r.Layers) { // it lies beside the kustomization
		known, ok = name, true
	}
	if !ok {
		c.x.unknownChart(c.object, name, repository)
		return nil
	}
	r.Chart = known
	return r
}

// values adds valuesFile and what is inline above or below it, then the
// additional files.
func (c kustomizeChart) values(r *release) {
	inline := func() {
		for _, name := range []string{"valuesInline", "valuesLocal"} {
			r.values(c.object, pathTo(c.at, name)...)
		}
	}
	merge := c.text("valuesMerge")
	if merge == "merge" {
		inline()
	}
	file, field := c.text("valuesFile", "values"), "valuesFile"
	if c.root.Get(field) == nil {
		field = "values"
	}
	if file != "" && merge != "replace" {
		c.file(r, file, pathTo(c.at, field))
	}
	if merge != "merge" {
		inline()
	}
	for i, n := range c.root.Get("additionalValuesFiles").Items() {
		c.file(r, n.Text(), pathTo(c.at, "additionalValuesFiles", strconv.Itoa(i)))
	}
}

// file adds a values file that is named relative to the kustomization.
func (c kustomizeChart) file(r *release, name string, at manifest.Path) {
	if file := beside(c.object.File, name); c.x.hasFile(file) {
		r.file(file)
		return
	}
	r.hidden("values file", name, topology.Origin{Object: c.object, Path: at})
}
