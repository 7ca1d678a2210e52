package source

import (
	"fmt"
	"testing"
)

// opstreeLabs is a resource of the OpsTree operator whose spec, below its image,
// holds the lines.
func opstreeLabs(kind, name, spec string) string {
	return fmt.Sprintf("apiVersion: redis.redis.opstreelabs.in/v1beta2\nkind: %s\nmetadata: {name: %s, namespace: shop}\nspec:\n%s", kind, name, spec)
}

const (
	opstreeImageLine = "  kubernetesConfig: {image: \"quay.io/opstree/redis:v7.0.15\"}\n"
	opstreeClaim     = "  storage: {volumeClaimTemplate: {spec: {resources: {requests: {storage: 4Gi}}}}}\n"
)

func TestOpsTree(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind string
		spec string
		more string
		want map[string]string
		line map[string]int
	}{
		"a Redis": {
			kind: "Redis",
			spec: opstreeImageLine,
			want: map[string]string{
				"/mode":                         `"standalone"`,
				"/flavor":                       `"OpsTree Redis"`,
				"/nodes/0/object/kind":          `"Redis"`,
				"/nodes/0/container":            `"redis"`,
				"/nodes/0/replicas":             `1`,
				"/nodes/0/role":                 `"master"`,
				"/nodes/0/image":                `"quay.io/opstree/redis:v7.0.15"`,
				"/nodes/0/data/kind":            `"none"`,
				"/nodes/0/config/appendonly/on": `false`,
				"/nodes/0/config/save/on":       `true`, // Redis' own points
				"/nodes/0/memory/limit/present": `false`,
				"/nodes/0/grace_period":         `30`,
				"/nodes/0/host_network":         `false`,
				"/services":                     `[]`,
			},
		},
		"a probe that nobody wrote waits a second and no longer": {
			kind: "RedisReplication",
			spec: "  clusterSize: 3\n" + opstreeImageLine,
			want: map[string]string{
				"/nodes/0/probes/liveness/present":           `true`,
				"/nodes/0/probes/liveness/kind":              `"exec"`,
				"/nodes/0/probes/liveness/delay":             `0`,
				"/nodes/0/probes/liveness/period":            `10`,
				"/nodes/0/probes/liveness/timeout":           `1`,
				"/nodes/0/probes/liveness/effective_timeout": `1`,
				"/nodes/0/probes/liveness/failures":          `3`,
				"/nodes/0/probes/liveness/requires_pong":     `true`,
				"/nodes/0/probes/startup/present":            `false`,
			},
			line: map[string]int{"/nodes/0/probes/liveness/timeout": 4},
		},
		"a probe without a command gets the operator's": {
			kind: "RedisReplication",
			spec: "  livenessProbe: {timeoutSeconds: 5, initialDelaySeconds: 20}\n" + opstreeImageLine,
			want: map[string]string{
				"/nodes/0/probes/liveness/kind":          `"exec"`,
				"/nodes/0/probes/liveness/timeout":       `5`,
				"/nodes/0/probes/liveness/delay":         `20`,
				"/nodes/0/probes/liveness/period":        `10`,
				"/nodes/0/probes/liveness/requires_pong": `true`,
			},
			line: map[string]int{"/nodes/0/probes/liveness/period": 5},
		},
		"a probe with a handler of its own": {
			kind: "RedisReplication",
			spec: "  livenessProbe: {tcpSocket: {port: 6379}}\n" + opstreeImageLine,
			want: map[string]string{
				"/nodes/0/probes/liveness/kind":          `"tcp"`,
				"/nodes/0/probes/liveness/requires_pong": `unknown`,
			},
		},
		"a RedisReplication by itself promotes nobody": {
			kind: "RedisReplication",
			spec: "  clusterSize: 3\n" + opstreeImageLine + opstreeClaim,
			want: map[string]string{
				"/mode":                         `"replication"`,
				"/nodes/0/replicas":             `3`,
				"/nodes/0/role":                 `"any"`,
				"/nodes/0/data/kind":            `"claim"`,
				"/nodes/0/data/size/amount":     `4294967296`,
				"/nodes/0/config/appendonly/on": `true`,
				"/nodes/0/config/save/on":       `true`,
				"/master_groups":                `[]`,
			},
			line: map[string]int{"/nodes/0/replicas": 5, "/nodes/0/config/appendonly": 7},
		},
		"clusterSize is required, so written somewhere else": {
			kind: "RedisReplication",
			spec: opstreeImageLine,
			want: map[string]string{"/nodes/0/replicas": `unknown`},
		},
		"storage with a volume of one's own makes no claim": {
			kind: "Redis",
			spec: opstreeImageLine + `  storage:
    volumeMount:
      volume: [{name: scratch, emptyDir: {medium: Memory}}, {name: data, persistentVolumeClaim: {claimName: mine}}]
      mountPath: [{name: data, mountPath: /data}]
`,
			want: map[string]string{
				"/nodes/0/data/kind":            `"claim"`,
				"/nodes/0/data/size":            `unknown`,
				"/nodes/0/config/appendonly/on": `false`,
			},
		},
		"Docker's own image is handed nothing": {
			kind: "RedisReplication",
			spec: "  kubernetesConfig: {image: \"docker.io/library/redis:7.2.4\"}\n" + opstreeClaim,
			want: map[string]string{
				"/nodes/0/config/appendonly":      `unknown`,
				"/nodes/0/config/save/on":         `true`, // Redis' own points, or the operator's
				"/nodes/0/config/maxmemory/bytes": `0`,
			},
		},
		"embedded Sentinels": {
			kind: "RedisReplication",
			spec: opstreeImageLine + "  sentinel: {size: 4, resources: {limits: {memory: 64Mi}}}\n",
			want: map[string]string{
				"/mode":                             `"sentinel"`,
				"/master_groups/0/name":             `"mymaster"`,
				"/master_groups/0/sentinels":        `4`,
				"/master_groups/0/quorum":           `3`,
				"/sentinels/0/memory/limit/present": `true`,
			},
			line: map[string]int{"/master_groups/0/sentinels": 6, "/master_groups/0/quorum": 6},
		},
		"no embedded Sentinels": {
			kind: "RedisReplication",
			spec: opstreeImageLine + "  sentinel: {size: 0}\n",
			want: map[string]string{"/mode": `"replication"`, "/sentinels": `[]`},
		},
		"a RedisSentinel without its RedisReplication": {
			kind: "RedisSentinel",
			spec: opstreeImageLine + "  redisSentinelConfig: {redisReplicationName: cart}\n",
			want: map[string]string{
				"/mode":                      `"sentinel"`,
				"/nodes":                     `[]`,
				"/sentinels/0/replicas":      `3`,
				"/sentinels/0/master_group":  `"myMaster"`,
				"/master_groups/0/sentinels": `3`,
				"/master_groups/0/quorum":    `2`,
			},
		},
		"a quorum is a string": {
			kind: "RedisSentinel",
			spec: opstreeImageLine + "  clusterSize: 5\n  redisSentinelConfig:\n    masterGroupName: carts\n    quorum: \"4\"\n",
			want: map[string]string{"/master_groups/0/sentinels": `5`, "/master_groups/0/quorum": `4`, "/master_groups/0/name": `"carts"`},
			line: map[string]int{"/master_groups/0/quorum": 9, "/master_groups/0/sentinels": 6},
		},
		"a quorum nobody can read": {
			kind: "RedisSentinel",
			spec: opstreeImageLine + "  redisSentinelConfig: {quorum: \"${QUORUM}\"}\n",
			want: map[string]string{"/master_groups/0/sentinels": `3`, "/master_groups/0/quorum": `unknown`},
		},
		"dynamicConfig is set once the server runs": {
			kind: "RedisReplication",
			spec: opstreeImageLine + "  redisConfig:\n    dynamicConfig:\n    - maxmemory 700mb\n    maxMemoryPercentOfLimit: 80\n",
			want: map[string]string{"/nodes/0/config/maxmemory/bytes": `734003200`, "/nodes/0/config/not_loaded": `[]`},
			line: map[string]int{"/nodes/0/config/maxmemory": 8},
		},
		"maxMemoryPercentOfLimit limits nothing": {
			kind: "Redis",
			spec: opstreeImageLine + "  redisConfig:\n    maxMemoryPercentOfLimit: 80\n",
			want: map[string]string{
				"/nodes/0/config/maxmemory/bytes":        `0`,
				"/nodes/0/config/maxmemory/set":          `false`,
				"/nodes/0/config/not_loaded/0/directive": `"maxmemory"`,
				"/nodes/0/config/not_loaded/0/text":      `"maxMemoryPercentOfLimit: 80"`,
			},
			line: map[string]int{"/nodes/0/config/not_loaded/0": 7, "/nodes/0/config/maxmemory": 6},
		},
		"a ConfigMap that is included": {
			kind: "Redis",
			spec: opstreeImageLine + opstreeClaim + "  redisConfig: {additionalRedisConfig: extra}\n",
			more: "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra, namespace: shop}\ndata:\n  redis-additional.conf: |\n    maxmemory 1gb\n    save \"\"\n",
			want: map[string]string{
				"/nodes/0/config/maxmemory/bytes": `1073741824`,
				"/nodes/0/config/save/on":         `false`,
				"/nodes/0/config/appendonly/on":   `true`,
				"/nodes/0/config/not_loaded":      `[]`,
			},
			line: map[string]int{"/nodes/0/config/maxmemory": 14},
		},
		"a ConfigMap with another key": {
			kind: "Redis",
			spec: opstreeImageLine + "  redisConfig: {additionalRedisConfig: extra}\n",
			more: "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra, namespace: shop}\ndata:\n  redis.conf: |\n    maxmemory 1gb\n    # twice\n    maxmemory-policy allkeys-lru\n  notes: maxmemory is 1gb\n",
			want: map[string]string{
				"/nodes/0/config/maxmemory/bytes":        `0`,
				"/nodes/0/config/not_loaded/0/directive": `"maxmemory"`,
				"/nodes/0/config/not_loaded/0/place":     `"redis.conf of ConfigMap extra"`,
				"/nodes/0/config/not_loaded/0/remedy":    `"the key redis-additional.conf"`,
				"/nodes/0/config/not_loaded/1/directive": `"maxmemory-policy"`,
				"/nodes/0/config/not_loaded/2":           `unknown`,
			},
			line: map[string]int{"/nodes/0/config/not_loaded/0": 13, "/nodes/0/config/not_loaded/1": 15},
		},
		"a ConfigMap that is not in the input": {
			kind: "Redis",
			spec: opstreeImageLine + opstreeClaim + "  redisConfig: {additionalRedisConfig: extra, maxMemoryPercentOfLimit: 75}\n",
			want: map[string]string{
				"/nodes/0/config/maxmemory":  `unknown`,
				"/nodes/0/config/appendonly": `unknown`,
				"/nodes/0/config/save":       `unknown`,
				"/nodes/0/config/not_loaded": `[]`,
			},
		},
		"a type for clients outside makes a Service": {
			kind: "Redis",
			spec: "  kubernetesConfig: {image: redis, service: {serviceType: LoadBalancer, annotations: {networking.gke.io/load-balancer-type: Internal}}}\n",
			want: map[string]string{
				"/services/0/object/name": `"cart-additional"`,
				"/services/0/type":        `"LoadBalancer"`,
				"/services/0/internal":    `true`,
				"/services/0/per_pod":     `true`,
			},
		},
		"values of the wrong kind": {
			kind: "Redis",
			spec: "  kubernetesConfig: {image: [redis], resources: none}\n  livenessProbe: standard\n",
			want: map[string]string{
				"/nodes/0/image":           `unknown`,
				"/nodes/0/memory":          `unknown`,
				"/nodes/0/probes/liveness": `unknown`,
			},
		},
		"a mount of a volume that is not there": {
			kind: "Redis",
			spec: opstreeImageLine + "  storage: {volumeMount: {volume: [{name: a, emptyDir: {}}], mountPath: [{name: b, mountPath: /data}]}}\n",
			want: map[string]string{"/nodes/0/data": `unknown`},
		},
		"but not where it is switched off": {
			kind: "Redis",
			spec: "  kubernetesConfig: {image: redis, service: {serviceType: LoadBalancer, additional: {enabled: false}}}\n",
			want: map[string]string{"/services": `[]`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := one(t, opstreeLabs(test.kind, "cart", test.spec)+test.more)
			facts(t, r, test.want)
			lines(t, r, test.line)
		})
	}
}

func TestOpsTreeCluster(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spec string
		more string
		want map[string]string
		line map[string]int
	}{
		"two StatefulSets": {
			spec: opstreeImageLine + "  clusterSize: 3\n  persistenceEnabled: true\n" + opstreeClaim,
			want: map[string]string{
				"/mode":                             `"cluster"`,
				"/nodes/0/container":                `"leader"`,
				"/nodes/1/container":                `"follower"`,
				"/nodes/1/object/kind":              `"RedisCluster"`,
				"/nodes/0/replicas":                 `3`,
				"/nodes/1/replicas":                 `3`,
				"/nodes/1/data/kind":                `"claim"`,
				"/nodes/1/config/appendonly/on":     `true`,
				"/nodes/0/config/announce/set":      `true`,
				"/nodes/0/config/announce/external": `false`,
				"/nodes/0/config/not_loaded":        `[]`,
				"/nodes/0/bus":                      `unknown`,
			},
		},
		"each with sizes, resources and probes of its own": {
			spec: `  clusterSize: 3
  kubernetesConfig: {image: redis, resources: {limits: {memory: 1Gi}}}
  redisLeader: {replicas: 4, resources: {limits: {memory: 2Gi}}, terminationGracePeriodSeconds: 60}
  redisFollower: {replicas: 8, livenessProbe: {timeoutSeconds: 9}}
`,
			want: map[string]string{
				"/nodes/0/replicas":                `4`,
				"/nodes/1/replicas":                `8`,
				"/nodes/0/memory/limit/amount":     `2147483648`,
				"/nodes/1/memory/limit/amount":     `1073741824`,
				"/nodes/0/probes/liveness/timeout": `1`,
				"/nodes/1/probes/liveness/timeout": `9`,
				"/nodes/0/grace_period":            `60`,
				"/nodes/1/grace_period":            `30`,
			},
			line: map[string]int{
				"/nodes/0/memory/limit": 7, "/nodes/1/memory/limit": 6,
				"/nodes/0/probes/liveness/timeout": 7, "/nodes/1/probes/liveness/timeout": 8,
			},
		},
		"no followers": {
			spec: opstreeImageLine + "  clusterSize: 3\n  redisFollower: {replicas: 0}\n",
			want: map[string]string{"/nodes/0/replicas": `3`, "/nodes/1": `unknown`},
		},
		"storage without persistenceEnabled": {
			spec: opstreeImageLine + "  clusterSize: 3\n" + opstreeClaim,
			want: map[string]string{
				"/nodes/0/data/kind":            `"none"`,
				"/nodes/0/config/appendonly/on": `false`,
				"/nodes/0/config/not_loaded":    `[]`,
				"/settings/ignored/0/key":       `"spec.storage"`,
				"/settings/ignored/0/instead":   `"spec.persistenceEnabled to true"`,
				"/settings/ignored/1":           `unknown`,
			},
			line: map[string]int{"/settings/ignored/0": 7},
		},
		"persistence that a placeholder decides": {
			spec: opstreeImageLine + "  clusterSize: 3\n  persistenceEnabled: \"${PERSIST}\"\n" + opstreeClaim,
			want: map[string]string{
				"/nodes/0/data":              `unknown`,
				"/nodes/0/config/appendonly": `unknown`,
				"/nodes/0/config/not_loaded": `[]`,
				"/settings/ignored":          `[]`,
			},
		},
		"settings where a RedisCluster reads none": {
			spec: opstreeImageLine + `  redisConfig: {additionalRedisConfig: extra}
  redisLeader: {redisConfig: {dynamicConfig: [maxmemory 1gb], maxMemoryPercentOfLimit: 70}}
`,
			want: map[string]string{
				"/nodes/0/config/maxmemory/bytes": `0`,
				"/nodes/0/config/not_loaded":      `[]`,
				"/settings/kind":                  `"operator"`,
				"/settings/name":                  `"RedisCluster"`,
				"/settings/ignored/0/key":         `"spec.redisConfig.additionalRedisConfig"`,
				"/settings/ignored/1/key":         `"spec.redisLeader.redisConfig.dynamicConfig"`,
				"/settings/ignored/1/instead":     `"spec.redisConfig.dynamicConfig"`,
				"/settings/ignored/2/key":         `"spec.redisLeader.redisConfig.maxMemoryPercentOfLimit"`,
				"/settings/ignored/3":             `unknown`,
			},
			line: map[string]int{"/settings/ignored/0": 6, "/settings/ignored/1": 7},
		},
		"one ConfigMap for both under a wrong key is missed once": {
			spec: opstreeImageLine + `  redisLeader: {redisConfig: {additionalRedisConfig: extra}}
  redisFollower: {redisConfig: {additionalRedisConfig: extra}}
`,
			more: "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra, namespace: shop}\ndata:\n  redis: maxmemory 1gb\n",
			want: map[string]string{
				"/nodes/0/config/not_loaded/0/directive": `"maxmemory"`,
				"/nodes/1/config/not_loaded":             `[]`,
				"/settings/ignored":                      `[]`,
			},
		},
		"what all servers are handed is noted once": {
			spec: opstreeImageLine + "  redisConfig: {maxMemoryPercentOfLimit: 80, dynamicConfig: [databases 32]}\n",
			want: map[string]string{
				"/nodes/0/config/not_loaded/0/directive": `"databases"`,
				"/nodes/0/config/not_loaded/1/directive": `"maxmemory"`,
				"/nodes/1/config/not_loaded":             `[]`,
			},
		},
		"a NodePort for each Pod is announced": {
			spec: "  kubernetesConfig: {image: redis, service: {serviceType: NodePort}}\n",
			want: map[string]string{"/nodes/0/config/announce/external": `true`, "/services/0/type": `"NodePort"`},
		},
		"a type that a placeholder decides": {
			spec: "  kubernetesConfig: {image: redis, service: {serviceType: \"${TYPE}\"}}\n",
			want: map[string]string{"/nodes/0/config/announce/external": `unknown`, "/services": `[]`},
		},
		"one load balancer for all is not": {
			spec: "  kubernetesConfig: {image: redis, service: {serviceType: LoadBalancer}}\n  hostNetwork: true\n",
			want: map[string]string{
				"/nodes/0/config/announce/external": `false`,
				"/nodes/0/host_network":             `true`,
				"/services/0/object/name":           `"cart-leader-additional"`,
				"/services/0/nodes":                 `[0]`,
				"/services/1/object/name":           `"cart-follower-additional"`,
				"/services/1/nodes":                 `[1]`,
				"/services/1/per_pod":               `false`,
			},
			line: map[string]int{"/services/0/type": 5},
		},
		"an address may be announced in what cannot be seen": {
			spec: opstreeImageLine + "  redisLeader: {redisConfig: {additionalRedisConfig: extra}}\n",
			want: map[string]string{"/nodes/0/config/announce/external": `unknown`, "/nodes/1/config/announce/external": `false`},
		},
		"objects that select the Pods": {
			spec: opstreeImageLine + "  port: 7000\n",
			more: `---
apiVersion: v1
kind: Service
metadata: {name: masters, namespace: shop}
spec: {type: NodePort, ports: [{port: 7000}], selector: {cluster: cart, redis-role: master}}
---
apiVersion: v1
kind: Service
metadata: {name: leaders, namespace: shop}
spec: {ports: [{port: 7000}], selector: {app: cart-leader, role: leader}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: carts, namespace: shop}
spec: {podSelector: {matchLabels: {redis_setup_type: cluster}}, ingress: [{ports: [{port: 7000}, {port: 17000}]}]}
`,
			want: map[string]string{
				"/services/0/object/name":   `"leaders"`,
				"/services/0/nodes":         `[0]`,
				"/services/1/object/name":   `"masters"`,
				"/services/1/nodes":         `[0,1]`,
				"/services/1/redis_port":    `true`,
				"/network_policies/0/nodes": `[0,1]`,
				"/nodes/0/bus/port":         `17000`,
				"/nodes/0/bus/ingress":      `true`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := one(t, opstreeLabs("RedisCluster", "cart", test.spec)+test.more)
			facts(t, r, test.want)
			lines(t, r, test.line)
		})
	}
}

func TestOpsTreeSentinelsJoinWhatTheyName(t *testing.T) {
	t.Parallel()
	replication := opstreeLabs("RedisReplication", "cart", opstreeImageLine+"  clusterSize: 2\n")
	watching := func(name string) string {
		return "---\n" + opstreeLabs("RedisSentinel", "watch", opstreeImageLine+"  redisSentinelConfig: {redisReplicationName: "+name+"}\n")
	}
	facts(t, one(t, replication+watching("cart")), map[string]string{
		"/name": `"cart"`, "/mode": `"sentinel"`, "/nodes/0/replicas": `2`, "/master_groups/0/sentinels": `3`,
	})
	if found := discover(t, replication+watching("other")).Redis; len(found) != 2 {
		t.Errorf("found %d Redis, want 2: the Sentinels watch another", len(found))
	}
}
