package render_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/render"
)

const (
	baseKustomization = "resources: [redis.yaml]\nconfigMapGenerator:\n- {name: conf, files: [redis.conf]}\n"
	baseRedis         = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis}
spec: {replicas: 1, template: {spec: {volumes: [{name: conf, configMap: {name: conf}}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: redis, annotations: {a: b}}
`
	replicas = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: redis}\nspec: {replicas: 3}\n"
)

func kustomize(t *testing.T, k render.Kustomization) *render.Rendered {
	t.Helper()
	rendered, err := small().Kustomize(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	return rendered
}

func TestKustomizationsAreBuilt(t *testing.T) {
	t.Parallel()
	folder := write(t, map[string]string{
		"base/kustomization.yaml": baseKustomization,
		"base/redis.yaml":         baseRedis,
		"base/redis.conf":         "maxmemory 1gb\n",
		"prod/kustomization.yml":  "resources: [../base]\nnamePrefix: prod-\npatches: [{path: replicas.yaml}]\ncomponents: [../more]\n",
		"prod/replicas.yaml":      replicas,
		"more/Kustomization":      "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nlabels: [{pairs: {more: \"true\"}}]\n",
	})
	got := kustomize(t, render.Kustomization{Path: filepath.Join(folder, "prod"), Root: folder})
	if len(got.Errors) > 0 {
		t.Fatal(got.Errors)
	}
	var documents []string
	for _, d := range got.Documents {
		documents = append(documents, within(folder, d.File)+"\n"+string(d.Text))
	}
	want := []string{
		`base/redis.yaml
apiVersion: apps/v1
kind: StatefulSet
metadata:
  labels:
    more: "true"
  name: prod-redis
spec:
  replicas: 3
  template:
    spec:
      volumes:
      - configMap:
          name: prod-conf-dcmcffb778
        name: conf
`,
		"base/redis.yaml\napiVersion: v1\nkind: Service\nmetadata:\n  annotations:\n    a: b\n  labels:\n    more: \"true\"\n  name: prod-redis\n",
		`base/kustomization.yaml
apiVersion: v1
data:
  redis.conf: |
    maxmemory 1gb
kind: ConfigMap
metadata:
  labels:
    more: "true"
  name: prod-conf-dcmcffb778
`,
	}
	if diff := cmp.Diff(want, documents); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestErrorsOfKustomizations(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		files     map[string]string
		want      []string // errors
		documents int
	}{
		"what is remote is not fetched, and the rest is built": {
			files: map[string]string{
				"kustomization.yaml": "resources:\n- redis.yaml\n- https://example.com/a.yaml\n- github.com/org/repo//base?ref=v1\n- git@github.com:org/repo.git\n- ssh://git@host/repo\nnamePrefix: a-\n",
				"redis.yaml":         baseRedis,
			},
			want: []string{
				"kustomization.yaml:3: https://example.com/a.yaml is remote and is not fetched",
				"kustomization.yaml:4: github.com/org/repo//base?ref=v1 is remote and is not fetched",
				"kustomization.yaml:5: git@github.com:org/repo.git is remote and is not fetched",
				"kustomization.yaml:6: ssh://git@host/repo is remote and is not fetched",
			},
			documents: 2,
		},
		"what is not there is told with its line": {
			files: map[string]string{
				"kustomization.yaml": "resources:\n- redis.yaml\n- nowhere.yaml\npatches:\n- target: {kind: Service}\n  path: none.yaml\n",
				"redis.yaml":         baseRedis,
			},
			want:      []string{"kustomization.yaml:3: nowhere.yaml: no such file or folder", "kustomization.yaml:6: none.yaml: no such file or folder"},
			documents: 2,
		},
		"nothing outside the root is read": {
			files: map[string]string{"kustomization.yaml": "resources: [../base]\nconfigMapGenerator: [{name: a, files: [p=/etc/passwd]}]\n"},
			want: []string{
				"kustomization.yaml:1: ../base: leads out of the folder that may be read",
				"kustomization.yaml: loading KV pairs: file sources: [p=/etc/passwd]: read /etc/passwd: leads out of the folder that may be read",
			},
		},
		"no link out of the root is followed": {
			files: map[string]string{
				"kustomization.yaml": "resources: [redis.yaml, folder]\nsecretGenerator: [{name: a, files: [folder/passwd]}]\n",
				"redis.yaml":         "->/etc/hosts",
				"folder":             "->../../../../../../../etc",
			},
			want: []string{
				"kustomization.yaml:1: redis.yaml: symbolic link leads out of the folder",
				"kustomization.yaml:1: folder: leads out of the folder that may be read",
				"kustomization.yaml: loading KV pairs: file sources: [folder/passwd]: read folder/passwd: leads out of the folder that may be read",
			},
		},
		"a kustomization in itself": {
			files: map[string]string{"kustomization.yaml": "resources: [sub]\n", "sub/kustomization.yaml": "resources: [..]\n"},
			want:  []string{"cycle detected"},
		},
		"a kustomization in itself by a link": {
			files: map[string]string{"kustomization.yaml": "resources: [sub]\n", "sub": "->."},
			want:  []string{"cycle detected"},
		},
		"a field that kustomize does not know": {
			files: map[string]string{"kustomization.yaml": "resource: [redis.yaml]\n"},
			want:  []string{`kustomization.yaml: invalid Kustomization: json: unknown field "resource"`},
		},
		"a kustomization that is not YAML": {
			files: map[string]string{"kustomization.yaml": "resources: [\n"},
			want:  []string{"kustomization.yaml:1: not valid YAML"},
		},
		"a resource that is not YAML": {
			files: map[string]string{"kustomization.yaml": "resources: [redis.yaml]\n", "redis.yaml": baseRedis + "---\na: [\n"},
			want:  []string{"redis.yaml:10: not valid YAML"},
		},
		"two kustomization files": {
			files: map[string]string{"kustomization.yaml": "resources: []\n", "kustomization.yml": "resources: []\n"},
			want:  []string{"Found multiple kustomization files"},
		},
		"none": {
			files: map[string]string{"redis.yaml": baseRedis},
			want:  []string{": unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '<folder>'"},
		},
		"a generator that is a program": {
			files: map[string]string{
				"kustomization.yaml": "generators: [run.yaml]\n",
				"run.yaml":           "apiVersion: example.com/v1\nkind: Run\nmetadata: {name: a, annotations: {config.kubernetes.io/function: \"exec: {path: /bin/true}\"}}\n",
			},
			want: []string{"external plugins disabled"},
		},
		"a bomb": {
			files: map[string]string{"kustomization.yaml": aliasBomb()},
			want:  []string{"kustomization.yaml"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := write(t, test.files)
			got := kustomize(t, render.Kustomization{Path: folder})
			errs := errorsOf(folder, got)
			matching := len(errs) == len(test.want)
			for i := range test.want {
				matching = matching && strings.Contains(errs[i], test.want[i])
			}
			if !matching {
				t.Errorf("errors (-want +got):\n%s", cmp.Diff(test.want, errs))
			}
			if len(got.Documents) != test.documents {
				t.Errorf("%d documents, want %d", len(got.Documents), test.documents)
			}
		})
	}
}

func TestHelmChartsAreNamedAndNotInflated(t *testing.T) {
	t.Parallel()
	folder := write(t, map[string]string{
		"prod/kustomization.yaml": `resources: [../base]
helmGlobals: {chartHome: vendor}
helmCharts:
- {name: redis, version: 20.0.0, repo: https://charts.example.com}
- {name: valkey}
generators: [chart.yaml]
`,
		"prod/chart.yaml": "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: a}\nname: other\n",
		"prod/vendor/redis-20.0.0/redis/Chart.yaml": "name: redis\n",
		"base/kustomization.yaml":                   "resources: [redis.yaml]\nHelmChartInflationGenerator: [{chartName: old, chartHome: home}]\n",
		"base/home/old/Chart.yaml":                  "name: old\n",
		"base/redis.yaml":                           baseRedis,
	})
	got := kustomize(t, render.Kustomization{Path: filepath.Join(folder, "prod"), Root: folder})
	for i := range got.HelmCharts {
		c := &got.HelmCharts[i]
		c.File, c.Folder = within(folder, c.File), within(folder, c.Folder)
	}
	want := []render.HelmChart{
		{File: "prod/kustomization.yaml", Path: manifest.Path{"helmCharts", "0"}, Folder: "prod/vendor/redis-20.0.0/redis"},
		{File: "prod/kustomization.yaml", Path: manifest.Path{"helmCharts", "1"}},
		{File: "prod/chart.yaml"},
		{File: "base/kustomization.yaml", Path: manifest.Path{"HelmChartInflationGenerator", "0"}, Folder: "base/home/old"},
	}
	if diff := cmp.Diff(want, got.HelmCharts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(got.Errors) > 0 || len(got.Documents) != 2 {
		t.Errorf("errors %v, %d documents", got.Errors, len(got.Documents))
	}
}
