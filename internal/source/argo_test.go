package source

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// application is one whose source has the fields of YAML lines.
func application(source string) string {
	return "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop, namespace: argocd}\nspec:\n  destination: {namespace: prod}\n" +
		"  source:\n    chart: redis\n    repoURL: https://charts.bitnami.com/bitnami\n    targetRevision: 20.1.0\n" + indented(4, source)
}

func TestValuesOfAnApplication(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		source string
		facts  map[string]string
		unseen []string
	}{
		"parameters above values": {
			source: "helm:\n  parameters: [{name: replica.replicaCount, value: '5'}]\n  values: |\n    replica: {replicaCount: 4}\n    master: {persistence: {size: 2Gi}}\n",
			facts:  map[string]string{"/nodes/1/replicas": "5", "/nodes/0/data/size/amount": "2147483648"},
		},
		"valuesObject in place of values": {
			source: "helm:\n  valuesObject: {replica: {replicaCount: 5}}\n  values: |\n    replica: {replicaCount: 4}\n    master: {persistence: {size: 2Gi}}\n",
			facts:  map[string]string{"/nodes/1/replicas": "5", "/nodes/0/data/size/amount": "8589934592"},
		},
		"the chart's own values file": {
			source: "helm: {valueFiles: [values.yaml], releaseName: sessions}\n",
			facts:  map[string]string{"/name": `"sessions-redis"`, "/nodes/1/replicas": "3"},
		},
		"a file within the chart": {
			source: "helm: {valueFiles: [values-prod.yaml], valuesObject: {architecture: standalone}}\n",
			facts:  map[string]string{"/nodes/0/data/size": "unknown"},
			unseen: []string{"values file values-prod.yaml values"},
		},
		"a file of a source that is not in the input": {
			source: "helm: {valueFiles: [$values/prod/redis.yaml], valuesObject: {architecture: standalone}}\n",
			facts:  map[string]string{"/nodes/0/data/size": "unknown"},
			unseen: []string{"values file $values/prod/redis.yaml values"},
		},
		"a parameter from a file": {
			source: "helm: {fileParameters: [{name: replica.replicaCount, path: count}]}\n",
			facts:  map[string]string{"/nodes/1/replicas": "unknown", "/nodes/0/replicas": "1"},
		},
		"a parameter that is forced to be text": {
			source: "helm: {parameters: [{name: replica.replicaCount, value: '5', forceString: true}]}\n",
			facts:  map[string]string{"/nodes/0/replicas": "1"},
		},
		"no helm at all": {facts: map[string]string{"/nodes/1/replicas": "3", "/settings/version": `"20.1.0"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := onlyRedis(t, discoverFiles(t, nil, "app.yaml", application(c.source)))
			facts(t, r, c.facts)
			var unseen []string
			for _, u := range r.Unseen {
				unseen = append(unseen, u.Kind+" "+u.Name+" "+strings.Join(u.Unknown, ", "))
			}
			if diff := cmp.Diff(c.unseen, unseen); diff != "" {
				t.Errorf("unseen (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTemplatesOfAnApplicationSet(t *testing.T) {
	t.Parallel()
	set := func(helm string) string {
		return "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: caches}\nspec:\n  goTemplate: true\n  template:\n" +
			"    metadata: {name: '{{ .name }}-cache'}\n    spec:\n      destination: {namespace: '{{ .name }}'}\n      source:\n" +
			"        chart: redis\n        repoURL: https://charts.bitnami.com/bitnami\n        targetRevision: 20.1.0\n        helm:\n" + indented(10, helm)
	}
	for name, c := range map[string]struct {
		helm  string
		facts map[string]string
		lines map[string]int
	}{
		"in quotes": {
			helm: "valuesObject:\n  replica: {replicaCount: '{{ .replicas }}', persistence: {size: '{{ .size }}'}}\n  master: {persistence: {size: 2Gi}}\n",
			facts: map[string]string{
				"/nodes/1/replicas": "unknown", "/nodes/1/data/size/amount": "unknown", "/nodes/0/data/size/amount": "2147483648",
				"/namespace": `"{{ .name }}"`,
			},
			lines: map[string]int{"/nodes/1/replicas": 16},
		},
		"that are no YAML": {
			helm: "values: |\n  replica:\n    replicaCount: {{ .replicas }}\n    persistence:\n      size: {{ .size }}Gi\n  master: {persistence: {size: {{ .size }}, enabled: true}}\n" +
				"  auth: {enabled: false} # {{ .why }}\n",
			facts: map[string]string{
				"/nodes/1/replicas": "unknown", "/nodes/1/data/size/amount": "unknown", "/nodes/0/data/size/amount": "unknown",
				"/nodes/0/data/kind": `"claim"`,
			},
			lines: map[string]int{"/nodes/1/replicas": 17, "/nodes/1/data/size": 19, "/nodes/0/data/size": 20},
		},
		"that decide which lines there are": {
			helm:  "parameters: [{name: architecture, value: standalone}]\nvalues: |\n  {{- if .large }}\n  master: {persistence: {size: 2Gi}}\n  {{- end }}\n",
			facts: map[string]string{"/nodes/0/data/size": "unknown", "/nodes/0/replicas": "unknown", "/mode": `"standalone"`},
		},
		"in the name of a parameter": {
			helm:  "valuesObject: {architecture: standalone}\nparameters: [{name: '{{ .key }}', value: '1'}]\n",
			facts: map[string]string{"/nodes": "unknown"},
		},
		"in the value of a parameter": {
			helm:  "parameters: [{name: replica.replicaCount, value: '{{ .replicas }}'}]\n",
			facts: map[string]string{"/nodes/1/replicas": "unknown", "/nodes/0/replicas": "1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := onlyRedis(t, discoverFiles(t, nil, "set.yaml", set(c.helm)))
			facts(t, r, c.facts)
			lines(t, r, c.lines)
			if len(r.Settings.Ignored)+len(r.Settings.Invalid) > 0 {
				t.Errorf("settings %+v, want nothing about templates", r.Settings)
			}
		})
	}
}

func TestSeveralSourcesOfAnApplication(t *testing.T) {
	t.Parallel()
	found := discoverFiles(t, nil, "app.yaml", `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop}
spec:
  destination: {namespace: prod}
  source: {chart: redis, repoURL: 'https://charts.bitnami.com/bitnami', targetRevision: 20.1.0} # counts no more
  sources:
  - {chart: valkey, repoURL: registry-1.docker.io/bitnamicharts, targetRevision: 4.0.2}
  - {chart: bitnamicharts/redis-cluster, repoURL: registry-1.docker.io, targetRevision: 13.0.5, helm: {releaseName: sessions}}
  - {chart: redis-ha, repoURL: 'https://dandydeveloper.github.io/charts', targetRevision: 4.0.0}
  - {path: charts/redis, repoURL: 'https://git.example.com/shop'}
`)
	want := []string{
		"prod/sessions-redis-cluster Application, Bitnami redis-cluster 13.0.5 app.yaml", "prod/shop-valkey Application, Bitnami valkey 4.0.2 app.yaml",
	}
	if diff := cmp.Diff(want, named(found)); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
	if len(found.Notices) != 1 || !strings.HasPrefix(found.Notices[0].Message, "chart redis-ha of https://dandydeveloper") {
		t.Errorf("notices %v, want one of redis-ha", found.Notices)
	}
}
