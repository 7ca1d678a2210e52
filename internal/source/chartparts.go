package source

import (
	"path"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/chart"
	"github.com/redislint/redislint/internal/manifest"
)

const (
	chartFile        = "Chart.yaml"
	requirementsFile = "requirements.yaml" // of charts for Helm 2
	valuesFile       = "values.yaml"
)

// maxNested is how deep charts within charts are followed.
const maxNested = 8

// chartPart is one of Bitnami's charts within another chart, or that chart
// itself.
type chartPart struct {
	chart, version string
	keys           []string // that lead to its values in those of the outermost
	conditions     []condition
	inner          []partFile // own values of the charts between, lowest precedence first
}

// partFile is a file of values of the chart that a number of keys lead to.
type partFile struct {
	name  string
	depth int
}

// condition is what a dependency's condition says: the first of the paths that
// leads to a bool decides.
type condition struct {
	keys  []string // that lead to the chart that has the dependency
	paths []string
}

// valuesDocument is what a partFile holds.
type valuesDocument struct {
	object *manifest.Object
	depth  int
}

// partsOf returns what a chart deploys of Bitnami's charts.
func (x *index) partsOf(o *manifest.Object, keys []string) []chartPart {
	name, folder := o.Root.Get("name").Text(), path.Dir(o.File)
	if slices.Contains(chart.Charts(), name) && isOfBitnami(o.Root) {
		return []chartPart{{chart: name, version: o.Root.Get("version").Text(), keys: keys}}
	}
	list := o.Root.Get("dependencies")
	if file := path.Join(folder, requirementsFile); list == nil && x.hasFile(file) {
		if requirements := x.document(file); requirements != nil {
			list = requirements.Root.Get("dependencies")
		}
	}
	var parts []chartPart
	for _, d := range list.Items() {
		found := x.dependency(folder, d, keys)
		if paths := d.Get("condition").Text(); paths != "" {
			for i := range found {
				found[i].conditions = append(found[i].conditions, condition{keys, strings.Split(paths, ",")})
			}
		}
		parts = append(parts, found...)
	}
	return parts
}

// dependency returns what one dependency of the chart in a folder deploys.
func (x *index) dependency(folder string, d *manifest.Node, keys []string) []chartPart {
	name, repository, alias := d.Get("name").Text(), d.Get("repository").Text(), d.Get("alias").Text()
	if alias == "" {
		alias = name
	}
	below := append(slices.Clip(keys), alias)
	inner := path.Join(folder, "charts", name)
	if local, ok := strings.CutPrefix(repository, "file://"); ok {
		inner = path.Join(folder, local)
	}
	var vendored *manifest.Object
	if file := path.Join(inner, chartFile); x.hasFile(file) && name != "" {
		vendored = x.document(file)
	}
	if known, ok := knownChart(repository, name); ok {
		part := chartPart{chart: known, version: d.Get("version").Text(), keys: below}
		if vendored != nil {
			part.version = vendored.Root.Get("version").Text()
		}
		return []chartPart{part}
	}
	if vendored == nil || len(below) > maxNested {
		return nil
	}
	parts := x.partsOf(vendored, below)
	for i := range parts {
		if file := path.Join(inner, valuesFile); len(parts[i].keys) > len(below) && x.hasFile(file) {
			parts[i].inner = append(parts[i].inner, partFile{file, len(below)})
		}
	}
	return parts
}

// isOfBitnami reports whether a Chart.yaml is of one of Bitnami's own charts.
func isOfBitnami(root *manifest.Node) bool {
	said := []string{root.Get("home").Text()}
	for _, n := range root.Get("sources").Items() {
		said = append(said, n.Text())
	}
	return slices.ContainsFunc(said, func(url string) bool { return strings.Contains(url, "bitnami") })
}

// isOff reports whether a condition switches the part off for sure.
func (p chartPart) isOff(documents []valuesDocument) bool {
	return slices.ContainsFunc(p.conditions, func(c condition) bool {
		for _, dotted := range c.paths {
			at := append(slices.Clip(c.keys), strings.Split(strings.TrimSpace(dotted), ".")...)
			for _, d := range slices.Backward(documents) {
				if d.depth > len(c.keys) {
					continue
				}
				switch n := d.object.Root.Get(at[d.depth:]...); n.Kind() {
				case manifest.Absent:
				case manifest.Bool:
					on, _ := n.Bool()
					return !on
				default:
					return false
				}
			}
		}
		return false
	})
}
