package chart_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/chart"
	"github.com/redislint/redislint/internal/manifest"
)

func TestIgnored(t *testing.T) {
	t.Parallel()
	for sentence, test := range map[string]struct {
		chart, version, values string
		want                   []string // key, "->", what to set instead
	}{
		"everything that is read": {
			"redis", "23.1.1", "master: {podLabels: {a: b}, affinity: {x: y}, containerSecurityContext: {anything: 1}, extraEnvVars: [{a: b}]}\ncommonLabels: {a: b}\nglobal: {own: thing}\ncommon: {a: b}", nil,
		},
		"what says nothing":                       {"redis", "23.1.1", "slave: {}\ncluster: {enabled: null}\nfoo: ''", nil},
		"what something else puts in":             {"redis", "23.1.1", "foo: '{{ .Values.foo }}'", nil},
		"a condition of the parent chart":         {"redis", "23.1.1", "enabled: true\ntags: [a]", nil},
		"anchors":                                 {"redis", "23.1.1", "x-resources: &r {limits: {memory: 1Gi}}\n_labels: {a: b}\n.more: 1\nmaster: {resources: *r}", nil},
		"a key that nobody knows":                 {"redis", "23.1.1", "whatever: 1", []string{"whatever ->"}},
		"a slip of the pen":                       {"redis", "23.1.1", "replica: {replicasCount: 3}", []string{"replica.replicasCount -> replica.replicaCount"}},
		"a component's key beside the components": {"redis", "23.1.1", "resources: {limits: {memory: 1Gi}}", []string{"resources -> master.resources and replica.resources"}},
		"persistence beside the components":       {"valkey", "4.0.2", "persistence: {size: 1Gi}", []string{"persistence -> primary.persistence and replica.persistence"}},
		"the master of a valkey":                  {"valkey", "4.0.2", "master: {count: 1}", []string{"master -> primary"}},
		"values of redis 13": {
			"redis", "23.1.1", "cluster: {enabled: true, slaveCount: 3}\nslave: {resources: {limits: {memory: 1Gi}}}\nusePassword: false\nconfigmap: maxmemory 1gb",
			[]string{"cluster.enabled -> architecture", "cluster.slaveCount -> replica.replicaCount", "slave -> replica", "usePassword -> auth.enabled", "configmap -> commonConfiguration"},
		},
		"which that version reads": {"redis", "13.0.2", "cluster: {enabled: true, slaveCount: 3}\nslave: {resources: {limits: {memory: 1Gi}}}\nusePassword: false", nil},
		"values of redis 14 for 13": {
			"redis", "13.0.2", "architecture: standalone\nauth: {enabled: false}", []string{"architecture -> cluster.enabled", "auth.enabled -> usePassword"},
		},
		"values of redis 15":              {"redis", "16.0.0", "sentinel: {containerPort: 26380}", []string{"sentinel.containerPort -> sentinel.containerPorts.sentinel"}},
		"the key of a subchart is spared": {"redis", "23.1.1", "redis.host: x", []string{"redis.host ->"}},
		"values of redis for a cluster": {
			"redis-cluster", "13.0.5", "architecture: cluster\nauth: {password: x}\nresources: {limits: {memory: 1Gi}}\nmaster: {resources: {}, count: 1}\ncluster: {nodes: 6}",
			[]string{"architecture ->", "auth -> usePassword and password", "resources -> redis.resources", "master -> redis"},
		},
		"values of redis for a cluster of valkey": {
			"valkey-cluster", "3.0.25", "resources: {limits: {memory: 1Gi}}\ncommonConfiguration: maxmemory 1gb",
			[]string{"resources -> valkey.resources", "commonConfiguration -> valkey.configmap"},
		},
		"a master beside Sentinels": {
			"redis", "23.1.1", "sentinel: {enabled: true}\nmaster: {resources: {limits: {memory: 1Gi}}, persistence: {enabled: true, size: 10Gi}}", []string{"master -> replica"},
		},
		"a primary beside Sentinels": {
			"valkey", "4.0.2", "sentinel: {enabled: true}\nprimary: {resources: {limits: {memory: 1Gi}}}", []string{"primary -> replica"},
		},
		"of which a port is read": {
			"redis", "23.1.1", "sentinel: {enabled: true}\nmaster: {resources: {limits: {memory: 1Gi}}, containerPorts: {redis: 7000}}", []string{"master.resources -> replica.resources"},
		},
		"a count that replicas do not have": {
			"redis", "23.1.1", "sentinel: {enabled: true}\nmaster: {count: 2, containerPorts: {redis: 7000}}", []string{"master.count ->"},
		},
		"the chart's own values of a master": {
			"redis", "23.1.1", "sentinel: {enabled: true}\nmaster: {count: 1, disableCommands: [FLUSHDB, FLUSHALL], persistence: {enabled: true, size: 8Gi}, resources: {}, livenessProbe: {enabled: true, periodSeconds: 5}}", nil,
		},
		"a master's file before version 16": {
			"redis", "15.7.6", "sentinel: {enabled: true}\nmaster: {configuration: maxmemory 1gb}", nil,
		},
		"a master of redis 10 beside Sentinels": {
			"redis", "10.9.0", "sentinel: {enabled: true}\nmaster: {resources: {limits: {memory: 1Gi}}}", nil,
		},
		"a master without Sentinels":         {"redis", "23.1.1", "master: {resources: {limits: {memory: 1Gi}}}", nil},
		"replicas of a standalone are meant": {"redis", "23.1.1", "architecture: standalone\nreplica: {replicaCount: 3}", nil},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			got := ignored(render(t, test.chart, test.version, test.values))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("ignored (-want +got):\n%s", diff)
			}
		})
	}
}

func ignored(out *chart.Rendered) []string {
	var list []string
	for _, i := range out.Ignored {
		list = append(list, strings.TrimSpace(i.Ref.Key+" -> "+i.Instead))
	}
	return list
}

func TestReasons(t *testing.T) {
	t.Parallel()
	for sentence, test := range map[string]struct{ chart, version, values, want string }{
		"none reads it":      {"redis", "23.1.1", "whatever: 1", "chart redis reads no such key"},
		"earlier ones did":   {"redis", "23.1.1", "configmap: a", "chart redis reads no such key since version 14"},
		"later ones do":      {"redis", "17.0.0", "master: {resourcesPreset: nano}", "chart redis reads no such key before version 18"},
		"there is no choice": {"redis-cluster", "13.0.5", "architecture: standalone", "chart redis-cluster makes a cluster in any case"},
		"there is no master": {
			"redis", "23.1.1", "sentinel: {enabled: true}\nmaster: {count: 2}",
			"with sentinel.enabled there is no master of its own: all nodes are made of replica",
		},
	} {
		out := render(t, test.chart, test.version, test.values)
		if len(out.Ignored) != 1 || out.Ignored[0].Reason != test.want {
			t.Errorf("%s: got %v, want %q", sentence, out.Ignored, test.want)
		}
	}
}

// TestParentChartsShareTheMap: what the values of a parent chart hold for its redis, the parent may read itself.
func TestParentChartsShareTheMap(t *testing.T) {
	t.Parallel()
	owner := valuesOf(t, "values.yaml", "redis: {host: cache, architecture: standalone, cluster: {slaveCount: 2}, master: {counts: 1}}")
	out, err := chart.Render(chart.Release{Chart: "redis", Owner: owner, Layers: []chart.Layer{
		{Object: owner, Path: manifest.Path{"values", "redis"}, Prefix: "redis."},
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"redis.cluster.slaveCount -> replica.replicaCount", "redis.master.counts -> master.count"}
	if diff := cmp.Diff(want, ignored(out)); diff != "" {
		t.Errorf("ignored (-want +got):\n%s", diff)
	}
}

func TestValuesOfAnotherType(t *testing.T) {
	t.Parallel()
	out := render(t, "redis", "23.1.1", "master: [a]\nreplica: 3\nsentinel: text\nmetrics: ''\ntls: '{{ .Values.tls }}'")
	want := []manifest.Error{
		{File: "values.yaml", Line: 3, Message: "master is a seq, not a map"},
		{File: "values.yaml", Line: 4, Message: "replica is a int, not a map"},
		{File: "values.yaml", Line: 5, Message: "sentinel is a string, not a map"},
		{File: "values.yaml", Line: 6, Message: "metrics is a string, not a map"},
	}
	if diff := cmp.Diff(want, out.Errors); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

func TestIgnoredAreBounded(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, "key%d: 1\n", i)
	}
	if out := render(t, "redis", "23.1.1", b.String()); len(out.Ignored) != 100 {
		t.Errorf("got %d ignored, want 100", len(out.Ignored))
	}
}
