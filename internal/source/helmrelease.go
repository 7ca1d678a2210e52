package source

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/chart"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

var _ = registerWrapper(wrapper{
	name:  "HelmRelease",
	kinds: []string{fluxHelm + "/HelmRelease"},
	tied:  []string{"ConfigMap", "HelmChart", "HelmRelease", "HelmRepository", "OCIRepository"},
	names: helmReleaseNames,
	read:  readHelmRelease,
})

// Groups of Flux' resources, as of source-controller and helm-controller v1
// (docs/spec); all versions agree in what is read.
const (
	fluxHelm   = "helm.toolkit.fluxcd.io"
	fluxSource = "source.toolkit.fluxcd.io"
)

// helmReleaseNames are the names that tie a HelmRelease to where its chart and
// its values come from. A chart's source may be all that has a sign of Redis.
func helmReleaseNames(o *manifest.Object) []string {
	switch {
	case o.Group() == fluxSource && (o.Kind == "OCIRepository" || o.Kind == "HelmChart"):
		return []string{o.Name}
	case o.Group() != fluxHelm:
		return nil
	}
	spec := o.Root.Get("spec")
	names := []string{spec.Get("chartRef", "name").Text(), spec.Get("chart", "spec", "sourceRef", "name").Text()}
	for _, from := range spec.Get("valuesFrom").Items() {
		names = append(names, from.Get("name").Text())
	}
	return names
}

// readHelmRelease reads the release that a HelmRelease asks for. One that names
// no chart is a patch for another.
func readHelmRelease(x *index, o *manifest.Object) []*release {
	r := x.newRelease(o, "", "")
	spec := o.Root.Get("spec")
	r.Name, r.Namespace = helmReleaseName(o)
	c := x.fluxChart(o)
	if c.name == "" {
		return nil
	}
	r.Version = c.version
	if c.files.Len() > 0 && (c.files.Len() > 1 || c.files.Index(0).Text() != "values.yaml") {
		// They are in the chart's archive.
		r.hidden("values file", c.files.Index(c.files.Len()-1).Text(), topology.Origin{Object: c.in, Path: c.filesAt})
	}
	settings := r.valuesFrom(o, "spec", "valuesFrom")
	r.values(o, "spec", "values")
	r.set(settings...)

	known, ok := knownChart(c.repository, c.name)
	if !ok && c.unseen && looksBitnami(baseName(c.name), r.Layers) {
		known, ok = baseName(c.name), true
	}
	if !ok {
		x.unknownChart(o, baseName(c.name), c.repository)
		return nil
	}
	r.Chart = known
	if spec.Get("postRenderers").Len() > 0 {
		x.notice(o, "postRenderers of HelmRelease %s may change what the chart makes, and are not applied", o.Name)
	}
	return []*release{r}
}

// helmReleaseName returns the name and the namespace of a release. A name that
// is too long for helm ends in a hash.
func helmReleaseName(o *manifest.Object) (name, namespace string) {
	spec := o.Root.Get("spec")
	name, namespace = o.Name, o.Namespace
	if target := spec.Get("targetNamespace").Text(); target != "" {
		name, namespace = target+"-"+name, target
	}
	if given := spec.Get("releaseName").Text(); given != "" {
		return given, namespace
	}
	if len(name) > 53 {
		sum := sha256.Sum256([]byte(name))
		name = name[:40] + "-" + hex.EncodeToString(sum[:])[:12]
	}
	return name, namespace
}

// fluxChart is the chart that a HelmRelease asks for.
type fluxChart struct {
	repository, name, version string
	unseen                    bool           // where the chart comes from is not in the input
	files                     *manifest.Node // values files within the chart
	in                        *manifest.Object
	filesAt                   manifest.Path
}

func (x *index) fluxChart(o *manifest.Object) fluxChart {
	spec := o.Root.Get("spec")
	template := spec.Get("chart", "spec")
	ref := spec.Get("chartRef")
	switch {
	case ref.Kind() != manifest.Map && spec.Get("chart", "kind").Text() == "OCIRepository":
		return ociChart(template)
	case ref.Kind() != manifest.Map:
		return x.fluxTemplate(o, template, "spec", "chart", "spec")
	}
	kind, name := ref.Get("kind").Text(), ref.Get("name").Text()
	source := x.findIn(kind, fluxSource, name, ref.Get("namespace").Text(), o)
	switch {
	case source == nil:
		// Its name may still say what it is.
		return fluxChart{repository: name, name: nameOfChart(name), unseen: true}
	case kind == "HelmChart":
		return x.fluxTemplate(source, source.Root.Get("spec"), "spec")
	default:
		return ociChart(source.Root.Get("spec"))
	}
}

// fluxTemplate reads a chart of a HelmRepository. One of a GitRepository is a
// path to a folder, whose files are their own release.
func (x *index) fluxTemplate(o *manifest.Object, spec *manifest.Node, path ...string) fluxChart {
	c := fluxChart{
		name: spec.Get("chart").Text(), version: spec.Get("version").Text(),
		files: spec.Get("valuesFiles"), in: o, filesAt: append(path, "valuesFiles"),
	}
	ref := spec.Get("sourceRef")
	if kind := ref.Get("kind").Text(); kind != "HelmRepository" && kind != "" {
		return fluxChart{}
	}
	c.repository = ref.Get("name").Text()
	repository := x.findIn("HelmRepository", fluxSource, c.repository, ref.Get("namespace").Text(), o)
	if c.unseen = repository == nil; !c.unseen {
		if url := repository.Root.Get("spec", "url").Text(); url != "" && !isTemplated(url) {
			c.repository = url
		}
	}
	return c
}

// ociChart reads the spec of an OCIRepository, whose URL ends in the chart.
func ociChart(spec *manifest.Node) fluxChart {
	url := strings.TrimSuffix(spec.Get("url").Text(), "/")
	i := strings.LastIndexByte(url, '/')
	c := fluxChart{repository: url[:max(i, 0)], name: url[i+1:]}
	// As source-controller has it: a digest before a range before a tag.
	for _, field := range []string{"semver", "tag"} {
		if v := spec.Get("ref", field).Text(); c.version == "" && spec.Get("ref", "digest").Text() == "" {
			c.version = v
		}
	}
	return c
}

// nameOfChart finds the name of a chart in that of its source: bitnami-redis.
func nameOfChart(source string) string {
	found := ""
	for _, name := range chart.Charts() {
		if strings.HasSuffix(source, name) && len(name) > len(found) {
			found = name
		}
	}
	return found
}

// valuesFrom adds the values of ConfigMaps in the input. What is for one key is
// returned: it comes above all others.
func (r *release) valuesFrom(o *manifest.Object, path ...string) []chart.Setting {
	list := o.Root.At(path)
	if isWritten(list) && list.Kind() != manifest.Seq {
		r.x.problem(topology.Origin{Object: o, Path: path}, "valuesFrom is a %s, not a list", list.Kind())
	}
	var settings []chart.Setting
	for i, from := range list.Items() {
		at := topology.Origin{Object: o, Path: append(slices.Clip(path), strconv.Itoa(i))}
		kind, name, key := from.Get("kind").Text(), from.Get("name").Text(), from.Get("valuesKey").Text()
		if key == "" {
			key = "values.yaml"
		}
		target := from.Get("targetPath").Text()
		var holder *manifest.Object
		var value *manifest.Node
		if kind == "ConfigMap" {
			if holder = r.x.findIn("ConfigMap", "", name, "", o); holder != nil {
				value = holder.Root.Get("data", key)
			}
		}
		switch {
		case value == nil && target == "":
			r.hidden(kind, name, at.At("name"))
		case value == nil:
			r.note(kind, name, target, at.At("name"))
			settings = append(settings, chart.Setting{Key: target, Value: unseenValue, Ref: manifest.Ref{Object: o, Path: at.Path}})
		case target == "":
			r.objects = append(r.objects, holder)
			r.text(holder, "data", key)
		default:
			r.objects = append(r.objects, holder)
			literal, _ := from.Get("literal").Bool()
			settings = append(settings, chart.Setting{
				Key: target, Value: value.Text(), ForceString: literal, Ref: manifest.Ref{Object: holder, Path: manifest.Path{"data", key}},
			})
		}
	}
	return settings
}
