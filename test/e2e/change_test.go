package e2e

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// debt makes a Redis without a memory limit in a namespace that allowed it then and does no longer.
func debt(t *testing.T, c *cluster) *object {
	t.Helper()
	ns := c.namespace(t, map[string]string{"redislint.dev/mode": "off"})
	redis := one(t, ns, bare)
	c.made(t, redis)
	c.mode(t, ns, "null")
	// Both the API server and the webhook have to learn of the label.
	other := one(t, ns, strings.ReplaceAll(bare, "name: redis}", "name: redis-other}"))
	eventually(t, 15*time.Second, "be judged again", func() error { return c.create(t, other, metav1.DryRunAll).refused(noMemory) })
	return redis
}

// mode sets the label of a namespace that says what findings do there: a JSON value.
func (c *cluster) mode(t *testing.T, ns, mode string) {
	t.Helper()
	patch := fmt.Appendf(nil, `{"metadata": {"labels": {"redislint.dev/mode": %s}}}`, mode)
	if _, err := c.typed.CoreV1().Namespaces().Patch(t.Context(), ns, types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
}

// container is a patch of the only container of a workload, by its strategic merge.
func container(fields string) string {
	return `{"spec": {"template": {"spec": {"containers": [{"name": "redis", ` + fields + `}]}}}}`
}

func TestOldDebtIsNoReasonToDeny(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	redis := debt(t, c)

	a := c.change(t, redis, `{"spec": {"template": {"metadata": {"labels": {"release": "2"}}}}}`)
	if err := a.warned("already: ", noMemory); err != nil {
		t.Errorf("an edit of the Pods' labels: %v", err)
	}
	output, failed := c.kubectl(t, "admin", "", "patch", "-n", redis.GetNamespace(), "statefulset/redis", "--type=strategic", "-p", container(`"image": "redis:7.4"`))
	want := `Warning: already: StatefulSet/redis spec.template.spec.containers[0].resources: no memory request and no limit; the container is the first to be evicted or killed when its node runs short [memory-resources-missing]
statefulset.apps/redis patched
`
	if failed || output != want {
		t.Errorf("kubectl failed %v:\n%s\nwant:\n%s", failed, output, want)
	}

	probe := `"livenessProbe": {"exec": {"command": ["redis-cli", "ping"]}, "timeoutSeconds": 1, "failureThreshold": 1}`
	worse := c.patch(t, redis, types.StrategicMergePatchType, container(probe), "")
	if err := worse.refused(impatient); err != nil {
		t.Errorf("a probe that restarts it: %v", err)
	}
	if rules, _ := worse.deniedBy(); slices.Contains(rules, noMemory) {
		t.Errorf("denied for what was there before: %v", rules)
	}
	c.scale(t, redis, 2).admitted(t)
	c.patch(t, redis, types.StrategicMergePatchType, container(`"resources": {"requests": {"memory": "1Gi"}, "limits": {"memory": "1Gi"}}`), "").silent(t)
	if err := c.patch(t, redis, types.StrategicMergePatchType, container(`"resources": {"$patch": "delete"}`), "").refused(noMemory); err != nil {
		t.Errorf("back to the debt that was paid: %v", err)
	}
}

// Nothing about a Redis that is bad already is ever in the way of these, and none of them is even sent to the webhook.
func TestUpkeepIsNeverBlocked(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	redis := debt(t, c)
	c.change(t, redis, `{"metadata": {"finalizers": ["example.com/hold"], "annotations": {"team": "shop"}}}`).silent(t)
	c.patch(t, redis, types.MergePatchType, `{"status": {"replicas": 1, "readyReplicas": 1}}`, "status").silent(t)
	c.change(t, redis, `{"metadata": {"labels": {"tier": "cache"}}}`).silent(t)
	c.remove(t, redis).silent(t)

	// Held by its finalizer: what it runs is judged as ever, what keeps it is not.
	terminating, err := at(c.dynamic, redis).Get(t.Context(), "redis", metav1.GetOptions{})
	if err != nil || terminating.GetDeletionTimestamp() == nil {
		t.Fatalf("not terminating: %v", err)
	}
	probe := `"livenessProbe": {"exec": {"command": ["redis-cli", "ping"]}, "timeoutSeconds": 1, "failureThreshold": 1}`
	if err := c.patch(t, redis, types.StrategicMergePatchType, container(probe), "").refused(impatient); err != nil {
		t.Error(err)
	}
	a := c.change(t, redis, `{"metadata": {"finalizers": null}}`)
	a.silent(t)
	for key := range a.annotations(t) {
		if strings.Contains(key, "redislint") {
			t.Errorf("the removal of a finalizer was sent: %s", key)
		}
	}
	eventually(t, 10*time.Second, "the StatefulSet goes", func() error {
		_, err := at(c.dynamic, redis).Get(t.Context(), "redis", metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return nil
		}
		return errors.New("still there")
	})
}

func TestNamespacesCanBeDeleted(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	redis := debt(t, c)
	ns := redis.GetNamespace()
	ring, _ := file(t, ns, "cluster.yaml")
	for _, o := range ring {
		if o.GetKind() == "StatefulSet" {
			o.SetName("ring")
		}
		c.made(t, o)
	}
	if err := c.typed.CoreV1().Namespaces().Delete(t.Context(), ns, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, 90*time.Second, "the namespace goes", func() error {
		_, err := c.typed.CoreV1().Namespaces().Get(t.Context(), ns, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return nil
		}
		return fmt.Errorf("still there: %w", err)
	})
}

// An operator's children are what it makes of a resource that was judged: to refuse them would have it try for ever.
func TestReconciledChildrenOnlyWarn(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	ns := c.namespace(t, nil)
	owner := one(t, ns, `
apiVersion: databases.spotahome.com/v1
kind: RedisFailover
metadata: {name: cart}
spec:
  sentinel: {replicas: 3, resources: {limits: {memory: 64Mi}, requests: {memory: 64Mi}}}
  redis: {replicas: 3, resources: {limits: {memory: 1Gi}, requests: {memory: 1Gi}}, customConfig: [maxmemory 700mb]}
`)
	a := c.create(t, owner)
	a.admitted(t)
	child := one(t, ns, strings.ReplaceAll(bare, "name: redis}", "name: rfr-cart}"))
	child.SetOwnerReferences([]metav1.OwnerReference{{
		APIVersion: "databases.spotahome.com/v1", Kind: "RedisFailover", Name: "cart", UID: a.object.GetUID(), Controller: new(true),
	}})
	c.create(t, child).admitted(t)

	// Of an owner that no source knows, there are warnings.
	a = c.create(t, one(t, ns, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: owner}\n"))
	a.admitted(t)
	child = one(t, ns, bare)
	child.SetOwnerReferences([]metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: "owner", UID: a.object.GetUID(), Controller: new(true)}})
	if err := c.create(t, child).warned(noMemory); err != nil {
		t.Fatal(err)
	}
	// One round after the other, as an operator has it.
	for round := range 5 {
		probe := fmt.Sprintf(`"livenessProbe": {"exec": {"command": ["redis-cli", "ping"]}, "timeoutSeconds": 1, "periodSeconds": %d, "failureThreshold": 1}`, round+1)
		c.patch(t, child, types.StrategicMergePatchType, container(probe), "").admitted(t)
	}
	c.scale(t, child, 2).admitted(t)
	c.remove(t, child).admitted(t)
}

func TestDryRunsAreJudgedAndLeaveNothing(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	ns := c.namespace(t, nil)
	redis := one(t, ns, bare)
	if err := c.create(t, redis, metav1.DryRunAll).refused(noMemory); err != nil {
		t.Error(err)
	}
	if _, err := at(c.dynamic, redis).Get(t.Context(), "redis", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("the dry run left something: %v", err)
	}
	output, failed := c.kubectl(t, "admin", bare, "apply", "-n", ns, "--dry-run=server", "-f", "-")
	if !failed || !strings.Contains(output, "["+noMemory+"]") {
		t.Errorf("failed %v: %s", failed, output)
	}
}

func TestGeneratedNamesAreJudged(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	redis := one(t, c.namespace(t, nil), strings.Replace(bare, "name: redis}", "generateName: redis-}", 1))
	a := c.create(t, redis)
	if err := a.refused(noMemory); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(a.err.Error(), "StatefulSet/redis-") {
		t.Errorf("no name in %q", a.err)
	}
}

func TestKubectlPrintsEveryFinding(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	ns := c.namespace(t, nil)
	bad := strings.Replace(bare, "args: [--maxmemory 768mb, --requirepass $(PASSWORD)]", "args: [--requirepass $(PASSWORD)], livenessProbe: {exec: {command: [redis-cli, ping]}, timeoutSeconds: 1, failureThreshold: 1}", 1)
	output, failed := c.kubectl(t, "admin", bad, "apply", "-n", ns, "-f", "-")
	want := `Warning: StatefulSet/redis spec.template.spec.containers[0].livenessProbe.initialDelaySeconds: the probe starts after 0 s and no startupProbe holds it back; at least 5 s (param min_delay) let Redis open its port [liveness-delay-short]
Error from server (Forbidden): error when creating "STDIN": admission webhook "workloads.redislint.dev" denied the request: 3 findings about Redis:
StatefulSet/redis spec.template.spec.containers[0].resources: no memory request and no limit; the container is the first to be evicted or killed when its node runs short [memory-resources-missing]
StatefulSet/redis spec.template.spec.containers[0].livenessProbe.timeoutSeconds: the probe waits 1 s for an answer; slow commands take up to 5 s (param min_timeout), and a single one can restart Redis [liveness-timeout-short]
StatefulSet/redis spec.template.spec.containers[0].livenessProbe.failureThreshold: failureThreshold 1 restarts Redis at the first probe without an answer; one slow command is enough [liveness-window-short]
`
	if !failed || output != want {
		t.Errorf("failed %v:\n%s\nwant:\n%s", failed, output, want)
	}
}
