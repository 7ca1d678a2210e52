// Package render turns charts and kustomizations into manifests, in a child process with caps. It knows Helm and
// kustomize, not Redis.
//
// What is rendered is taken to be hostile. The child has no environment, no network, a bounded heap and a bounded time;
// it reads files below one folder and writes none. Whatever goes wrong in it, its death included, is an Error of what was
// rendered, never one of the caller's process.
//
// Charts are rendered as `helm template` does, by Helm's own model of a chart (pkg/chart, its loader, pkg/strvals,
// pkg/ignore) and the same library of template functions. The rest of Helm, pkg/engine and pkg/chartutil, is a test's
// oracle and not part of the program: initialising the packages that those two import takes a third of the time that
// linting one file does, and every run would pay for it.
package render

import (
	"time"

	"github.com/redislint/redislint/internal/manifest"
)

// Chart is a chart to render, with helm's flags.
type Chart struct {
	// Path is the chart's folder, or its archive. Files of the chart are named by it in what is returned: a file of an
	// archive as if the archive were a folder, "redis-1.0.0.tgz/values.yaml".
	Path string
	// Root is the folder that symbolic links may lead to. "" is Path.
	Root string

	// Values come lowest precedence first. Data that is nil is read from the file Name, which may be anywhere: the user
	// named it.
	Values []manifest.Input
	// Overlay is what files of the chart's folder are taken to hold, by their names in what is returned.
	Overlay map[string][]byte

	Set, SetString, SetJSON, SetFile, SetLiteral []string // each as after helm's flag of that name

	ReleaseName string // "" is release-name, as helm has it
	Namespace   string // "" is default
	KubeVersion string // "" is that of the release of helm whose rendering this is
	APIVersions []string
	IncludeCRDs bool
}

// Kustomization is a kustomization to build.
type Kustomization struct {
	Path string // its folder
	// Overlay is what files are taken to hold, by their names in what is returned.
	Overlay map[string][]byte
	// Root is the folder that bases, resources and symbolic links may be in. "" is Path.
	Root string
}

// Limits are the caps of a child. A zero limit means its default.
type Limits struct {
	Memory int64         // bytes of data; 512 MiB
	Time   time.Duration // of one answer; 15 s
	Output int64         // bytes of one answer; 64 MiB
}

func (l Limits) withDefaults() Limits {
	if l.Memory <= 0 {
		l.Memory = 512 << 20
	}
	if l.Time <= 0 {
		l.Time = 15 * time.Second
	}
	if l.Output <= 0 {
		l.Output = 64 << 20
	}
	return l
}

// Rendered is what became of a chart or a kustomization.
type Rendered struct {
	Name, Version string     // of the chart
	Documents     []Document // by template, then in their order
	// Missing are the chart's dependencies that charts/ does not hold. The rest was rendered without them.
	Missing []Dependency
	// HelmCharts are the charts that kustomizations ask for. They are not inflated.
	HelmCharts []HelmChart
	// Errors say why documents are missing.
	Errors []manifest.Error
}

// Document is one rendered YAML document.
type Document struct {
	// Template is what helm writes after "# Source: ": "app/charts/redis/templates/service.yaml". "" in a kustomization.
	Template string
	// File is the template's, or that of the resource a kustomization began with; "" when there is none.
	File string
	Text []byte
}

// Dependency is a chart that another one depends on.
type Dependency struct {
	Name, Version, Repository string // as written
	// Keys lead to its values in those of the top chart: its alias, or its name, below those of the charts between.
	Keys []string
	// Enabled is what its condition and tags say.
	Enabled bool
	File    string // where it is asked for: a Chart.yaml or requirements.yaml
	Path    manifest.Path
}

// HelmChart is an entry of a kustomization's helmCharts, or helmChartInflationGenerator.
type HelmChart struct {
	File string // the kustomization's
	Path manifest.Path
	// Folder is where the chart lies, when it is vendored.
	Folder string
}

// Renderer renders. The zero Renderer is ready for use by a program that runs Child when its only argument is ChildArgument.
type Renderer struct {
	Limits Limits
	// Executable is the program that runs Child. "" is the running one.
	Executable string
}

// ChildArgument is the argument by which a Renderer has its program run Child.
const ChildArgument = "render-child"
