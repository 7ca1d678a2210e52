package main

import (
	"errors"
	"slices"

	"github.com/spf13/pflag"

	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/render"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/topology"
	"github.com/redislint/redislint/internal/unit"
)

// chartFlags are the flags that say what a chart is rendered with, spelled as helm spells them.
type chartFlags struct {
	values      []string
	chart       render.Chart
	releaseName string
	unit        choice
}

func (c *chartFlags) register(flags *pflag.FlagSet) {
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

// options are those that unit.Load takes.
func (c *chartFlags) options(limits manifest.Options) unit.Options {
	chart := c.chart
	for _, file := range c.values {
		chart.Values = append(chart.Values, manifest.Input{Name: file})
	}
	return unit.Options{Manifest: limits, Single: c.unit.value == "file", Chart: chart}
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
		return !own(f.In) && !slices.ContainsFunc(f.Related, func(r rules.Related) bool { return own(r.In) })
	})
	result.Redis = slices.DeleteFunc(result.Redis, func(r *topology.Redis) bool { return !slices.ContainsFunc(r.Objects, own) })
	result.Unknown = slices.DeleteFunc(result.Unknown, func(o *manifest.Object) bool { return !own(o) })
	result.Errors = slices.DeleteFunc(result.Errors, func(e manifest.Error) bool { return !loaded.Own(e.File) })
}
