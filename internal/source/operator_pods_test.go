package source

import (
	"fmt"
	"testing"
)

func TestWhatSpotahomeMakesOfPods(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		redis, sentinel string
		want            map[string]string
	}{
		"by default": {"{}", "{}", map[string]string{
			"/nodes/0/spread/effective": "true", "/sentinels/0/spread/effective": "true",
			"/nodes/0/budgeted": "true", "/sentinels/0/budgeted": "true",
			"/disruption_budgets/0/object/name": `"rfr-shop"`, "/disruption_budgets/0/min_available": `"2"`, "/disruption_budgets/0/allowed": "1",
			"/disruption_budgets/0/nodes": "[0]", "/disruption_budgets/1/object/name": `"rfs-shop"`, "/disruption_budgets/1/nodes": "[]",
		}},
		"one server": {"{replicas: 1}", "{}", map[string]string{
			"/disruption_budgets/0/min_available": `"1"`, "/disruption_budgets/0/allowed": "0",
			"/disruption_budgets/1/min_available": `"1"`, "/disruption_budgets/1/allowed": "2",
		}},
		"two Sentinels": {"{}", "{replicas: 2}", map[string]string{"/disruption_budgets/1/min_available": `"2"`, "/disruption_budgets/1/allowed": "0"}},
		"without budgets": {"{disablePodDisruptionBudget: true}", "{disablePodDisruptionBudget: true}", map[string]string{
			"/disruption_budgets": "[]", "/nodes/0/budgeted": "false", "/sentinels/0/budgeted": "false",
		}},
		"a placeholder": {`{replicas: "${N}"}`, "{}", map[string]string{"/disruption_budgets/0/allowed": "unknown", "/nodes/0/budgeted": "true"}},
		"an affinity of one's own": {"{affinity: {nodeAffinity: {}}}", "{}", map[string]string{
			"/nodes/0/spread/effective": "false", "/nodes/0/spread/present": "false", "/sentinels/0/spread/effective": "true",
		}},
		"its own labels, misspelt": {
			"{affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {redisfilovers.databases.spotahome.com/name: shop}}}]}}}", "{}",
			map[string]string{"/nodes/0/spread/effective": "false", "/nodes/0/spread/misses/0/labels": `"no label redisfilovers.databases.spotahome.com/name"`},
		},
		"its own labels": {
			"{affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {app.kubernetes.io/component: redis, redisfailovers-role: slave}}}]}}}", "{}",
			map[string]string{"/nodes/0/spread/effective": "true"},
		},
		"the host network": {"{affinity: {}, hostNetwork: true}", "{}", map[string]string{"/nodes/0/spread/effective": "true"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts(t, one(t, fmt.Sprintf("apiVersion: databases.spotahome.com/v1\nkind: RedisFailover\nmetadata: {name: shop}\nspec: {redis: %s, sentinel: %s}\n",
				test.redis, test.sentinel)), test.want)
		})
	}
}

func TestWhatOpsTreeMakesOfPods(t *testing.T) {
	t.Parallel()
	const soft = "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {app: %s}}}]}}"
	for name, test := range map[string]struct {
		kind, spec string
		want       map[string]string
	}{
		"nothing": {"RedisReplication", "clusterSize: 3", map[string]string{
			"/nodes/0/spread/effective": "false", "/nodes/0/budgeted": "false", "/disruption_budgets": "[]",
		}},
		"a budget that is not enabled": {"RedisReplication", "clusterSize: 3, pdb: {minAvailable: 3}", map[string]string{"/disruption_budgets": "[]"}},
		"a majority":                   {"RedisReplication", "clusterSize: 3, pdb: {enabled: true}", map[string]string{"/disruption_budgets/0/min_available": `"2"`, "/disruption_budgets/0/allowed": "1"}},
		"what must stay":               {"RedisReplication", "clusterSize: 3, pdb: {enabled: true, minAvailable: 3}", map[string]string{"/disruption_budgets/0/allowed": "0", "/nodes/0/budgeted": "true"}},
		"what may go, before what must stay": {"RedisReplication", "clusterSize: 3, pdb: {enabled: true, minAvailable: 3, maxUnavailable: 1}", map[string]string{
			"/disruption_budgets/0/allowed": "1", "/disruption_budgets/0/object/name": `"shop-replication"`,
		}},
		"a selector of its own Pods": {"RedisReplication", "clusterSize: 3, " + fmt.Sprintf(soft, "shop"), map[string]string{"/nodes/0/spread/effective": "true"}},
		"a selector of no Pods":      {"RedisReplication", "clusterSize: 3, " + fmt.Sprintf(soft, "redis"), map[string]string{"/nodes/0/spread/misses/0/labels": `"app=shop"`}},
		"the Sentinels of a replication": {"RedisReplication", "clusterSize: 3, sentinel: {size: 3, " + fmt.Sprintf(soft, "shop-s") + "}", map[string]string{
			"/sentinels/0/spread/effective": "true", "/nodes/0/spread/effective": "false", "/sentinels/0/budgeted": "false",
		}},
		"Sentinels": {"RedisSentinel", "clusterSize: 3, pdb: {enabled: true, minAvailable: 3}, redisSentinelConfig: {redisReplicationName: shop}, " + fmt.Sprintf(soft, "shop-sentinel"), map[string]string{
			"/sentinels/0/spread/effective": "true", "/disruption_budgets/0/allowed": "0", "/disruption_budgets/0/object/name": `"shop-sentinel"`,
		}},
		"a cluster": {
			"RedisCluster", "clusterSize: 3, redisLeader: {pdb: {enabled: true}, topologySpreadConstraints: [{labelSelector: {matchLabels: {app: shop-leader}}}]}, redisFollower: {pdb: {enabled: true, maxUnavailable: 0}}",
			map[string]string{
				"/nodes/0/spread/effective": "true", "/nodes/1/spread/effective": "false",
				"/disruption_budgets/0/allowed": "1", "/disruption_budgets/1/allowed": "0", "/disruption_budgets/1/nodes": "[1]",
			},
		},
		"a cluster on the host network": {"RedisCluster", "clusterSize: 3, hostNetwork: true", map[string]string{"/nodes/0/spread/effective": "true"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts(t, one(t, fmt.Sprintf("apiVersion: redis.redis.opstreelabs.in/v1beta2\nkind: %s\nmetadata: {name: shop}\nspec: {kubernetesConfig: {}, %s}\n", test.kind, test.spec)), test.want)
		})
	}
}
