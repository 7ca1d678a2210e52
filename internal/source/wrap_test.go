package source

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// discoverFiles reads files, each given by its name and its text.
func discoverFiles(t *testing.T, asked []Chart, files ...string) Discovery {
	t.Helper()
	var inputs []manifest.Input
	for pair := range slices.Chunk(files, 2) {
		inputs = append(inputs, manifest.Input{Name: pair[0], Data: []byte(pair[1])})
	}
	set := manifest.Decode(inputs, manifest.Options{Sign: Sign})
	found := Discover(set, asked...)
	found.Errors = append(set.Errors, found.Errors...)
	return found
}

// onlyRedis is the only Redis that was found, without errors.
func onlyRedis(t *testing.T, found Discovery) *topology.Redis {
	t.Helper()
	for _, e := range found.Errors {
		t.Errorf("%s:%d: %s", e.File, e.Line, e.Message)
	}
	if len(found.Redis) != 1 {
		t.Fatalf("found %d Redis, want 1", len(found.Redis))
	}
	return found.Redis[0]
}

// indented puts blanks before each line.
func indented(blanks int, text string) string {
	return strings.ReplaceAll("\n"+strings.TrimSuffix(text, "\n"), "\n", "\n"+strings.Repeat(" ", blanks))[1:] + "\n"
}

const wrappedValues = `architecture: replication
sentinel:
  enabled: true
replica:
  replicaCount: 2
  resources:
    limits: {memory: 1Gi}
commonConfiguration: |-
  maxmemory 900mb
`

func TestSameValuesInEachWrapper(t *testing.T) {
	t.Parallel()
	const helmRelease = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop, namespace: prod}\nspec:\n"
	const bitnami = "  chart:\n    spec: {chart: redis, version: 20.1.0, sourceRef: {kind: HelmRepository, name: bitnami}}\n"
	const application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop, namespace: argocd}\nspec:\n" +
		"  destination: {namespace: prod}\n"
	const source = "chart: redis, repoURL: registry-1.docker.io/bitnamicharts, targetRevision: 20.1.0"
	for name, c := range map[string]struct {
		files  []string
		asked  []Chart
		file   string // that holds the values
		before int    // lines before them
		key    string // before each of theirs
		flavor string
		bare   bool // no name and no namespace
	}{
		"the values of a HelmRelease": {
			files: []string{"hr.yaml", helmRelease + bitnami + "  values:\n" + indented(4, wrappedValues)},
			file:  "hr.yaml", before: 7, flavor: "HelmRelease",
		},
		"a ConfigMap that a HelmRelease takes its values from": {
			files: []string{
				"hr.yaml", helmRelease + bitnami + "  valuesFrom: [{kind: ConfigMap, name: shop-values}]\n",
				"cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop-values, namespace: prod}\ndata:\n  values.yaml: |\n" + indented(4, wrappedValues),
			},
			file: "cm.yaml", before: 5, flavor: "HelmRelease",
		},
		"a HelmRelease with a reference to an OCIRepository": {
			files: []string{
				"hr.yaml", helmRelease + "  chartRef: {kind: OCIRepository, name: shop-chart}\n  values:\n" + indented(4, wrappedValues),
				"oci.yaml", "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: shop-chart, namespace: prod}\n" +
					"spec: {url: 'oci://registry-1.docker.io/bitnamicharts/redis', ref: {tag: 20.1.0}}\n",
			},
			file: "hr.yaml", before: 6, flavor: "HelmRelease",
		},
		"values in the text of an Application": {
			files: []string{"app.yaml", application + "  source:\n    chart: redis\n    repoURL: https://charts.bitnami.com/bitnami\n" +
				"    targetRevision: 20.1.0\n    helm:\n      values: |\n" + indented(8, wrappedValues)},
			file: "app.yaml", before: 11, flavor: "Application",
		},
		"the valuesObject of an Application": {
			files: []string{"app.yaml", application + "  sources:\n  - {repoURL: 'https://git.example.com/shop', ref: values}\n  - chart: redis\n" +
				"    repoURL: registry-1.docker.io/bitnamicharts\n    targetRevision: 20.1.0\n    helm:\n      valuesObject:\n" + indented(8, wrappedValues)},
			file: "app.yaml", before: 12, flavor: "Application",
		},
		"a file of another source of an Application": {
			files: []string{
				"apps/app.yaml", application + "  sources:\n  - {repoURL: 'https://git.example.com/shop', ref: values}\n" +
					"  - {" + source + ", helm: {valueFiles: [$values/env/prod/redis.yaml]}}\n",
				"env/prod/redis.yaml", wrappedValues,
				"env/test/redis.yaml", "replica: {replicaCount: 3}\n",
			},
			file: "env/prod/redis.yaml", flavor: "Application",
		},
		"an ApplicationSet": {
			files: []string{"set.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all}\nspec:\n  template:\n" +
				"    metadata: {name: shop}\n    spec:\n      destination: {namespace: prod}\n      source:\n        " + strings.ReplaceAll(source, ", ", "\n        ") +
				"\n        helm:\n          values: |\n" + indented(12, wrappedValues)},
			file: "set.yaml", before: 14, flavor: "ApplicationSet",
		},
		"the inline values of a kustomization": {
			files: []string{"kustomization.yaml", "namespace: prod\nhelmCharts:\n- name: redis\n  repo: oci://registry-1.docker.io/bitnamicharts\n  version: 20.1.0\n" +
				"  releaseName: shop\n  valuesInline:\n" + indented(4, wrappedValues)},
			file: "kustomization.yaml", before: 7, flavor: "kustomization",
		},
		"a values file of a kustomization": {
			files: []string{
				"a/kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nhelmCharts:\n" +
					"- {name: redis, repo: 'https://charts.bitnami.com/bitnami', version: 20.1.0, releaseName: shop, namespace: prod, valuesFile: conf/redis.yaml}\n",
				"a/conf/redis.yaml", wrappedValues,
			},
			file: "a/conf/redis.yaml", flavor: "kustomization",
		},
		"the values of a chart that has redis as a dependency": {
			files: []string{
				"shop/Chart.yaml", "apiVersion: v2\nname: shop\ndependencies:\n- {name: redis, alias: cache, version: 20.1.0, repository: 'https://charts.bitnami.com/bitnami'}\n",
				"shop/values.yaml", "image: shop:1\ncache:\n" + indented(2, wrappedValues),
			},
			file: "shop/values.yaml", before: 2, key: "cache.", flavor: "values", bare: true,
		},
		"a file that the caller calls values of a chart": {
			files: []string{"redis.yaml", wrappedValues},
			asked: []Chart{{Reference: "bitnami/redis", Version: "20.1.0"}},
			file:  "redis.yaml", flavor: "values", bare: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := onlyRedis(t, discoverFiles(t, c.asked, c.files...))
			want := map[string]string{
				"/source": `"bitnami"`, "/flavor": `"` + c.flavor + `, Bitnami redis 20.1.0"`, "/mode": `"sentinel"`,
				"/name": `"shop-redis"`, "/namespace": `"prod"`,
				"/nodes/0/replicas": "2", "/nodes/0/memory/limit/amount": "1073741824",
				"/nodes/0/config/maxmemory/bytes": "943718400", "/master_groups/0/sentinels": "2",
				"/settings/name": `"bitnami/redis"`, "/settings/version": `"20.1.0"`,
			}
			if c.bare {
				delete(want, "/name")
				want["/namespace"] = `""`
			}
			facts(t, r, want)
			type place struct {
				file, key string
				line      int
			}
			at := func(line int, key string) place {
				if line > 0 {
					line += c.before
				}
				return place{c.file, c.key + key, line}
			}
			for pointer, want := range map[string]place{
				"/nodes/0/replicas":         at(5, "replica.replicaCount"),
				"/nodes/0/memory/limit":     at(7, "replica.resources.limits.memory"),
				"/nodes/0/cpu/request":      at(6, "replica.resources.requests.cpu"),
				"/nodes/0/config/maxmemory": at(9, "commonConfiguration"),
			} {
				origin, err := r.Place(pointer)
				if err != nil {
					t.Fatal(err)
				}
				ref, _ := origin.Object.Written(origin.Path, origin.Offset)
				got := place{ref.Object.File, ref.Key, origin.Position().Line}
				if diff := cmp.Diff(want, got, cmp.AllowUnexported(place{})); diff != "" {
					t.Errorf("place of %s (-want +got):\n%s", pointer, diff)
				}
			}
			for _, o := range r.Objects {
				if _, derived := o.Written(nil, 0); derived {
					t.Errorf("its objects have a %s %s that nobody wrote", o.Kind, o.Name)
				}
			}
		})
	}
}
