package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/render"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/source"
	"github.com/redislint/redislint/internal/topology"
	"github.com/redislint/redislint/internal/unit"
)

// chartFlags are the flags that say what a chart is rendered with, spelled as helm spells them.
type chartFlags struct {
	known  string // the chart that files are values of
	values []string
	chart  render.Chart
	unit   choice
}

func (c *chartFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&c.known, "chart", "", "take the files for values of a `chart` of Bitnami's, without the chart: bitnami/redis, bitnami/redis@19.1.0")
	flags.StringSliceVarP(&c.values, "values", "f", nil, "values `files` for the chart, the last one wins")
	flags.StringArrayVar(&c.chart.Set, "set", nil, "set values of the chart: `key=value,…`")
	flags.StringArrayVar(&c.chart.SetString, "set-string", nil, "set values as strings: `key=value,…`")
	flags.StringArrayVar(&c.chart.SetJSON, "set-json", nil, "set values as JSON: `key=json,…`")
	flags.StringArrayVar(&c.chart.SetFile, "set-file", nil, "set values from files: `key=path,…`")
	flags.StringArrayVar(&c.chart.SetLiteral, "set-literal", nil, "set one value as it is: `key=value`")
	flags.StringVar(&c.chart.ReleaseName, "release-name", "", "`name` of the chart's release")
	flags.StringVarP(&c.chart.Namespace, "namespace", "n", "", "`namespace` of the chart's release")
	flags.StringVar(&c.chart.KubeVersion, "kube-version", "", "`version` of Kubernetes that the chart sees")
	flags.StringSliceVarP(&c.chart.APIVersions, "api-versions", "a", nil, "API `versions` that the chart sees")
	flags.BoolVar(&c.chart.IncludeCRDs, "include-crds", false, "render the chart's crds/ too")
	c.unit = choice{value: "auto", allowed: []string{"auto", "file"}}
	flags.Var(&c.unit, "unit", "what is judged with a file: auto (its chart, its kustomization or its folder), or the file alone")
}

// asked returns the chart that --chart names, and the paths to read for it: files given by -f are the values of one
// release, other files of one each.
func (c *chartFlags) asked(paths []string) ([]source.Chart, []string, error) {
	if c.known == "" {
		return nil, paths, nil
	}
	chart, err := source.ParseChart(c.known)
	if err != nil {
		return nil, nil, fmt.Errorf("--chart: %w", err)
	}
	for _, set := range [][]string{c.chart.SetString, c.chart.SetJSON, c.chart.SetFile, c.chart.SetLiteral} {
		if len(set) > 0 {
			return nil, nil, errors.New("--chart goes with values files and --set; the rest needs the chart itself")
		}
	}
	chart.Release, chart.Namespace = c.chart.ReleaseName, c.chart.Namespace
	chart.Set = c.chart.Set
	if len(c.values) > 0 {
		for _, file := range c.values {
			chart.Files = append(chart.Files, filepath.ToSlash(filepath.Clean(file)))
		}
		return []source.Chart{chart}, c.values, nil
	}
	var charts []source.Chart
	for _, path := range paths {
		name := filepath.ToSlash(filepath.Clean(path))
		if path == "-" {
			name = manifest.Stdin
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return nil, nil, fmt.Errorf("--chart takes values files, and %s is a folder", path)
		}
		one := chart
		one.Files = []string{name}
		charts = append(charts, one)
	}
	return charts, paths, nil
}

// options are those that unit.Load takes.
func (c *chartFlags) options(limits manifest.Options) unit.Options {
	if c.known != "" {
		return unit.Options{Manifest: limits, Single: true}
	}
	chart := c.chart
	for _, file := range c.values {
		chart.Values = append(chart.Values, manifest.Input{Name: file})
	}
	return unit.Options{Manifest: limits, Single: c.unit.value == "file", Chart: chart}
}

// dependencies returns the charts that rendered charts depend on and do not hold, as far as they are known. The others
// are told as what is not judged.
func dependencies(loaded *unit.Loaded) []source.Chart {
	var charts []source.Chart
	for _, u := range loaded.Unrendered {
		d := u.Dependency
		chart, err := source.ParseChart(strings.TrimSuffix(d.Repository, "/") + "/" + d.Name)
		if err == nil {
			chart.Version, chart.Release, chart.Namespace = d.Version, u.Chosen.ReleaseName, u.Chosen.Namespace
			chart.Files, chart.Keys, chart.Set = u.Values, d.Keys, u.Chosen.Set
			if len(chart.Files) == 0 {
				chart.Files = []string{d.File} // nothing is set: the chart's own values are judged
			}
			charts = append(charts, chart)
			continue
		}
		message := fmt.Sprintf("the dependency %s is not in charts/ and not judged; helm dependency build fetches it", d.Name)
		if source.Sign([]byte(d.Name)) {
			loaded.Set.Errors = append(loaded.Set.Errors, manifest.Error{File: d.File, Line: u.Line(), Message: message})
		} else {
			loaded.Set.Notices = append(loaded.Set.Notices, manifest.Notice{File: d.File, Message: message})
		}
	}
	return charts
}

// loadError tells a flag that does not fit from input that cannot be read.
func loadError(err error) error {
	if noChart := new(unit.NoChartError); errors.As(err, &noChart) {
		return err
	}
	return inputError(err)
}

// keepOwn drops what concerns only files that were read beside those that the user named.
func keepOwn(loaded *unit.Loaded, result *lint.Result) {
	own := func(o *manifest.Object) bool { return o != nil && loaded.Own(o.File) }
	result.Findings = slices.DeleteFunc(result.Findings, func(f rules.Finding) bool {
		return f.Object != nil && !own(f.In) && !slices.ContainsFunc(f.Related, func(r rules.Related) bool { return own(r.In) })
	})
	result.Redis = slices.DeleteFunc(result.Redis, func(r *topology.Redis) bool { return !slices.ContainsFunc(r.Objects, own) })
	result.Unknown = slices.DeleteFunc(result.Unknown, func(o *manifest.Object) bool { return !own(o) })
	result.Errors = slices.DeleteFunc(result.Errors, func(e manifest.Error) bool { return !loaded.Own(e.File) })
}
