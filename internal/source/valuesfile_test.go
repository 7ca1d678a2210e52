package source

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/topology"
)

// named lists what was found: name, flavor and the file that it is written in.
func named(found Discovery) []string {
	var names []string
	for _, r := range found.Redis {
		names = append(names, r.Namespace+"/"+r.Name+" "+r.Flavor+" "+r.Origin.Object.File)
	}
	return names
}

func TestValuesFilesOfACharts(t *testing.T) {
	t.Parallel()
	const redis = "dependencies: [{name: redis, version: ^20.0.0, repository: '@bitnami'}]\n"
	for name, c := range map[string]struct {
		files []string
		want  []string
	}{
		"each file beside Chart.yaml, above values.yaml": {
			[]string{
				"a/Chart.yaml", "name: shop\n" + redis, "a/values.yaml", "redis: {architecture: standalone}\n",
				"a/values-prod.yaml", "redis: {replica: {replicaCount: 5}}\n", "a/other.yaml", "redis: {}\n",
			},
			[]string{
				"/shop-redis values, Bitnami redis 20.13.4 a/values-prod.yaml", "/shop-redis values, Bitnami redis 20.13.4 a/values.yaml",
			},
		},
		"files in folders of the chart that set something of it": {
			[]string{
				"Chart.yaml", "name: shop\n" + redis, "env/prod/values.yaml", "redis: {auth: {enabled: false}}\n",
				"env/other/values.yaml", "web: {}\n", "ci/test-values.yaml", "redis: {}\n", "charts/web/values.yaml", "redis: {}\n",
			},
			[]string{"/shop-redis values, Bitnami redis 20.13.4 env/prod/values.yaml"},
		},
		"no values at all": {
			[]string{"a/Chart.yaml", "name: shop\n" + redis},
			[]string{"/shop-redis values, Bitnami redis 20.13.4 a/Chart.yaml"},
		},
		"requirements.yaml of Helm 2": {
			[]string{"a/Chart.yaml", "name: redis-shop\n", "a/requirements.yaml", redis, "a/values.yaml", "redis: {}\n"},
			[]string{"/redis-shop values, Bitnami redis 20.13.4 a/values.yaml"},
		},
		"a dependency that a condition switches off in one file": {
			[]string{
				"a/Chart.yaml", "name: shop\ndependencies: [{name: redis, version: 20.1.0, repository: 'https://charts.bitnami.com/bitnami', condition: redis.enabled}]\n",
				"a/values.yaml", "redis: {enabled: true}\n", "a/values-test.yaml", "redis: {enabled: false}\n",
			},
			[]string{"/shop-redis values, Bitnami redis 20.1.0 a/values.yaml"},
		},
		"a chart within a chart": {
			[]string{
				"a/Chart.yaml", "name: platform\ndependencies: [{name: data, repository: 'file://../data', version: 1.0.0}] # with redis\n",
				"a/values.yaml", "data: {redis: {replica: {replicaCount: 4}}}\n",
				"data/Chart.yaml", "name: data\n" + redis, "data/values.yaml", "redis: {architecture: replication}\n",
			},
			[]string{
				"/data-redis values, Bitnami redis 20.13.4 data/values.yaml", "/platform-redis values, Bitnami redis 20.13.4 a/values.yaml",
			},
		},
		"a chart whose dependency lies in charts, in the version there": {
			[]string{
				"a/Chart.yaml", "name: shop\n" + redis, "a/values.yaml", "redis: {}\n",
				"a/charts/redis/Chart.yaml", "name: redis\nversion: 20.2.0\nhome: https://bitnami.com\n", "a/charts/redis/values.yaml", "architecture: replication\n",
			},
			[]string{"/shop-redis values, Bitnami redis 20.2.0 a/values.yaml"},
		},
		"a chart of Bitnami's itself": {
			[]string{
				"redis/Chart.yaml", "name: redis\nversion: 20.2.0\nsources: [https://github.com/bitnami/charts/tree/main/bitnami/redis]\n",
				"redis/values.yaml", "architecture: standalone\n", "redis/values-prod.yaml", "auth: {enabled: false}\n",
			},
			[]string{"/redis values, Bitnami redis 20.2.0 redis/values-prod.yaml", "/redis values, Bitnami redis 20.2.0 redis/values.yaml"},
		},
		"charts of others": {
			[]string{
				"a/Chart.yaml", "name: redis\nversion: 1.0.0\n", "a/values.yaml", "architecture: standalone\n",
				"b/Chart.yaml", "name: b\ndependencies: [{name: redis, repository: 'https://charts.example.com', version: 1.0.0}]\n", "b/values.yaml", "redis: {}\n",
			},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := discoverFiles(t, nil, c.files...)
			for _, e := range found.Errors {
				t.Errorf("%s:%d: %s", e.File, e.Line, e.Message)
			}
			got := named(found)
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLayersOfValuesFiles(t *testing.T) {
	t.Parallel()
	found := discoverFiles(
		t, nil,
		"a/Chart.yaml", "name: shop\ndependencies: [{name: redis, alias: cache, version: 20.1.0, repository: '@bitnami'}]\n",
		"a/values.yaml", "global: {storageClass: slow}\ncache:\n  global: {storageClass: lost}\n  replica: {replicaCount: 4}\n  master: {persistence: {size: 3Gi}}\n",
		"a/values-prod.yaml", "cache:\n  replica:\n    replicaCount: 5\n",
	)
	i := slices.IndexFunc(found.Redis, func(r *topology.Redis) bool { return r.Origin.Object.File == "a/values-prod.yaml" })
	if i < 0 {
		t.Fatalf("found %v", named(found))
	}
	r := found.Redis[i]
	facts(t, r, map[string]string{
		"/nodes/1/replicas": "5", "/nodes/0/data/size/amount": "3221225472", "/nodes/0/data/class/name": `"slow"`,
	})
	for pointer, want := range map[string]string{
		"/nodes/1/replicas": "a/values-prod.yaml cache.replica.replicaCount", "/nodes/0/data/size": "a/values.yaml cache.master.persistence.size",
		"/nodes/0/data/class": "a/values.yaml global.storageClass",
	} {
		origin, err := r.Place(pointer)
		if err != nil {
			t.Fatal(err)
		}
		ref, _ := origin.Object.Written(origin.Path, origin.Offset)
		if got := ref.Object.File + " " + ref.Key; got != want {
			t.Errorf("%s is written at %s, want %s", pointer, got, want)
		}
	}
	var files []string
	for _, o := range r.Objects {
		files = append(files, o.File)
	}
	slices.Sort(files)
	if diff := cmp.Diff([]string{"a/values-prod.yaml", "a/values.yaml"}, files); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
}

func TestChartOfTheCaller(t *testing.T) {
	t.Parallel()
	parsed, err := ParseChart("bitnami/valkey@4.0.2")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Chart{Reference: "bitnami/valkey", Version: "4.0.2"}, parsed); diff != "" {
		t.Errorf("chart (-want +got):\n%s", diff)
	}
	for _, text := range []string{"", "redis", "bitnami/kafka", "./redis", "@1.0.0"} {
		if _, err := ParseChart(text); err == nil {
			t.Errorf("%q is a chart", text)
		}
	}
	files := []string{
		"a.yaml", "primary: {}\n", "b.yaml", "redis: {replica: {replicaCount: 2}}\n", "c.yaml", "redis: {replica: {replicaCount: 4}}\n",
		"d.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\n",
	}
	if diff := cmp.Diff([]string{
		"/valkey values, Bitnami valkey 4.0.2 a.yaml", "/valkey values, Bitnami valkey 4.0.2 b.yaml", "/valkey values, Bitnami valkey 4.0.2 c.yaml",
	}, named(discoverFiles(t, []Chart{parsed}, files...))); diff != "" {
		t.Errorf("each file (-want +got):\n%s", diff)
	}
	asked := Chart{
		Reference: "@bitnami/redis", Version: "20.1.0", Release: "shop", Namespace: "prod",
		Files: []string{"b.yaml", "c.yaml"}, Keys: []string{"redis"}, Set: []string{"redis.master.persistence.size=2Gi,web.replicas=3"},
	}
	r := onlyRedis(t, discoverFiles(t, []Chart{asked}, files...))
	facts(t, r, map[string]string{"/name": `"shop-redis"`, "/namespace": `"prod"`, "/nodes/1/replicas": "4", "/nodes/0/data/size/amount": "2147483648"})
}
