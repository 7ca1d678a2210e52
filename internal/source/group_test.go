package source

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/manifest"
)

// statefulSet is one with its headless Service, whose Pods run the container.
func statefulSet(name string, replicas int, container string) string {
	return fmt.Sprintf(`apiVersion: apps/v1
kind: StatefulSet
metadata: {name: %[1]s}
spec:
  serviceName: %[1]s
  replicas: %[2]d
  selector: {matchLabels: {app: %[1]s}}
  template:
    metadata: {labels: {app: %[1]s}}
    spec:
      containers: [%[3]s]
      volumes: [{name: conf, configMap: {name: sentinel}}]
---
apiVersion: v1
kind: Service
metadata: {name: %[1]s}
spec: {clusterIP: None, selector: {app: %[1]s}, ports: [{port: 6379}]}
---
`, name, replicas, container)
}

const (
	watcher      = `{name: sentinel, image: "redis:7", command: [redis-sentinel, /conf/sentinel.conf], ports: [{containerPort: 26379}], volumeMounts: [{name: conf, mountPath: /conf}]}`
	sentinelConf = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: sentinel}\ndata:\n  sentinel.conf: |\n    sentinel resolve-hostnames yes\n    sentinel monitor mymaster redis-0.redis 6379 2\n---\n"
	server       = `{name: redis, image: "redis:7", ports: [{containerPort: 6379}]}`
)

func TestSentinelsInOtherWorkloadsJoinTheirMaster(t *testing.T) {
	t.Parallel()
	r := one(t, statefulSet("redis", 3, server)+statefulSet("watch-a", 2, watcher)+statefulSet("watch-b", 1, watcher)+sentinelConf)
	facts(t, r, map[string]string{
		"/mode": `"sentinel"`, "/name": `"redis"`, "/master_groups/0/name": `"mymaster"`, "/master_groups/0/sentinels": "3",
		"/master_groups/0/quorum": "2", "/master_groups/0/workloads": "2", "/master_groups/0/sidecar": "false",
	})
}

func TestSentinelsWithoutTheirMasterAreStillCounted(t *testing.T) {
	t.Parallel()
	r := one(t, statefulSet("watch-a", 2, watcher)+statefulSet("watch-b", 1, watcher)+sentinelConf)
	facts(t, r, map[string]string{"/master_groups/0/sentinels": "3", "/nodes": "[]"})
}

func TestUnknownReplicasLeaveTheSumUnknown(t *testing.T) {
	t.Parallel()
	templated := strings.Replace(statefulSet("watch-b", 1, watcher), "replicas: 1", `replicas: "${N}"`, 1)
	facts(t, one(t, statefulSet("watch-a", 2, watcher)+templated+sentinelConf), map[string]string{"/master_groups/0/sentinels": "unknown"})
}

func TestReplicasJoinTheMasterTheyFollow(t *testing.T) {
	t.Parallel()
	follower := `{name: redis, image: "redis:7", args: [--replicaof, redis-master, "6379"]}`
	facts(t, one(t, statefulSet("redis-master", 1, server)+statefulSet("redis-replica", 2, follower)), map[string]string{
		"/mode": `"replication"`, "/name": `"redis-master"`, "/nodes/1/object/name": `"redis-replica"`,
	})
}

func TestUnrelatedWorkloadsStayApart(t *testing.T) {
	t.Parallel()
	if found := discover(t, statefulSet("cache", 1, server)+statefulSet("queue", 1, server)); len(found.Redis) != 2 {
		t.Errorf("found %d Redis, want 2", len(found.Redis))
	}
}

// A repository holds the same names once per environment: they are not added
// up, and each sees its own objects.
func TestFoldersOfEnvironmentsStayApart(t *testing.T) {
	t.Parallel()
	for _, layout := range [][2]string{{"dev/redis.yaml", "prod/redis.yaml"}, {"dev.yaml", "prod.yaml"}, {"apps/a/b.yaml", "apps/c/d.yaml"}} {
		dev := statefulSet("redis", 1, server) + statefulSet("watch", 1, watcher) + sentinelConf
		prod := strings.ReplaceAll(dev, "replicas: 1", "replicas: 3")
		set := manifest.Decode([]manifest.Input{{Name: layout[0], Data: []byte(dev)}, {Name: layout[1], Data: []byte(prod)}}, manifest.Options{Sign: Sign})
		found := Discover(set).Redis
		if len(found) != 2 {
			t.Fatalf("%v: found %d Redis, want 2", layout, len(found))
		}
		facts(t, found[0], map[string]string{"/master_groups/0/sentinels": "1"})
		facts(t, found[1], map[string]string{"/master_groups/0/sentinels": "3"})
		for i, r := range found {
			for _, o := range r.Objects {
				if o.File != layout[i] {
					t.Errorf("%s: %s/%s is from %s", layout[i], o.Kind, o.Name, o.File)
				}
			}
		}
	}
}

func TestObjectsThatAControllerMadeBelongToIt(t *testing.T) {
	t.Parallel()
	pod := `apiVersion: v1
kind: Pod
metadata:
  name: redis-0
  ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: redis, uid: "1", controller: true}]
spec: {containers: [{name: redis, image: "redis:7"}]}
`
	if found := discover(t, statefulSet("redis", 1, server)+pod); len(found.Redis) != 1 {
		t.Errorf("found %d Redis, want 1", len(found.Redis))
	}
	one(t, pod)
}

func TestKindsOfOtherGroupsAreLeftAlone(t *testing.T) {
	t.Parallel()
	found := discover(t, "apiVersion: kubedb.com/v1\nkind: Redis\nmetadata: {name: a}\nspec: {replicas: 2}\n---\napiVersion: db.ibm.com/v1\nkind: RedisCluster\nmetadata: {name: b}\n")
	if len(found.Redis) != 0 || len(found.Unknown) != 2 {
		t.Errorf("found %d Redis and %d unknown, want 0 and 2", len(found.Redis), len(found.Unknown))
	}
}

// big is several Redis with objects that have no sign of one.
func big() string {
	var b strings.Builder
	b.WriteString(statefulSet("redis", 3, server) + statefulSet("watch", 3, watcher) + sentinelConf)
	b.WriteString(`apiVersion: apps/v1
kind: StatefulSet
metadata: {name: cache}
spec:
  serviceName: cache
  selector: {matchLabels: {app: cache}}
  template:
    metadata: {labels: {app: cache, tier: back}}
    spec:
      containers:
      - name: c
        image: valkey/valkey:8
        args: [/conf/v.conf]
        volumeMounts: [{name: conf, mountPath: /conf}, {name: data, mountPath: /data}]
      volumes: [{name: conf, configMap: {name: cache-conf}}, {name: data, persistentVolumeClaim: {claimName: store}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: cache-conf}
data: {v.conf: "maxmemory 1gb\nappendonly yes\n"}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: store}
spec: {storageClassName: bronze, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: bronze}
provisioner: ebs.csi.aws.com
parameters: {type: st1}
---
apiVersion: v1
kind: Service
metadata: {name: cache}
spec: {type: LoadBalancer, selector: {tier: back}, ports: [{port: 6379}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: all}
spec: {maxUnavailable: 0, selector: {}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: all}
spec: {podSelector: {}, policyTypes: [Ingress]}
---
apiVersion: v1
kind: Service
metadata: {name: other}
spec: {selector: {app: shop}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec: {selector: {matchLabels: {app: shop}}, template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: shop, image: "shop:1"}]}}}
`)
	return b.String()
}

func models(set *manifest.Set) []map[string]any {
	var all []map[string]any
	for _, r := range Discover(set).Redis {
		all = append(all, r.Encode())
	}
	return all
}

func TestTheOrderOfObjectsDoesNotMatter(t *testing.T) {
	t.Parallel()
	documents := strings.Split(big(), "---\n")
	want := models(manifest.Decode([]manifest.Input{{Name: "a.yaml", Data: []byte(big())}}, manifest.Options{}))
	random := rand.New(rand.NewPCG(1, 2))
	for range 30 {
		shuffled := slices.Clone(documents)
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		got := models(manifest.Decode([]manifest.Input{{Name: "a.yaml", Data: []byte(strings.Join(shuffled, "\n---\n"))}}, manifest.Options{}))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("models differ after shuffling (-want +got):\n%s", diff)
		}
	}
}

// Documents that are not decoded at first change nothing that is found.
func TestDormantDocumentsChangeNothing(t *testing.T) {
	t.Parallel()
	input := []manifest.Input{{Name: "a.yaml", Data: []byte(big())}}
	all := manifest.Decode(input, manifest.Options{})
	some := manifest.Decode(input, manifest.Options{Sign: Sign})
	before := len(some.Objects)
	if diff := cmp.Diff(models(all), models(some)); diff != "" {
		t.Errorf("models differ (-all decoded +by sign):\n%s", diff)
	}
	if woken := len(some.Objects) - before; woken != 7 {
		t.Errorf("woke %d documents, want the 7 that concern a Redis", woken)
	}
	facts(t, Discover(some).Redis[0], map[string]string{
		"/name": `"cache"`, "/nodes/0/data/class/medium": `"hdd"`, "/services/0/type": `"LoadBalancer"`,
	})
}
