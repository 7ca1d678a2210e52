package source

import (
	"strings"
	"testing"
)

func TestChartsOfAKustomization(t *testing.T) {
	t.Parallel()
	const values = "master: {persistence: {size: 2Gi}}\nreplica: {replicaCount: 2}\n"
	chart := func(more string) string {
		return "helmCharts:\n- name: redis\n  repo: https://charts.bitnami.com/bitnami\n  version: 20.1.0\n  releaseName: shop\n" + indented(2, more)
	}
	for name, c := range map[string]struct {
		file    string
		text    string
		facts   map[string]string
		unseen  string
		notices string
	}{
		"inline above a file": {
			text:  chart("valuesFile: values.yaml\nvaluesInline: {replica: {replicaCount: 4}}\n"),
			facts: map[string]string{"/nodes/1/replicas": "4", "/nodes/0/data/size/amount": "2147483648", "/namespace": `""`},
		},
		"inline below a file": {
			text:  chart("valuesFile: values.yaml\nvaluesInline: {replica: {replicaCount: 4}, auth: {enabled: false}}\nvaluesMerge: merge\n"),
			facts: map[string]string{"/nodes/1/replicas": "2", "/nodes/0/data/size/amount": "2147483648"},
		},
		"inline in place of a file": {
			text:  chart("valuesFile: values.yaml\nvaluesInline: {replica: {replicaCount: 4}}\nvaluesMerge: replace\n"),
			facts: map[string]string{"/nodes/1/replicas": "4", "/nodes/0/data/size/amount": "8589934592"},
		},
		"additional files above all": {
			text:  chart("valuesInline: {replica: {replicaCount: 4}}\nadditionalValuesFiles: [./values.yaml]\n"),
			facts: map[string]string{"/nodes/1/replicas": "2", "/nodes/0/data/size/amount": "2147483648"},
		},
		"a file that is not there": {
			text:   chart("valuesFile: none.yaml\nvaluesInline: {architecture: standalone}\n"),
			facts:  map[string]string{"/nodes/0/data/size": "unknown"},
			unseen: "none.yaml",
		},
		"the kustomization's namespace": {
			text:    "namespace: prod\n" + chart("namespace: other\n") + "patches: [{path: patch.yaml}]\n",
			facts:   map[string]string{"/namespace": `"prod"`, "/name": `"shop-redis"`},
			notices: "patches may change what the charts make",
		},
		"fields as they were named before": {
			text: "helmChartInflationGenerator:\n- chartName: redis\n  chartRepoUrl: https://charts.bitnami.com/bitnami\n  chartVersion: 20.1.0\n" +
				"  releaseName: shop\n  releaseNamespace: prod\n  values: values.yaml\n",
			facts: map[string]string{"/namespace": `"prod"`, "/nodes/1/replicas": "2"},
		},
		"a generator in its own file": {
			file: "generator.yaml",
			text: "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: x, namespace: y}\nname: redis\nrepo: https://charts.bitnami.com/bitnami\n" +
				"version: 20.1.0\nreleaseName: shop\nnamespace: prod\nvaluesFile: values.yaml\n",
			facts: map[string]string{"/namespace": `"prod"`, "/nodes/1/replicas": "2"},
		},
		"a kustomization by its kind alone": {
			file:  "k.yaml",
			text:  "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n" + chart("valuesFile: values.yaml\n"),
			facts: map[string]string{"/nodes/1/replicas": "2"},
		},
		"a chart that lies beside it": {
			text:  strings.Replace(chart("valuesFile: values.yaml\n"), "  repo: https://charts.bitnami.com/bitnami\n", "", 1),
			facts: map[string]string{"/nodes/1/replicas": "2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.file == "" {
				c.file = "kustomization.yaml"
			}
			found := discoverFiles(t, nil, "a/"+c.file, c.text, "a/values.yaml", values)
			r := onlyRedis(t, found)
			facts(t, r, c.facts)
			if c.unseen == "" && len(r.Unseen) > 0 || c.unseen != "" && (len(r.Unseen) != 1 || r.Unseen[0].Name != c.unseen) {
				t.Errorf("unseen %v, want %q", r.Unseen, c.unseen)
			}
			notices := ""
			for _, n := range found.Notices {
				notices += n.Message
			}
			if c.notices == "" && notices != "" || !strings.Contains(notices, c.notices) {
				t.Errorf("notices %q, want %q", notices, c.notices)
			}
		})
	}
}
