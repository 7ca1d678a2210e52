package source

import (
	"fmt"
	"strings"
	"testing"
)

// failover is a RedisFailover whose spec holds the lines.
func failover(spec string) string {
	return "apiVersion: databases.spotahome.com/v1\nkind: RedisFailover\nmetadata: {name: cart, namespace: shop}\nspec:\n" + spec
}

func TestSpotahome(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spec string
		want map[string]string
		line map[string]int
	}{
		"what nobody says is the operator's to say": {
			spec: "  redis: {}\n",
			want: map[string]string{
				"/mode":   `"sentinel"`,
				"/flavor": `"Spotahome RedisFailover"`,
				"/source": `"spotahome"`,

				"/nodes/0/object/kind":                       `"RedisFailover"`,
				"/nodes/0/replicas":                          `3`,
				"/nodes/0/role":                              `"any"`,
				"/nodes/0/image":                             `"redis:6.2.6-alpine"`,
				"/nodes/0/memory/limit/present":              `false`,
				"/nodes/0/config/save/on":                    `true`,
				"/nodes/0/config/appendonly/on":              `false`,
				"/nodes/0/config/maxmemory/bytes":            `0`,
				"/nodes/0/config/not_loaded":                 `[]`,
				"/nodes/0/data/kind":                         `"emptyDir"`,
				"/nodes/0/data/mount":                        `"/data"`,
				"/nodes/0/grace_period":                      `30`,
				"/nodes/0/host_network":                      `false`,
				"/nodes/0/governing_service":                 `unknown`,
				"/nodes/0/probes/liveness/kind":              `"exec"`,
				"/nodes/0/probes/liveness/delay":             `30`,
				"/nodes/0/probes/liveness/period":            `15`,
				"/nodes/0/probes/liveness/timeout":           `5`,
				"/nodes/0/probes/liveness/failures":          `6`,
				"/nodes/0/probes/liveness/requires_pong":     `true`,
				"/nodes/0/probes/liveness/other_host":        `false`,
				"/nodes/0/probes/readiness/period":           `10`,
				"/nodes/0/probes/startup/present":            `false`,
				"/sentinels/0/replicas":                      `3`,
				"/sentinels/0/master_group":                  `"mymaster"`,
				"/sentinels/0/memory/request/present":        `false`,
				"/master_groups/0/sentinels":                 `3`,
				"/master_groups/0/quorum":                    `2`,
				"/master_groups/0/sidecar":                   `false`,
				"/nodes/0/config/announce/external":          `false`,
				"/nodes/0/config/maxmemory/set":              `false`,
				"/nodes/0/config/maxmemory_policy/text":      `"noeviction"`,
				"/nodes/0/probes/liveness/present":           `true`,
				"/nodes/0/probes/liveness/effective_timeout": `5`,
			},
			line: map[string]int{
				"/nodes/0/probes/liveness/timeout": 5,
				"/nodes/0/config/maxmemory":        5,
				"/master_groups/0/sentinels":       4, // there is no spec.sentinel
			},
		},
		"zero and less replicas are three": {
			spec: "  redis: {replicas: 0}\n  sentinel: {replicas: -1}\n",
			want: map[string]string{"/nodes/0/replicas": `3`, "/sentinels/0/replicas": `3`, "/master_groups/0/quorum": `2`},
		},
		"the quorum is a majority": {
			spec: "  sentinel: {replicas: 5}\n",
			want: map[string]string{"/master_groups/0/sentinels": `5`, "/master_groups/0/quorum": `3`},
		},
		"a placeholder for replicas": {
			spec: "  sentinel: {replicas: \"${SENTINELS}\"}\n",
			want: map[string]string{"/master_groups/0/sentinels": `unknown`, "/master_groups/0/quorum": `unknown`},
		},
		"a quorum set through customConfig": {
			spec: "  sentinel:\n    replicas: 3\n    customConfig:\n    - down-after-milliseconds 5000\n    - quorum 3\n",
			want: map[string]string{"/master_groups/0/quorum": `3`},
			line: map[string]int{"/master_groups/0/quorum": 9},
		},
		"resources of both": {
			spec: `  redis: {resources: {requests: {memory: 1Gi}, limits: {memory: 2Gi, cpu: 500m}}}
  sentinel: {resources: {limits: {memory: 64Mi}}}
`,
			want: map[string]string{
				"/nodes/0/memory/request/amount":        `1073741824`,
				"/nodes/0/memory/limit/amount":          `2147483648`,
				"/nodes/0/cpu/limit/amount":             `500`,
				"/sentinels/0/memory/request/defaulted": `true`,
				"/sentinels/0/memory/request/amount":    `67108864`,
			},
		},
		"customConfig is set once the server runs": {
			spec: "  redis:\n    customConfig:\n    - maxmemory 700mb\n    - maxmemory-policy allkeys-lru\n    - appendonly yes\n",
			want: map[string]string{
				"/nodes/0/config/maxmemory/bytes":       `734003200`,
				"/nodes/0/config/maxmemory/text":        `"700mb"`,
				"/nodes/0/config/maxmemory_policy/text": `"allkeys-lru"`,
				"/nodes/0/config/appendonly/on":         `true`,
				"/nodes/0/config/save/on":               `true`,
			},
			line: map[string]int{"/nodes/0/config/maxmemory": 7, "/nodes/0/config/appendonly": 9},
		},
		"an empty save in quotes turns dumps off": {
			spec: "  redis: {customConfig: ['save \"\"']}\n",
			want: map[string]string{"/nodes/0/config/save/on": `false`, "/nodes/0/config/not_loaded": `[]`},
		},
		"a setting of a newer server": {
			spec: "  redis: {customConfig: [hash-max-listpack-flavour sweet]}\n",
			want: map[string]string{"/nodes/0/config/not_loaded": `[]`, "/nodes/0/config/invalid": `[]`},
		},
		"a claim": {
			spec: `  redis:
    storage:
      persistentVolumeClaim:
        metadata: {name: cart}
        spec: {accessModes: [ReadWriteOnce], storageClassName: gp3, resources: {requests: {storage: 4Gi}}}
`,
			want: map[string]string{
				"/nodes/0/data/kind":         `"claim"`,
				"/nodes/0/data/size/amount":  `4294967296`,
				"/nodes/0/data/class/medium": `"ssd"`,
				"/nodes/0/data/access_modes": `["ReadWriteOnce"]`,
			},
			line: map[string]int{"/nodes/0/data/size": 9, "/nodes/0/data": 7},
		},
		"an emptyDir in memory": {
			spec: "  redis: {storage: {keepAfterDeletion: true, emptyDir: {medium: Memory}}}\n",
			want: map[string]string{"/nodes/0/data/kind": `"memory"`},
		},
		"probes of one's own": {
			spec: `  redis:
    customLivenessProbe: {exec: {command: [redis-cli, ping]}, timeoutSeconds: 2}
    customStartupProbe: {tcpSocket: {port: 6379}}
`,
			want: map[string]string{
				"/nodes/0/probes/liveness/timeout":  `2`,
				"/nodes/0/probes/liveness/delay":    `0`,
				"/nodes/0/probes/liveness/failures": `3`,
				"/nodes/0/probes/startup/present":   `true`,
				"/nodes/0/probes/startup/kind":      `"tcp"`,
			},
			line: map[string]int{"/nodes/0/probes/liveness/delay": 6},
		},
		"a startup script": {
			spec: "  redis: {startupConfigMap: start}\n",
			want: map[string]string{
				"/nodes/0/probes/startup/present":       `true`,
				"/nodes/0/probes/startup/delay":         `30`,
				"/nodes/0/probes/startup/requires_pong": `unknown`,
			},
		},
		"a command that adds to the operator's file": {
			spec: "  redis: {command: [redis-server, /redis/redis.conf, --maxmemory, 1gb]}\n",
			want: map[string]string{
				"/nodes/0/config/maxmemory/bytes": `1073741824`,
				"/nodes/0/config/save/set":        `true`,
			},
		},
		"a command with a file nobody sees": {
			spec: "  redis: {command: [redis-server, /etc/mine.conf], customConfig: [maxmemory 1gb]}\n",
			want: map[string]string{
				"/nodes/0/config/save":            `unknown`,
				"/nodes/0/config/maxmemory/bytes": `1073741824`,
			},
		},
		"a copy of a master elsewhere has no Sentinels": {
			spec: "  bootstrapNode: {host: 10.0.0.7, port: \"6379\"}\n",
			want: map[string]string{"/mode": `"replication"`, "/sentinels": `[]`},
		},
		"unless they are allowed": {
			spec: "  bootstrapNode: {host: 10.0.0.7, allowSentinels: true}\n",
			want: map[string]string{"/mode": `"sentinel"`, "/master_groups/0/sentinels": `3`},
		},
		"the host's network and time to stop": {
			spec: "  redis: {hostNetwork: true, terminationGracePeriod: 90}\n",
			want: map[string]string{"/nodes/0/host_network": `true`, "/nodes/0/grace_period": `90`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := one(t, failover(test.spec))
			facts(t, r, test.want)
			lines(t, r, test.line)
		})
	}
}

func TestSpotahomePodsAreSelected(t *testing.T) {
	t.Parallel()
	selecting := func(kind, selector string) string {
		return fmt.Sprintf("---\napiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: shop}\nspec:\n  ports: [{port: 7000}]\n  selector: %s\n", kind, selector)
	}
	labelled := strings.Replace(failover("  redis: {port: 7000}\n"), "name: cart,", "name: cart, labels: {team: carts},", 1)
	r := one(t, labelled+
		selecting("team", "{team: carts}")+
		selecting("master", "{redisfailovers-role: master, app.kubernetes.io/name: cart}")+
		selecting("sentinels", "{app.kubernetes.io/component: sentinel, app.kubernetes.io/name: cart}")+
		selecting("strange", "{app.kubernetes.io/component: redis, app.kubernetes.io/name: other}")+`---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: cart, namespace: shop}
spec: {minAvailable: 2, selector: {matchLabels: {redisfailovers.databases.spotahome.com/name: cart, app.kubernetes.io/component: redis}}}
`)
	facts(t, r, map[string]string{
		"/services/0/object/name":             `"master"`,
		"/services/0/nodes":                   `[0]`,
		"/services/0/redis_port":              `true`,
		"/services/1/object/name":             `"sentinels"`,
		"/services/1/nodes":                   `[]`,
		"/services/1/redis_port":              `false`,
		"/services/2/object/name":             `"team"`,
		"/services/2/nodes":                   `[0]`,
		"/services/3":                         `unknown`,
		"/disruption_budgets/0/nodes":         `[0]`,
		"/disruption_budgets/0/min_available": `"2"`,
	})
}

func TestKindsOfOthersAreNotClaimed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		head    string
		unknown int
	}{
		"KubeDB's Redis":                    {"apiVersion: kubedb.com/v1\nkind: Redis", 1},
		"KubeDB's RedisSentinel":            {"apiVersion: kubedb.com/v1\nkind: RedisSentinel", 1},
		"a kind that a fork added":          {"apiVersion: databases.spotahome.com/v1\nkind: RedisSentinel", 1},
		"a DistributedRedisCluster":         {"apiVersion: redis.kun/v1alpha1\nkind: DistributedRedisCluster", 1},
		"a RedisCluster without a cluster":  {"apiVersion: redis.redis.opstreelabs.in/v1beta2\nkind: RedisCluster", 0},
		"a RedisFailover without a spec":    {"apiVersion: databases.spotahome.com/v1\nkind: RedisFailover", 0},
		"an object of no group named Redis": {"apiVersion: v1\nkind: Redis", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := discover(t, test.head+"\nmetadata: {name: redis}\nstatus: {state: Ready}\n")
			if len(found.Redis) > 0 || len(found.Unknown) != test.unknown {
				t.Errorf("found %d Redis and %d unknown kinds, want 0 and %d", len(found.Redis), len(found.Unknown), test.unknown)
			}
		})
	}
}
