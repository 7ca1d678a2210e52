package e2e

import (
	"fmt"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Resources of operators are denied and admitted as workloads are, in every version that is served.
func TestOperatorsResources(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	const memory = "resources: {requests: {memory: 1Gi}, limits: {memory: 1Gi}}"
	opstree := func(kind, size string) string {
		return "apiVersion: redis.redis.opstreelabs.in/%s\nkind: " + kind + "\nmetadata: {name: cart}\nspec:\n" + size +
			"  kubernetesConfig:\n    image: quay.io/opstree/redis:v7.0.12\n    %s\n"
	}
	for name, test := range map[string]struct {
		text     string // with a version and something that is right or wrong
		versions []string
		good     string
		bad      string
		rule     string
	}{
		"RedisFailover": {
			"apiVersion: databases.spotahome.com/%s\nkind: RedisFailover\nmetadata: {name: cart}\nspec:\n  redis: {replicas: 3, customConfig: [maxmemory 700mb], " + memory +
				"}\n  sentinel: {%s, resources: {requests: {memory: 64Mi}, limits: {memory: 64Mi}}}\n",
			[]string{"v1"}, "replicas: 3", "replicas: 2", tooFew,
		},
		"Redis":            {opstree("Redis", ""), []string{"v1beta1", "v1beta2"}, memory, "resources: {}", noMemory},
		"RedisReplication": {opstree("RedisReplication", "  clusterSize: 3\n"), []string{"v1beta1", "v1beta2"}, memory, "resources: {}", noMemory},
		"RedisCluster":     {opstree("RedisCluster", "  clusterSize: 3\n"), []string{"v1beta1", "v1beta2"}, memory, "resources: {}", noMemory},
		"RedisSentinel": {
			"apiVersion: redis.redis.opstreelabs.in/%s\nkind: RedisSentinel\nmetadata: {name: cart}\nspec:\n  %s\n  redisSentinelConfig: {redisReplicationName: cart, quorum: \"2\"}\n" +
				"  kubernetesConfig:\n    image: quay.io/opstree/redis-sentinel:v7.0.12\n    resources: {requests: {memory: 64Mi}, limits: {memory: 64Mi}}\n",
			[]string{"v1beta1", "v1beta2"}, "clusterSize: 3", "clusterSize: 2", tooFew,
		},
	} {
		for _, version := range test.versions {
			t.Run(name+" "+version, func(t *testing.T) {
				t.Parallel()
				ns := c.namespace(t, nil)
				good := one(t, ns, fmt.Sprintf(test.text, version, test.good))
				bad := one(t, ns, fmt.Sprintf(test.text, version, test.bad))
				if err := c.create(t, bad).refused(test.rule); err != nil {
					t.Error(err)
				}
				c.create(t, good).admitted(t)
				worse := func() error {
					now, err := at(c.dynamic, good).Get(t.Context(), good.GetName(), metav1.GetOptions{})
					if err != nil {
						return err
					}
					now.Object["spec"] = bad.Object["spec"]
					_, err = at(c.dynamic, now).Update(t.Context(), now, metav1.UpdateOptions{})
					return (&answer{err: err}).refused(test.rule)
				}
				if err := worse(); err != nil {
					t.Errorf("an update: %v", err)
				}
				c.patch(t, good, "application/merge-patch+json", `{"status": {"state": "Ready"}}`, "status").silent(t)
				c.remove(t, good).silent(t)
			})
		}
	}
}
