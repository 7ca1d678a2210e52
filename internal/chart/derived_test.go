package chart_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/chart"
	"github.com/redislint/redislint/internal/manifest"
)

// TestPlaces: every value of a derived object knows the key that sets it, and where that is written or would be.
func TestPlaces(t *testing.T) {
	t.Parallel()
	const values = `architecture: replication
commonConfiguration: |
  maxmemory 100mb
  appendonly no
master:
  resources:
    requests:
      memory: 1Gi
  extraFlags:
    - --maxmemory 1gb
replica:
  replicaCount: 2
  resourcesPreset: small
sentinel: {enabled: false}`
	out := render(t, "redis", "23.1.1", values)
	sentinel := render(t, "redis", "23.1.1", "sentinel:\n  enabled: true\n  quorum: 3")
	const pod = "spec/template/spec/containers/0/"
	for sentence, test := range map[string]struct {
		out              *chart.Rendered
		kind, name, path string
		text             string // of which the place is wanted, "" for the whole value
		line, column     int    // in values, before they were indented
		key              string
		byDefault        bool
	}{
		"a value that is set":                    {out, "StatefulSet", "shop-redis-replicas", "spec/replicas", "", 12, 17, "replica.replicaCount", false},
		"a resource that is set":                 {out, "StatefulSet", "shop-redis-master", pod + "resources/requests/memory", "", 8, 15, "master.resources.requests.memory", false},
		"one that is not, beside it":             {out, "StatefulSet", "shop-redis-master", pod + "resources/limits/memory", "", 6, 3, "master.resources.limits.memory", true},
		"one that a preset yields":               {out, "StatefulSet", "shop-redis-replicas", pod + "resources/limits/memory", "", 13, 20, "replica.resources.limits.memory", true},
		"a default":                              {out, "StatefulSet", "shop-redis-master", pod + "livenessProbe/periodSeconds", "", 5, 1, "master.livenessProbe.periodSeconds", true},
		"the timeout that a script is told":      {out, "StatefulSet", "shop-redis-master", pod + "livenessProbe/exec/command/2", "", 5, 1, "master.livenessProbe.timeoutSeconds", true},
		"the size of a volume":                   {out, "StatefulSet", "shop-redis-replicas", "spec/volumeClaimTemplates/0/spec/resources/requests/storage", "", 11, 1, "replica.persistence.size", true},
		"a directive":                            {out, "ConfigMap", "shop-redis-configuration", "data/redis.conf", "appendonly no", 4, 3, "commonConfiguration", false},
		"an option of the server":                {out, "ConfigMap", "shop-redis-scripts", "data/start-master.sh", "--maxmemory 1gb", 10, 7, "master.extraFlags.0", false},
		"a file that nobody set":                 {out, "ConfigMap", "shop-redis-configuration", "data/master.conf", "", 5, 1, "master.configuration", true},
		"the quorum in a configuration":          {sentinel, "ConfigMap", "shop-redis-configuration", "data/sentinel.conf", "3\nsentinel down", 3, 11, "sentinel.quorum", false},
		"the name of the master group":           {sentinel, "ConfigMap", "shop-redis-configuration", "data/sentinel.conf", "mymaster", 1, 1, "sentinel.masterSet", true},
		"what no key sets belongs to what holds": {out, "StatefulSet", "shop-redis-master", pod + "ports/0/name", "", 5, 1, "master", false},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			o := find(t, test.out, test.kind, test.name)
			path := manifest.Path(strings.Split(test.path, "/"))
			at, offset := o.Locate(path), 0
			if test.text != "" {
				whole, _ := o.Root.At(path).Str()
				if offset = strings.Index(whole, test.text); offset < 0 {
					t.Fatalf("no %q in %q", test.text, whole)
				}
				at = o.LocateWithin(path, offset, 1)
			}
			ref, _ := o.Written(path, offset)
			got := fmt.Sprintf("%d:%d %s %v", at.Line-2, at.Column-2, ref.Key, ref.Default)
			if want := fmt.Sprintf("%d:%d %s %v", test.line, test.column, test.key, test.byDefault); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

// TestGuide has the examples of the production guide that this project grew from.
func TestGuide(t *testing.T) {
	t.Parallel()
	const sentinels = `architecture: replication
auth: {enabled: true, password: your-password-here}
replica:
  replicaCount: 2
  persistence: &disk {enabled: true, size: 10Gi, storageClass: ssd}
  resources: &memory {requests: {memory: 1Gi, cpu: 250m}, limits: {memory: 1Gi}}
sentinel:
  enabled: true
  quorum: 2
  resources: {requests: {memory: 64Mi, cpu: 50m}, limits: {memory: 128Mi}}
master:
  persistence: *disk
  resources: *memory`
	out := render(t, "redis", "23.1.1", sentinels)
	if diff := cmp.Diff([]string{"master -> replica"}, ignored(out)); diff != "" {
		t.Errorf("ignored beside Sentinels (-want +got):\n%s", diff)
	}
	want := []string{"memory-request-below-limit StatefulSet/shop-redis-node", "maxmemory-unset StatefulSet/shop-redis-node", "sentinel-too-few StatefulSet/shop-redis-node"}
	got := findings(t, setOf(t, out))
	for _, finding := range want {
		if !strings.Contains(strings.Join(got, "\n"), finding) {
			t.Errorf("no %s in %v", finding, got)
		}
	}

	const cluster = `architecture: cluster
cluster: {nodes: 6, replicas: 1}
auth: {enabled: true, password: your-password-here}
persistence: {enabled: true, size: 10Gi, storageClass: ssd}
resources: {requests: {memory: 2Gi, cpu: 500m}, limits: {memory: 2Gi}}`
	if out := render(t, "redis", "23.1.1", cluster); len(out.Invalid) != 1 || out.Invalid[0].Instead != "bitnami/redis-cluster" {
		t.Errorf("architecture cluster is %v, want bitnami/redis-cluster instead", out.Invalid)
	}
	want = []string{"architecture ->", "auth -> usePassword and password", "resources -> redis.resources"}
	if diff := cmp.Diff(want, ignored(render(t, "redis-cluster", "13.0.5", cluster))); diff != "" {
		t.Errorf("ignored by redis-cluster (-want +got):\n%s", diff)
	}
}

// TestUnseen: where a layer is not in the input, nothing is found for what it may set.
func TestUnseen(t *testing.T) {
	t.Parallel()
	const visible = "architecture: replication\nsentinel: {enabled: true}\nreplica: {resources: {limits: {memory: 1Gi}}}"
	owner := valuesOf(t, "values.yaml", visible)
	written := chart.Layer{Object: owner, Path: manifest.Path{"values"}}
	for sentence, test := range map[string]struct {
		layers  []chart.Layer
		unknown []string
		want    []string
	}{
		"all is seen": {
			[]chart.Layer{written},
			nil,
			[]string{"maxmemory-unset StatefulSet/redis-node", "memory-request-below-limit StatefulSet/redis-node"},
		},
		"a layer below may set the rest": {[]chart.Layer{{Unseen: true}, written}, nil, []string{}},
		"a layer above decides the shape": {
			[]chart.Layer{written, {Unseen: true}}, []string{"architecture"}, nil,
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			out, err := chart.Render(chart.Release{Chart: "redis", Version: "23.1.1", Owner: owner, Layers: test.layers})
			if err != nil {
				t.Fatal(err)
			}
			var unknown []string
			for _, ref := range out.Unknown {
				unknown = append(unknown, ref.Key)
			}
			if diff := cmp.Diff(test.unknown, unknown); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
			var got []string
			if len(out.Objects) > 0 {
				got = slices.DeleteFunc(findings(t, setOf(t, out)), func(finding string) bool {
					return !strings.HasPrefix(finding, "m") // those of maxmemory and memory
				})
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}
