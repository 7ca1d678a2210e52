package source

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/chart"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

var _ = registerWrapper(wrapper{
	name: valuesWrapper,
	file: func(name, text string) bool { return path.Base(name) == chartFile && scan([]byte(text)) },
	read: readChartFile,
})

const valuesWrapper = "values"

// Chart is a chart that somebody asks for beside what a set says: on the command
// line, or in a chart that has it as a dependency. One that is not known is
// passed over.
type Chart struct {
	Reference string // "bitnami/redis", "https://charts.bitnami.com/bitnami/redis"
	Version   string // as helm takes it; "" is the newest
	Release   string // its name; "" is that of the chart
	Namespace string
	// Files are the values of one release, lowest precedence first, by their names
	// in the set. nil: every file of the set is a release of its own.
	Files []string
	// Keys lead to the chart's values in each file.
	Keys []string
	// Set comes above all files, as helm's --set does, with Keys before each key.
	Set []string
}

// ParseChart reads "bitnami/redis@19.1.0", or without a version. The error says
// which charts are known.
func ParseChart(text string) (Chart, error) {
	reference, version, _ := strings.Cut(text, "@")
	if _, ok := chart.Known(reference); !ok {
		return Chart{}, fmt.Errorf("chart %q is not known; known are bitnami/%s", text, strings.Join(chart.Charts(), ", bitnami/"))
	}
	return Chart{Reference: reference, Version: version}, nil
}

// releasesOf returns the releases of a chart that the caller asks for.
func (x *index) releasesOf(c Chart) []*release {
	known, ok := chart.Known(c.Reference)
	if !ok {
		return nil
	}
	part := chartPart{chart: known, version: c.Version, keys: c.Keys}
	var each [][]string
	if len(c.Files) > 0 {
		each = append(each, c.Files)
	}
	for name := range x.set.Files() {
		if o := x.document(name); c.Files == nil && o != nil && !isManifest(o) {
			each = append(each, []string{name})
		}
	}
	var releases []*release
	for _, files := range each {
		var asking *manifest.Object
		if last := files[len(files)-1]; !x.hasFile(last) {
			asking = manifest.Plain(last, "") // a file that sets nothing: all is the chart's own
		}
		for _, r := range x.partReleases(part, asking, c.Release, c.Namespace, files) {
			r.setFlags(c.Set, strings.Join(append(slices.Clip(c.Keys), ""), "."))
			releases = append(releases, r)
		}
	}
	return releases
}

// setFlags adds what arguments of helm's --set say of keys with the prefix.
func (r *release) setFlags(arguments []string, prefix string) {
	var settings []chart.Setting
	for _, argument := range arguments {
		parsed, err := chart.ParseSet(argument, false, manifest.Ref{Object: r.Owner})
		if err != nil {
			r.x.problem(topology.Origin{Object: r.Owner}, "%v", err)
		}
		for _, s := range parsed {
			if key, ok := strings.CutPrefix(s.Key, prefix); ok {
				s.Ref.Key, s.Key = s.Key, key
				settings = append(settings, s)
			}
		}
	}
	r.set(settings...)
}

// isManifest tells an object of Kubernetes from values, which may have a kind
// too.
func isManifest(o *manifest.Object) bool { return o.APIVersion != "" && o.Kind != "" }

// readChartFile reads the values files beside and below a Chart.yaml: each is a
// release, above the chart's own values.yaml.
func readChartFile(x *index, o *manifest.Object) []*release {
	folder := path.Dir(o.File)
	if above := path.Dir(folder); path.Base(above) == "charts" && x.hasFile(path.Join(above, "..", chartFile)) {
		return nil // the chart that it is a part of says more
	}
	parts := x.partsOf(o, nil)
	if len(parts) == 0 {
		return nil
	}
	own, others := path.Join(folder, valuesFile), x.valuesFilesOf(folder, parts)
	layers := [][]string{{own}}
	if !x.hasFile(own) && len(others) > 0 {
		layers = nil
	}
	for _, file := range others {
		layers = append(layers, []string{own, file})
	}
	var releases []*release
	for _, files := range layers {
		for _, p := range parts {
			name := ""
			if len(p.keys) > 0 {
				name = o.Root.Get("name").Text()
			}
			releases = append(releases, x.partReleases(p, o, name, "", files)...)
		}
	}
	return releases
}

// valuesFilesOf returns the values files beside and below a chart's own. Those
// in folders have to say something about one of its parts.
func (x *index) valuesFilesOf(folder string, parts []chartPart) []string {
	var found []string
	for _, name := range x.filesBelow(folder) {
		inside := strings.TrimPrefix(name, folder+"/")
		if !isValuesFile(inside) || inside == valuesFile {
			continue
		}
		if within := path.Dir(name); within != folder && x.chartAround(within) != folder {
			continue
		}
		o := x.document(name)
		if o == nil || isManifest(o) {
			continue
		}
		if path.Dir(name) == folder || slices.ContainsFunc(parts, func(p chartPart) bool {
			return len(p.keys) > 0 && o.Root.Get(p.keys[0]) != nil || looksBitnami(p.chart, []chart.Layer{{Object: o}})
		}) {
			found = append(found, name)
		}
	}
	return found
}

// isValuesFile reports whether a file is meant for helm's -f by its name in the
// chart's folder. What is in folders of helm's own is not.
func isValuesFile(name string) bool {
	folder, _, nested := strings.Cut(name, "/")
	if nested && slices.Contains([]string{"charts", "ci", "crds", "files", "templates", "tests"}, folder) {
		return false
	}
	ext := path.Ext(name)
	return (ext == ".yaml" || ext == ".yml") && (strings.Contains(path.Base(name), "values") || path.Base(path.Dir(name)) == "values")
}

// chartAround is the nearest folder with a Chart.yaml at or above a folder.
func (x *index) chartAround(folder string) string {
	for !x.hasFile(path.Join(folder, chartFile)) {
		above := path.Dir(folder)
		if above == folder {
			return ""
		}
		folder = above
	}
	return folder
}

// partReleases returns the release of a part with values from files, lowest
// precedence first; none where a condition switches it off. It belongs to the
// last of the files, or to the chart that asks for it.
func (x *index) partReleases(p chartPart, asking *manifest.Object, name, namespace string, files []string) []*release {
	owner := asking
	var documents []valuesDocument
	for _, file := range append(slices.Clip(p.inner), atTop(files)...) {
		o := x.document(file.name)
		switch {
		case o == nil && x.hasFile(file.name): // an error of the set
			return nil
		case o == nil:
			continue
		case file.depth == 0:
			owner = o
		}
		documents = append(documents, valuesDocument{o, file.depth})
	}
	if owner == nil || p.isOff(documents) {
		return nil
	}
	r := x.newRelease(owner, p.chart, p.version)
	r.Name, r.Namespace, r.wrapper = name, namespace, valuesWrapper
	for _, d := range documents {
		if d.object != owner {
			r.objects = append(r.objects, d.object)
		}
		if d.object.Root.Kind() != manifest.Map {
			r.values(d.object) // for the chart to say so
			continue
		}
		r.prefixed(d.object, p.keys[d.depth:])
	}
	// The globals of a chart reach all below it, and win over theirs.
	for depth := range slices.Backward(p.keys) {
		for _, d := range documents {
			if depth >= d.depth {
				r.globals(d.object, p.keys[d.depth:depth])
			}
		}
	}
	return []*release{r}
}

// atTop are values files of the outermost chart.
func atTop(names []string) []partFile {
	files := make([]partFile, len(names))
	for i, name := range names {
		files[i].name = name
	}
	return files
}

// prefixed adds the values that an object has below keys.
func (r *release) prefixed(o *manifest.Object, keys []string) {
	r.values(o, keys...)
	if n := len(r.Layers); len(keys) > 0 && n > 0 && r.Layers[n-1].Object == o {
		r.Layers[n-1].Prefix = strings.Join(keys, ".") + "."
	}
}

func (r *release) globals(o *manifest.Object, keys []string) {
	const global = "global"
	at := append(slices.Clip(keys), global)
	if o.Root.Get(at...).Kind() == manifest.Map {
		r.Layers = append(r.Layers, chart.Layer{Object: o, Path: at, Under: global, Prefix: strings.Join(at, ".") + "."})
	}
}
