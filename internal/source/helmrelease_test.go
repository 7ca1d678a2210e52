package source

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const bitnamiRelease = `apiVersion: helm.toolkit.fluxcd.io/v2beta2
kind: HelmRelease
metadata: {name: shop, namespace: prod}
spec:
  chart:
    spec: {chart: redis, version: 20.1.0, sourceRef: {kind: HelmRepository, name: bitnami, namespace: flux-system}}
`

func TestChartOfAHelmRelease(t *testing.T) {
	t.Parallel()
	release := func(spec string) string {
		return "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop, namespace: prod}\nspec:\n" + spec
	}
	repository := func(name, url string) string {
		return "---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: " + name + ", namespace: flux-system}\nspec: {url: '" + url + "'}\n"
	}
	from := func(name string) string {
		return release("  chart: {spec: {chart: redis, version: 20.1.0, sourceRef: {kind: HelmRepository, name: " + name + ", namespace: flux-system}}}\n")
	}
	const judged = "prod/shop-redis HelmRelease, Bitnami redis 20.1.0 test.yaml"
	for name, c := range map[string]struct {
		yaml    string
		want    string
		notices string // a part of the only one
	}{
		"a repository named after Bitnami, not in the input": {yaml: from("bitnami"), want: judged},
		"a repository with Bitnami's URL":                    {yaml: from("mirror") + repository("mirror", "oci://registry-1.docker.io/bitnamicharts"), want: judged},
		"a repository with another URL": {
			yaml: from("mirror") + repository("mirror", "https://charts.example.com"), notices: "chart redis of https://charts.example.com is not one of Bitnami's",
		},
		"a repository of Bitnami's name with another URL": {
			yaml: from("bitnami") + repository("bitnami", "https://charts.example.com"), notices: "https://charts.example.com",
		},
		"a repository that nobody can see": {yaml: from("internal"), notices: "chart redis of internal is not one"},
		"a repository that nobody can see, and values that say whose they are": {
			yaml: from("internal") + "  values: {master: {persistence: {size: 1Gi}}}\n", want: judged,
		},
		"no version": {
			yaml: release("  chart: {spec: {chart: redis, sourceRef: {kind: HelmRepository, name: bitnami}}}\n"),
			want: "prod/shop-redis HelmRelease, Bitnami redis 23.1.1 test.yaml", notices: "no version of bitnami/redis is written; judged as 23.1.1",
		},
		"a version that is not known": {
			yaml: release("  chart: {spec: {chart: redis, version: 99.0.0, sourceRef: {kind: HelmRepository, name: bitnami}}}\n"),
			want: "prod/shop-redis HelmRelease, Bitnami redis 23.1.1 test.yaml", notices: "version 99.0.0 of bitnami/redis is not known; judged as 23.1.1",
		},
		"an OCIRepository in the chart's place": {
			yaml: release("  chart: {kind: OCIRepository, spec: {url: 'oci://registry-1.docker.io/bitnamicharts/redis', ref: {semver: ^20.1.0}}}\n"),
			want: "prod/shop-redis HelmRelease, Bitnami redis 20.13.4 test.yaml",
		},
		"a reference to a HelmChart": {
			yaml: release("  chartRef: {kind: HelmChart, name: cache}\n") + "---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmChart\n" +
				"metadata: {name: cache, namespace: prod}\nspec: {chart: redis, version: 20.1.0, sourceRef: {kind: HelmRepository, name: bitnami}}\n",
			want: judged,
		},
		"a reference to an OCIRepository that is not in the input, named after the chart": {
			yaml: release("  chartRef: {kind: OCIRepository, name: bitnami-redis}\n"),
			want: "prod/shop-redis HelmRelease, Bitnami redis 23.1.1 test.yaml", notices: "no version",
		},
		"a chart from a folder":  {yaml: release("  chart: {spec: {chart: ./charts/redis, sourceRef: {kind: GitRepository, name: bitnami}}}\n")},
		"a patch for another":    {yaml: release("  values: {replica: {replicaCount: 2}, redis: {}}\n")},
		"an exporter of metrics": {yaml: strings.ReplaceAll(from("prometheus"), "chart: redis", "chart: redis-exporter")},
		"another namespace and a long name": {
			yaml: strings.Replace(bitnamiRelease, "name: shop,", "name: with-a-nice-object-name,", 1) + "  targetNamespace: a-very-lengthy-target-namespace\n",
			want: "a-very-lengthy-target-namespace/a-very-lengthy-target-namespace-with-a-n-97af5d7f41f3-redis HelmRelease, Bitnami redis 20.1.0 test.yaml",
		},
		"a name of its own": {
			yaml: bitnamiRelease + "  targetNamespace: live\n  storageNamespace: other\n  releaseName: sessions\n",
			want: "live/sessions-redis HelmRelease, Bitnami redis 20.1.0 test.yaml",
		},
		"post-renderers": {
			yaml: bitnamiRelease + "  postRenderers: [{kustomize: {}}]\n", want: judged, notices: "postRenderers of HelmRelease shop may change what the chart makes",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := discoverFiles(t, nil, "test.yaml", c.yaml)
			for _, e := range found.Errors {
				t.Errorf("%s:%d: %s", e.File, e.Line, e.Message)
			}
			if got := strings.Join(named(found), "\n"); got != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
			notices := ""
			for _, n := range found.Notices {
				notices += n.Message + "\n"
			}
			if c.notices == "" && notices != "" || !strings.Contains(notices, c.notices) || strings.Count(notices, "\n") > 1 {
				t.Errorf("notices %q, want %q", notices, c.notices)
			}
		})
	}
}

func TestValuesOfAHelmRelease(t *testing.T) {
	t.Parallel()
	const configMap = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: base, namespace: prod}\n" +
		"data:\n  values.yaml: |\n    replica: {replicaCount: 4}\n    master: {persistence: {size: 3Gi}}\n  size: 2Gi\n"
	for name, c := range map[string]struct {
		spec   string
		facts  map[string]string
		unseen []string
	}{
		"inline above references": {
			spec:  "  values: {replica: {replicaCount: 5}}\n  valuesFrom: [{kind: ConfigMap, name: base}]\n",
			facts: map[string]string{"/nodes/1/replicas": "5", "/nodes/0/data/size/amount": "3221225472"},
		},
		"a target path above both": {
			spec: "  values: {replica: {replicaCount: 5}, master: {persistence: {size: 9Gi}}}\n" +
				"  valuesFrom: [{kind: ConfigMap, name: base, valuesKey: size, targetPath: master.persistence.size}]\n",
			facts: map[string]string{"/nodes/1/replicas": "5", "/nodes/0/data/size/amount": "2147483648"},
		},
		"what lies above something unseen is known": {
			spec: "  values: {architecture: replication, sentinel: {enabled: false}, replica: {replicaCount: 5}}\n" +
				"  valuesFrom: [{kind: Secret, name: hidden}]\n",
			facts:  map[string]string{"/nodes/1/replicas": "5", "/nodes/0/data/size": "unknown", "/nodes/0/memory/limit/amount": "unknown"},
			unseen: []string{"Secret hidden values"},
		},
		"one unseen setting leaves the others known": {
			spec:   "  valuesFrom: [{kind: ConfigMap, name: none, valuesKey: x, targetPath: replica.replicaCount}]\n",
			facts:  map[string]string{"/nodes/0/replicas": "1", "/nodes/1/replicas": "unknown", "/nodes/0/data/size/amount": "8589934592"},
			unseen: []string{"ConfigMap none replica.replicaCount"},
		},
		"all of it unseen": {
			spec:   "  valuesFrom: [{kind: ConfigMap, name: none}]\n",
			facts:  map[string]string{"/nodes": "unknown", "/mode": "unknown", "/settings/kind": `"chart"`, "/name": `"shop"`, "/namespace": `"prod"`},
			unseen: []string{"ConfigMap none values"},
		},
		"files within the chart": {
			spec:   "  values: {architecture: standalone}\n",
			facts:  map[string]string{"/nodes/0/data/size": "unknown", "/mode": `"standalone"`},
			unseen: []string{"values file values-production.yaml values"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			release := bitnamiRelease
			if name == "files within the chart" {
				release = strings.Replace(release, "version:", "valuesFiles: [values.yaml, values-production.yaml], version:", 1)
			}
			r := onlyRedis(t, discoverFiles(t, nil, "test.yaml", release+c.spec+configMap))
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

func TestARedisThatItsChartRefuses(t *testing.T) {
	t.Parallel()
	r := onlyRedis(t, discoverFiles(t, nil, "test.yaml", bitnamiRelease+"  values:\n    architecture: cluster\n"))
	facts(t, r, map[string]string{
		"/nodes": "unknown", "/source": `"bitnami"`, "/flavor": `"HelmRelease, Bitnami redis 20.1.0"`,
		"/settings/invalid/0/key": `"architecture"`, "/settings/invalid/0/value": `"cluster"`, "/settings/invalid/0/instead": `"bitnami/redis-cluster"`,
	})
	lines(t, r, map[string]int{"/settings/invalid/0": 8})
}
