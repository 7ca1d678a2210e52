package source

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ignored are the keys of what the only Redis of the YAML passes over.
func ignored(t *testing.T, yaml string) []string {
	t.Helper()
	keys := []string{}
	for _, s := range one(t, yaml).Settings.Ignored {
		keys = append(keys, s.Key)
	}
	slices.Sort(keys)
	return keys
}

func TestIgnoredSettings(t *testing.T) {
	t.Parallel()
	const extra = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra, namespace: shop}\ndata:\n  "
	for name, test := range map[string]struct {
		kind, spec, more string
		want             []string
	}{
		"nothing": {
			kind: "Redis",
			spec: opstreeImageLine + "  startupProbe: {}\n  resources: null\n  redisSecret: \"\"\n  clusterSize: 1\n  persistenceEnabled: false\n",
		},
		"a placeholder that may be empty": {
			kind: "Redis",
			spec: opstreeImageLine + "  startupProbe: \"${PROBE}\"\n",
		},
		"what kubernetesConfig holds": {
			kind: "RedisReplication",
			spec: opstreeImageLine + "  clusterSize: 3\n  resources: {limits: {memory: 1Gi}}\n  redisSecret: {name: a}\n  service: {serviceType: NodePort}\n",
			want: []string{"spec.redisSecret", "spec.resources", "spec.service"},
		},
		"the same in both places": {
			kind: "Redis",
			spec: "  kubernetesConfig: {image: redis, resources: {limits: {memory: 1Gi}}}\n  resources: {limits: {memory: 1Gi}}\n",
		},
		"something else in both places": {
			kind: "Redis",
			spec: "  kubernetesConfig: {image: redis, resources: {limits: {memory: 1Gi}}}\n  resources: {limits: {memory: 2Gi}}\n",
			want: []string{"spec.resources"},
		},
		"a switch that only a RedisCluster has": {
			kind: "Redis",
			spec: opstreeImageLine + "  persistenceEnabled: true\n",
			want: []string{"spec.persistenceEnabled"},
		},
		"a switch that says what storage does": {
			kind: "Redis",
			spec: opstreeImageLine + "  persistenceEnabled: true\n" + opstreeClaim,
		},
		"more than one of a Redis": {
			kind: "Redis",
			spec: opstreeImageLine + "  clusterSize: 3\n",
			want: []string{"spec.clusterSize"},
		},
		"a quorum for embedded Sentinels": {
			kind: "RedisReplication",
			spec: opstreeImageLine + "  clusterSize: 3\n  sentinel: {size: 3, quorum: \"3\", additionalSentinelConfig: extra}\n",
			want: []string{"spec.sentinel.additionalSentinelConfig", "spec.sentinel.quorum"},
		},
		"the quorum that the operator computes": {
			kind: "RedisReplication",
			spec: opstreeImageLine + "  clusterSize: 3\n  sentinel: {size: 3, quorum: 2}\n",
		},
		"a quorum for an unknown number of Sentinels": {
			kind: "RedisReplication",
			spec: opstreeImageLine + "  clusterSize: 3\n  sentinel: {size: \"${N}\", quorum: \"3\"}\n",
		},
		"the quorum of a RedisSentinel": {
			kind: "RedisSentinel",
			spec: opstreeImageLine + "  quorum: \"2\"\n  redisSentinelConfig: {quorum: \"3\"}\n",
			want: []string{"spec.quorum"},
		},
		"a ConfigMap without the key": {
			kind: "Redis",
			spec: opstreeImageLine + "  redisConfig: {additionalRedisConfig: extra}\n",
			more: extra + "notes: maxmemory is 1gb\n",
			want: []string{"spec.redisConfig.additionalRedisConfig"},
		},
		"a ConfigMap whose settings are found one by one": {
			kind: "Redis",
			spec: opstreeImageLine + "  redisConfig: {additionalRedisConfig: extra}\n",
			more: extra + "redis.conf: maxmemory 1gb\n",
		},
		"a ConfigMap with the key": {
			kind: "Redis",
			spec: opstreeImageLine + "  redisConfig: {additionalRedisConfig: extra}\n",
			more: extra + "redis-additional.conf: maxmemory 1gb\n",
		},
		"a ConfigMap that is filled later": {
			kind: "Redis",
			spec: opstreeImageLine + "  redisConfig: {additionalRedisConfig: extra}\n",
			more: extra[:len(extra)-len("  ")] + "  # none yet\n",
		},
		"a ConfigMap for Sentinels": {
			kind: "RedisSentinel",
			spec: opstreeImageLine + "  redisSentinelConfig: {additionalSentinelConfig: extra}\n",
			more: extra + "redis-additional.conf: maxmemory 1gb\n",
			want: []string{"spec.redisSentinelConfig.additionalSentinelConfig"},
		},
		"a RedisCluster with what its roles hold": {
			kind: "RedisCluster",
			spec: opstreeImageLine + "  clusterSize: 3\n  livenessProbe: {timeoutSeconds: 5}\n  pdb: {enabled: true}\n  startupProbe: {periodSeconds: 5}\n" +
				"  redisLeader: {pdb: {enabled: true}, startupProbe: {periodSeconds: 5}}\n  redisFollower: {pdb: {enabled: true}}\n",
			want: []string{"spec.livenessProbe", "spec.redisLeader.startupProbe", "spec.startupProbe"},
		},
		"a RedisCluster's storage without a claim": {
			kind: "RedisCluster",
			spec: opstreeImageLine + "  clusterSize: 3\n  storage: {nodeConfVolume: true}\n",
		},
		"values of the wrong kind": {
			kind: "RedisCluster",
			spec: opstreeImageLine + "  redisConfig: none\n  redisLeader: [1]\n  redisFollower: {redisConfig: 3}\n  storage: yes please\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := append([]string{}, test.want...)
			if diff := cmp.Diff(want, ignored(t, opstreeLabs(test.kind, "cart", test.spec)+test.more)); diff != "" {
				t.Errorf("ignored (-want +got):\n%s", diff)
			}
		})
	}
}

// What a RedisReplication and its RedisSentinel pass over is that of one Redis.
func TestIgnoredSettingsOfTwoResources(t *testing.T) {
	t.Parallel()
	yaml := opstreeLabs("RedisSentinel", "watch", opstreeImageLine+"  redisSentinelConfig: {redisReplicationName: cart}\n  quorum: \"2\"\n") +
		"---\n" + opstreeLabs("RedisReplication", "cart", opstreeImageLine+"  clusterSize: 3\n  startupProbe: {periodSeconds: 5}\n")
	r := one(t, yaml)
	facts(t, r, map[string]string{
		"/settings/name":          `"RedisReplication"`,
		"/settings/ignored/0/key": `"spec.startupProbe"`,
		"/settings/ignored/1/key": `"spec.quorum"`,
	})
	lines(t, r, map[string]int{"/settings/ignored/0": 15, "/settings/ignored/1": 7, "/settings/kind": 9})
}

func TestIgnoredSettingsOfASpotahome(t *testing.T) {
	t.Parallel()
	got := ignored(t, `apiVersion: databases.spotahome.com/v1
kind: RedisFailover
metadata: {name: cart}
spec:
  resources: {limits: {memory: 1Gi}}
  redis:
    startupProbe: {periodSeconds: 10}
    readinessProbe: {}
    livenessProbe: {timeoutSeconds: 5}
    customLivenessProbe: {timeoutSeconds: 5}
    terminationGracePeriodSeconds: 60
`)
	want := []string{"spec.redis.startupProbe", "spec.redis.terminationGracePeriodSeconds", "spec.resources"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ignored (-want +got):\n%s", diff)
	}
}
