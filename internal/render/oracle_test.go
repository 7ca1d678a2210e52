package render

import (
	"encoding/json"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	helm "helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/releaseutil"

	"github.com/redislint/redislint/internal/manifest"
)

// TestChartsRenderAsHelmRendersThem compares with Helm's own engine, which is not part of the program.
func TestChartsRenderAsHelmRendersThem(t *testing.T) {
	t.Parallel()
	tests := map[string]string{ // values
		"as they are":                       `{}`,
		"another title":                     `{title: "Häuser", message: "{{ include \"shop.labels\" . }}"}`,
		"a subchart switched off":           `{sessions: {enabled: false}}`,
		"a subchart switched off globally":  `{sessions: {enabled: null}, global: {sessions: false}}`,
		"a subchart switched on by its tag": `{tags: {toys: true}}`,
		"null takes a default away":         `{removed: null, cache: {nothing: null, size: null}, global: {region: null}}`,
		"null within maps":                  `{removed: {a: null}, backend: {redisbox: {config: {save: null}}, exports: null}}`,
		"globals of every kind":             `{global: {storageClass: {a: 1}, team: null, new: {b: [1]}}, cache: {global: {team: red}}}`,
		"a global that is no map":           `{loose: {global: 5}}`,
		"what subcharts do not have":        `{cache: {resources: {limits: {memory: 1Gi}}, more: {x: y}}, loose: {b: {c: null}}, extras: {z: 1}}`,
		"imported values overridden":        `{exported: mine, imported: {limits: {cpu: "8", extra: 1}}, backend: {limits: {cpu: "4"}}}`,
		"lists replaced":                    `{list: [], big: 123456789012, ratio: 1e-7}`,
		"no port, no service, no checksum":  `{port: 1}`,
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := oracle(t, "testdata/charts/shop", text)
			request := &chartRequest{Chart: Chart{
				Path: "testdata/charts/shop", ReleaseName: "r", Namespace: "n",
				Values: []manifest.Input{{Name: "values.yaml", Data: []byte(text)}},
			}}
			rendered, _ := renderChart(request)
			if len(rendered.Errors) > 0 {
				t.Fatal(rendered.Errors)
			}
			got := map[string][]string{}
			for _, d := range rendered.Documents {
				got[d.Template] = append(got[d.Template], string(d.Text))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-helm +render):\n%s", diff)
			}
		})
	}
}

// oracle renders a chart with Helm's packages and returns its documents by template.
func oracle(t *testing.T, folder, text string) map[string][]string {
	t.Helper()
	c, err := loader.LoadDir(filepath.FromSlash(folder))
	if err != nil {
		t.Fatal(err)
	}
	values, err := chartutil.ReadValues([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := chartutil.ProcessDependenciesWithMerge(c, values); err != nil {
		t.Fatal(err)
	}
	capabilities := chartutil.DefaultCapabilities.Copy()
	capabilities.KubeVersion = chartutil.KubeVersion{Version: kubeVersion, Major: "1", Minor: "37"}
	visible, err := chartutil.ToRenderValues(c, values, chartutil.ReleaseOptions{Name: "r", Namespace: "n", Revision: 1, IsInstall: true}, capabilities)
	if err != nil {
		t.Fatal(err)
	}
	files, err := helm.Render(c, visible)
	if err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(files, func(name, _ string) bool { return path.Base(name) == "NOTES.txt" })
	hooks, manifests, err := releaseutil.SortManifests(files, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	documents := map[string][]string{}
	for name, text := range files { // their order in the template is not helm's order of kinds
		for _, document := range splitByHelm(text) {
			isHook := func(manifest string) bool { return manifest == document }
			kept := slices.ContainsFunc(manifests, func(m releaseutil.Manifest) bool { return m.Name == name && isHook(m.Content) })
			for _, h := range hooks {
				kept = kept || h.Path == name && isHook(h.Manifest)
			}
			if kept {
				documents[name] = append(documents[name], document)
			}
		}
	}
	return documents
}

// splitByHelm splits documents with Helm's package.
func splitByHelm(text string) []string {
	split := releaseutil.SplitManifests(text)
	names := slices.Collect(maps.Keys(split))
	slices.SortFunc(names, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	var documents []string
	for _, name := range names {
		if split[name] != "" {
			documents = append(documents, split[name])
		}
	}
	return documents
}

func TestAPIVersionsAreThoseOfHelm(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]string(chartutil.DefaultVersionSet), strings.Fields(kubeAPIVersion)); diff != "" {
		t.Errorf("(-helm +render):\n%s", diff)
	}
}

func FuzzSplit(f *testing.F) {
	for _, seed := range []string{"", "a", "---\na\n---\nb", "a\n--- b\n ---\nc\n----\nd", "\n\n---\r\na\r\n---", "a: |\n  x\n--- # c\n\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsAny(text, "\v\f\u0085\u00a0") || strings.ContainsFunc(text, func(r rune) bool { return r > 127 }) {
			t.Skip() // what counts as white space differs
		}
		if diff := cmp.Diff(splitByHelm(text), split(text)); diff != "" {
			t.Errorf("(-helm +render):\n%s", diff)
		}
	})
}

// FuzzCoalesce merges the values of a chart, of a subchart and of a user as Helm does.
func FuzzCoalesce(f *testing.F) {
	for _, seed := range [][3]string{
		{`{"a": 1}`, `{"b": 2}`, `{"sub": {"b": null}}`},
		{`{"global": {"x": {"y": 1}}, "sub": {"a": {"b": null}}}`, `{"a": {"b": 1, "c": 2}, "global": {"x": 5}}`, `{"global": {"x": null}, "sub": null}`},
		{`{"a": {"b": {"c": 1}}}`, `{"a": null}`, `{"a": {"b": null}, "sub": {"global": {"z": 1}}}`},
		{`{"sub": 5}`, `{}`, `{}`},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, outer, inner, given string) {
		var maps [3]map[string]any
		for i, text := range []string{outer, inner, given} {
			if len(text) > 500 || json.Unmarshal([]byte(text), &maps[i]) != nil || maps[i] == nil {
				t.Skip()
			}
		}
		node, helms := pairOf(maps[0], maps[1])
		for _, merge := range []bool{false, true} {
			coalesce := chartutil.CoalesceValues
			if merge {
				coalesce = chartutil.MergeValues
			}
			want, wantErr := coalesce(helms, maps[2])
			got, gotErr := node.coalesceValues(maps[2], merge)
			if (wantErr == nil) != (gotErr == nil) {
				t.Fatalf("helm: %v, render: %v", wantErr, gotErr)
			}
			if diff := cmp.Diff(map[string]any(want), got); diff != "" && wantErr == nil {
				t.Errorf("merge %t (-helm +render):\n%s", merge, diff)
			}
		}
	})
}

// pairOf makes a chart with a subchart, as this package has it and as Helm has it.
func pairOf(outer, inner map[string]any) (*node, *chart.Chart) {
	top := &chart.Chart{Metadata: &chart.Metadata{Name: "top"}, Values: copyMap(outer)}
	sub := &chart.Chart{Metadata: &chart.Metadata{Name: "sub"}, Values: copyMap(inner)}
	top.AddDependency(sub)
	parent := &node{chart: top, name: "top", values: copyMap(outer)}
	parent.children = []*node{{chart: sub, name: "sub", values: copyMap(inner), parent: parent}}
	return parent, top
}
