package chart_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/chart"
	"github.com/redislint/redislint/internal/manifest"
)

// render derives what a chart makes of one layer of values.
func render(t testing.TB, chartName, version, values string) *chart.Rendered {
	t.Helper()
	owner := valuesOf(t, "values.yaml", values)
	out, err := chart.Render(chart.Release{
		Chart: chartName, Version: version, Name: "shop", Owner: owner,
		Layers: []chart.Layer{{Object: owner, Path: manifest.Path{"values"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// find returns the object of a kind and name.
func find(t testing.TB, out *chart.Rendered, kind, name string) *manifest.Object {
	t.Helper()
	var have []string
	for _, o := range out.Objects {
		if o.Kind == kind && o.Name == name {
			return o
		}
		have = append(have, o.Kind+"/"+o.Name)
	}
	t.Fatalf("no %s %s among %s", kind, name, strings.Join(have, " "))
	return nil
}

func TestWorkloads(t *testing.T) {
	t.Parallel()
	for sentence, test := range map[string]struct {
		chart, version, values string
		want                   []string // workloads with their replicas and containers
	}{
		"redis is a master and three replicas by default": {
			"redis", "23.1.1", "{}",
			[]string{"StatefulSet shop-redis-master 1 redis", "StatefulSet shop-redis-replicas 3 redis"},
		},
		"standalone is a master alone": {
			"redis", "17.0.0", "architecture: standalone", []string{"StatefulSet shop-redis-master 1 redis"},
		},
		"a master may be a Deployment": {
			"redis", "20.0.0", "architecture: standalone\nmaster: {kind: Deployment}", []string{"Deployment shop-redis-master 1 redis"},
		},
		"with Sentinels there is one workload": {
			"redis", "23.1.1", "sentinel: {enabled: true}\nreplica: {replicaCount: 5}", []string{"StatefulSet shop-redis-node 5 redis,sentinel"},
		},
		"redis 12 has two nodes": {
			"redis", "12.10.1", "sentinel: {enabled: true}", []string{"StatefulSet shop-redis-node 2 redis,sentinel"},
		},
		"redis 10 has Sentinels in both workloads": {
			"redis", "10.9.0", "sentinel: {enabled: true}",
			[]string{"StatefulSet shop-redis-master 1 redis,sentinel", "StatefulSet shop-redis-slave 2 redis,sentinel"},
		},
		"redis 13 is alone without cluster.enabled": {
			"redis", "13.0.0", "cluster: {enabled: false}", []string{"StatefulSet shop-redis-master 1 redis"},
		},
		"valkey has a primary": {
			"valkey", "4.0.2", "{}",
			[]string{"StatefulSet shop-valkey-primary 1 valkey", "StatefulSet shop-valkey-replicas 3 valkey"},
		},
		"valkey 1 had a master": {
			"valkey", "1.0.3", "architecture: standalone", []string{"StatefulSet shop-valkey-master 1 valkey"},
		},
		"redis-cluster is six nodes": {
			"redis-cluster", "13.0.5", "{}", []string{"StatefulSet shop-redis-cluster 6 shop-redis-cluster"},
		},
		"redis-cluster waits for the addresses of its load balancers": {
			"redis-cluster", "13.0.5", "cluster: {externalAccess: {enabled: true}}", nil,
		},
		"valkey-cluster names its container after itself": {
			"valkey-cluster", "3.0.0", "cluster: {nodes: 8}\nfullnameOverride: carts", []string{"StatefulSet carts 8 carts"},
		},
		"the exporter and side-cars come last": {
			"redis", "23.1.1", "architecture: standalone\nmetrics: {enabled: true}\nmaster: {sidecars: [{name: log}]}",
			[]string{"StatefulSet shop-redis-master 1 redis,metrics,log"},
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, o := range render(t, test.chart, test.version, test.values).Objects {
				template := o.Root.Get("spec", "template", "spec", "containers")
				if template == nil {
					continue
				}
				var containers []string
				for _, c := range template.Items() {
					containers = append(containers, c.Get("name").Text())
				}
				got = append(got, fmt.Sprintf("%s %s %s %s", o.Kind, o.Name, o.Root.Get("spec", "replicas").Text(), strings.Join(containers, ",")))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("workloads (-want +got):\n%s", diff)
			}
		})
	}
}

func TestInvalid(t *testing.T) {
	t.Parallel()
	for sentence, test := range map[string]struct {
		chart, values string
		want          chart.Invalid
	}{
		"redis has no architecture cluster": {
			"redis", "architecture: cluster\nresources: {limits: {memory: 2Gi}}",
			chart.Invalid{Value: "cluster", Allowed: []string{"standalone", "replication"}, Instead: "bitnami/redis-cluster"},
		},
		"valkey has none either": {
			"valkey", "architecture: cluster",
			chart.Invalid{Value: "cluster", Allowed: []string{"standalone", "replication"}, Instead: "bitnami/valkey-cluster"},
		},
		"Sentinels take a replication": {
			"redis", "architecture: standalone\nsentinel: {enabled: true}",
			chart.Invalid{Value: "standalone", Allowed: []string{"replication"}},
		},
		"a preset has to be one of the chart's": {
			"redis", "master: {resourcesPreset: huge}",
			chart.Invalid{Value: "huge", Allowed: []string{"none", "2xlarge", "large", "medium", "micro", "nano", "small", "xlarge"}},
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			out := render(t, test.chart, "", test.values)
			if len(out.Invalid) != 1 {
				t.Fatalf("got %v, want one", out.Invalid)
			}
			got := out.Invalid[0]
			got.Ref = manifest.Ref{}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("invalid (-want +got):\n%s", diff)
			}
			if len(out.Objects) > 0 || len(out.Ignored) > 0 {
				t.Errorf("got %d objects and %v ignored, want none: the chart fails", len(out.Objects), out.Ignored)
			}
		})
	}
}

func TestPresets(t *testing.T) {
	t.Parallel()
	const mi = 1 << 20
	for sentence, test := range map[string]struct {
		chart, version, values string
		want                   []string
	}{
		"nano is the default":              {"redis", "23.1.1", "architecture: standalone", []string{"master nano 128 192 default"}},
		"resources take its place":         {"redis", "23.1.1", "architecture: standalone\nmaster: {resources: {limits: {cpu: 1}}}", nil},
		"none is none":                     {"redis", "23.1.1", "architecture: standalone\nmaster: {resourcesPreset: none}", nil},
		"there was none by default in 18":  {"redis", "18.0.0", "architecture: standalone", nil},
		"2xlarge asked for more in 18":     {"redis", "18.19.4", "architecture: standalone\nmaster: {resourcesPreset: 2xlarge}", []string{"master 2xlarge 8192 12288"}},
		"2xlarge asks for less since 19":   {"redis", "19.0.0", "architecture: standalone\nmaster: {resourcesPreset: 2xlarge}", []string{"master 2xlarge 3072 12288"}},
		"before 18 there was no such key":  {"redis", "17.0.0", "architecture: standalone\nmaster: {resourcesPreset: small}", nil},
		"a Sentinel has one of its own":    {"redis", "23.1.1", "sentinel: {enabled: true, resourcesPreset: micro}", []string{"replica nano 128 192 default", "sentinel micro 256 384"}},
		"a cluster has it in redis":        {"redis-cluster", "13.0.5", "redis: {resourcesPreset: large}", []string{"redis large 2048 3072"}},
		"valkey-cluster has it in valkey":  {"valkey-cluster", "", "{}", []string{"valkey nano 128 192 default"}},
		"a templated preset is not judged": {"redis", "23.1.1", "architecture: standalone\nmaster: {resourcesPreset: '${PRESET}'}", nil},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range render(t, test.chart, test.version, test.values).Presets {
				text := fmt.Sprintf("%s %s %d %d", p.Component, p.Name, p.Request/mi, p.Limit/mi)
				if p.Ref.Default {
					text += " default"
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("presets (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	for sentence, test := range map[string]struct {
		chart, version, values string
		want                   []string
	}{
		"a password":                    {"redis", "", "auth: {password: hunter2}", []string{"auth.password"}},
		"one of digits":                 {"redis", "", "auth: {password: 12345}", []string{"auth.password"}},
		"the global one":                {"redis", "", "global: {redis: {password: hunter2}}", []string{"global.redis.password"}},
		"that of redis 12":              {"redis", "12.0.0", "password: hunter2", []string{"password"}},
		"that of a cluster":             {"redis-cluster", "", "password: hunter2", []string{"password"}},
		"those of users":                {"redis", "", "auth: {acl: {users: [{username: a, password: b}, {username: c}]}}", []string{"auth.acl.users.0.password"}},
		"none that is put in":           {"redis", "", "auth: {password: '${REDIS_PASSWORD}'}", nil},
		"none that is empty":            {"redis", "", "auth: {password: ''}", nil},
		"none that the chart overlooks": {"redis", "", "password: hunter2", nil},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range render(t, test.chart, test.version, test.values).Passwords {
				got = append(got, p.Ref.Key)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("passwords (-want +got):\n%s", diff)
			}
		})
	}
}

func TestKnown(t *testing.T) {
	t.Parallel()
	for reference, want := range map[string]string{
		"bitnami/redis": "redis",
		"oci://registry-1.docker.io/bitnamicharts/redis-cluster":                            "redis-cluster",
		"https://charts.bitnami.com/bitnami/valkey":                                         "valkey",
		"https://raw.githubusercontent.com/bitnami/charts/archive-full-index/bitnami/redis": "redis",
		"oci://registry.example.com/proxy/bitnamicharts/valkey-cluster/":                    "valkey-cluster",
		"bitnami/mysql":             "",
		"redis":                     "",
		"ot-helm/redis-cluster":     "",
		"./bitnami/redis":           "",
		"/charts/bitnami/redis":     "",
		"file://../bitnami/redis":   "",
		"bitnami":                   "",
		"":                          "",
		"bitnami/":                  "",
		"bitnami/redis/extra/redis": "redis",
	} {
		name, ok := chart.Known(reference)
		if name != want || ok != (want != "") {
			t.Errorf("%q is %q, %v; want %q", reference, name, ok, want)
		}
	}
}

func TestUnknownChart(t *testing.T) {
	t.Parallel()
	owner := valuesOf(t, "values.yaml", "{}")
	if _, err := chart.Render(chart.Release{Chart: "mysql", Owner: owner}); err == nil {
		t.Error("mysql was rendered")
	}
	if _, err := chart.Render(chart.Release{Chart: "redis"}); err == nil {
		t.Error("a release without an owner was rendered")
	}
}
