package source

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/manifest"
)

func TestBadInputOfWrappers(t *testing.T) {
	t.Parallel()
	const other = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: other}\nspec: {template: {spec: {containers: [{name: redis, image: 'redis:7'}]}}}\n"
	for name, c := range map[string]struct {
		yaml string
		want []string
	}{
		"values that are a list":      {bitnamiRelease + "  values:\n  - replica\n", []string{"test.yaml:7: values are a seq, not a map"}},
		"references that are no list": {bitnamiRelease + "  valuesFrom:\n    kind: ConfigMap\n", []string{"test.yaml:7: valuesFrom is a map, not a list"}},
		"a reference that is no map":  {bitnamiRelease + "  valuesFrom: [base]\n", nil},
		"values that are no text":     {application("helm:\n  values: {replica: {}}\n"), []string{"test.yaml:11: values are a map, not YAML in a string"}},
		"text that is no map":         {application("helm:\n  values: replica\n"), []string{"test.yaml:11: values are a string, not a map"}},
		"text that is no YAML": {
			application("helm:\n  values: |\n    replica:\n      replicaCount: [2\n"),
			[]string{"test.yaml:13: values: not valid YAML: did not find expected ',' or ']'"},
		},
		"helm that is a string": {application("helm: values.yaml\n"), []string{"test.yaml:10: helm is a string, not a map"}},
		"a parameter without a name": {
			application("helm:\n  parameters:\n  - {value: '3'}\n"), []string{`test.yaml:12: setting "": a name is empty`},
		},
		"a setting below an endless index": {
			application("helm:\n  parameters:\n  - {name: 'a[99999999]', value: '3'}\n"), []string{`test.yaml:12: setting "a[99999999]": index "99999999" is no number up to 1024`},
		},
		"sources that are a map": {
			"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: redis}\nspec: {sources: {chart: redis}}\n", nil,
		},
		"a spec that is a string": {"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: redis}\nspec: redis\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := discoverFiles(t, nil, "test.yaml", c.yaml+other)
			var got []string
			for _, e := range found.Errors {
				got = append(got, fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
			if !slices.ContainsFunc(named(found), func(name string) bool { return strings.HasPrefix(name, "/other ") }) {
				t.Errorf("found %v, and not the other one", named(found))
			}
		})
	}
}

func TestValuesFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	found := discoverFiles(
		t, nil,
		"a/Chart.yaml", "name: shop\ndependencies: [{name: redis, version: 20.1.0, repository: '@bitnami'}]\n",
		"a/values.yaml", "redis: {architecture: standalone}\n", "a/values-prod.yaml", "redis: [\n", "a/values-test.yaml", "redis: on\n",
	)
	var got []string
	for _, e := range found.Errors {
		got = append(got, fmt.Sprintf("%s:%d", e.File, e.Line))
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"a/values-prod.yaml:1", "a/values-test.yaml:1"}, got); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	if !slices.Contains(named(found), "/shop-redis values, Bitnami redis 20.1.0 a/values.yaml") {
		t.Errorf("found %v", named(found))
	}
}

func TestReleasesOfOneNameStayApart(t *testing.T) {
	t.Parallel()
	release := func(cluster, size string) string {
		return "---\n" + bitnamiRelease + "  kubeConfig: {secretRef: {name: " + cluster + "}}\n  values: {architecture: standalone, commonConfiguration: maxmemory " + size + "}\n"
	}
	for name, files := range map[string][]string{
		"in one file":    {"all.yaml", release("east", "100mb") + release("west", "200mb")},
		"in two files":   {"east.yaml", release("east", "100mb"), "west.yaml", release("west", "200mb")},
		"in two folders": {"east/redis.yaml", release("east", "100mb"), "west/redis.yaml", release("west", "200mb")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := discoverFiles(t, nil, files...)
			if len(found.Redis) != 2 || len(found.Errors) > 0 {
				t.Fatalf("found %v, errors %v", named(found), found.Errors)
			}
			for i, r := range found.Redis {
				facts(t, r, map[string]string{"/nodes/0/config/maxmemory/bytes": fmt.Sprint((i + 1) * 100 << 20), "/nodes/1": "unknown"})
				if len(r.Objects) != 1 {
					t.Errorf("Redis %d has %d objects, want 1", i, len(r.Objects))
				}
			}
		})
	}
}

func TestObjectsOfOthersBelongToARelease(t *testing.T) {
	t.Parallel()
	r := onlyRedis(t, discoverFiles(t, nil, "hr.yaml", bitnamiRelease+"  values: {architecture: standalone, existingConfigmap: own}\n",
		"own.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own, namespace: prod}\ndata: {redis.conf: maxmemory 100mb, master.conf: ''}\n",
		"lb.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: lb, namespace: prod}\nspec:\n  type: LoadBalancer\n  ports: [{port: 6379}]\n"+
			"  selector: {app.kubernetes.io/name: redis, app.kubernetes.io/instance: shop}\n"))
	facts(t, r, map[string]string{"/nodes/0/config/maxmemory/bytes": fmt.Sprint(100 << 20)})
	var names []string
	for _, o := range r.Objects {
		names = append(names, o.Kind+" "+o.Name)
	}
	if diff := cmp.Diff([]string{"HelmRelease shop", "ConfigMap own", "Service lb"}, names); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
}

// A cluster holds wrappers too, and there the objects they lead to as well.
func TestWrappersAreForFiles(t *testing.T) {
	t.Parallel()
	for _, w := range wrappers {
		for _, kind := range w.kinds {
			if slices.Contains(Kinds(), kind) || slices.Contains(Observed(), kind) || slices.Contains(Supporting(), kind) {
				t.Errorf("%s is watched in a cluster", kind)
			}
		}
	}
}

func TestDormantValuesAreWoken(t *testing.T) {
	t.Parallel()
	inputs := []manifest.Input{
		{Name: "chart.yaml", Data: []byte("apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: cache}\nspec: {url: 'oci://x/bitnamicharts/redis', ref: {tag: 20.1.0}}\n")},
		{Name: "release.yaml", Data: []byte("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop}\nspec:\n  chartRef: {kind: OCIRepository, name: cache}\n  valuesFrom: [{kind: ConfigMap, name: conf}]\n")},
		{Name: "values.yaml", Data: []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata:\n  values.yaml: 'architecture: standalone'\n")},
		{Name: "other.yaml", Data: []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n")},
	}
	set := manifest.Decode(inputs, manifest.Options{Sign: Sign})
	if len(set.Objects) != 1 || set.Stats.Dormant != 3 {
		t.Fatalf("decoded %d objects, %+v", len(set.Objects), set.Stats)
	}
	r := onlyRedis(t, Discover(set))
	facts(t, r, map[string]string{"/mode": `"standalone"`, "/name": `"shop-redis"`})
	if set.Stats.Dormant != 1 {
		t.Errorf("%d documents are dormant, want the other one", set.Stats.Dormant)
	}
}

func TestReleasesAreBounded(t *testing.T) {
	t.Parallel()
	var sources strings.Builder
	for range maxReleases + 1 {
		sources.WriteString("  - {chart: redis, repoURL: registry-1.docker.io/bitnamicharts, targetRevision: 20.1.0}\n")
	}
	set := manifest.Decode([]manifest.Input{{Name: "app.yaml", Data: []byte(
		"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop}\nspec:\n  sources:\n" + sources.String(),
	)}}, manifest.Options{Sign: Sign})
	x := newIndex(set)
	if got := len(x.bounded(x.askedFor(nil))); got != maxReleases {
		t.Errorf("%d releases are judged, want %d", got, maxReleases)
	}
	if len(x.problems) != 1 || x.problems[0].Line != 1 {
		t.Errorf("problems %v, want one", x.problems)
	}
}

// FuzzWrappers looks for documents that break what reads them: wrappers, the
// values in them and what the charts make of those.
func FuzzWrappers(f *testing.F) {
	f.Add(bitnamiRelease+"  values:\n"+indented(4, wrappedValues), "")
	f.Add(bitnamiRelease+"  valuesFrom: [{kind: ConfigMap, name: a}, {kind: ConfigMap, name: a, targetPath: 'a.b[1].c'}]\n"+
		"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: prod}\ndata: {values.yaml: 'replica: {replicaCount: 2}'}\n", "")
	f.Add(application("helm:\n  parameters: [{name: replica.replicaCount, value: '{1,2}'}]\n  values: |\n    replica: {replicaCount: {{ .x }}}\n"), "")
	f.Add("dependencies: [{name: redis, alias: cache, repository: '@bitnami', condition: 'a.b,cache.enabled'}]\n", "cache: {enabled: true}\nglobal: {storageClass: a}\n")
	f.Add("helmCharts: [{name: valkey, repo: bitnami, valuesFile: values.yaml, valuesInline: {primary: &a {b: *a}}}]\n", "primary: {}\n")
	f.Fuzz(func(t *testing.T, text, values string) {
		var inputs []manifest.Input
		for _, name := range []string{"a.yaml", "Chart.yaml", "kustomization.yaml"} {
			inputs = append(inputs, manifest.Input{Name: name, Data: []byte(text)})
		}
		inputs = append(inputs, manifest.Input{Name: "values.yaml", Data: []byte(values)})
		set := manifest.Decode(inputs, manifest.Options{Sign: Sign, MaxDocumentBytes: 1 << 16})
		for _, r := range Discover(set, Chart{Reference: "bitnami/redis"}).Redis {
			if r.Origin.Position().Line < 1 {
				t.Errorf("Redis %s is nowhere", r.Name)
			}
			r.Encode()
		}
	})
}
