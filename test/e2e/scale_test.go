package e2e

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

const (
	tooFew    = "sentinel-too-few"
	noMemory  = "memory-resources-missing"
	tooHigh   = "maxmemory-too-high"
	noNames   = "cluster-service-not-headless"
	impatient = "liveness-timeout-short"
)

func TestScalingBelowThreeSentinelsIsDenied(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	ns := c.namespace(t, nil)
	all, by := file(t, ns, "sentinel.yaml")
	c.made(t, all...)
	redis := by["StatefulSet/redis"]

	denied := refuses(t, tooFew, func(dry ...string) *answer { return c.scale(t, redis, 2, dry...) })
	if got := denied.findings(t); len(got) != 1 || got[0].Action != "deny" {
		t.Errorf("audited: %+v", got)
	}

	t.Run("by kubectl, which prints why", func(t *testing.T) {
		output, failed := c.kubectl(t, "admin", "", "scale", "-n", ns, "statefulset/redis", "--replicas=2")
		want := `Error from server (Forbidden): admission webhook "scale.redislint.dev" denied the request: 1 finding about Redis:
StatefulSet/redis spec.replicas: 2 Sentinels for master group mymaster; losing one together with the master stops every failover, 3 or more (param min) survive it [sentinel-too-few]
`
		if !failed || output != want {
			t.Errorf("failed %v:\n%s\nwant:\n%s", failed, output, want)
		}
	})
	t.Run("by an apply to the scale", func(t *testing.T) {
		patch := fmt.Sprintf(`{"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "redis", "namespace": %q}, "spec": {"replicas": 2}}`, ns)
		if err := c.patch(t, redis, types.ApplyPatchType, patch, "scale").refused(tooFew); err != nil {
			t.Error(err)
		}
	})
	t.Run("by the workload itself", func(t *testing.T) {
		if err := c.change(t, redis, `{"spec": {"replicas": 2}}`).refused(tooFew); err != nil {
			t.Error(err)
		}
	})
	t.Run("by a HorizontalPodAutoscaler", func(t *testing.T) {
		autoscaler := &autoscalingv2.HorizontalPodAutoscaler{
			ObjectMeta: metav1.ObjectMeta{Name: "redis"},
			Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
				ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "StatefulSet", Name: "redis"},
				MinReplicas:    new(int32(2)), MaxReplicas: 2,
			},
		}
		autoscalers := c.typed.AutoscalingV2().HorizontalPodAutoscalers(ns)
		if _, err := autoscalers.Create(t.Context(), autoscaler, metav1.CreateOptions{}); err == nil || !strings.Contains(err.Error(), "["+tooFew+"]") {
			t.Errorf("an autoscaler that would leave two Sentinels: %v", err)
		}
		// Who waives that still cannot make it happen.
		autoscaler.Annotations = map[string]string{"ignore.redislint.dev/" + tooFew: "tried in a drill"}
		if _, err := autoscalers.Create(t.Context(), autoscaler, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
		eventually(t, 40*time.Second, "the autoscaler is told why it cannot scale", func() error {
			now, err := autoscalers.Get(t.Context(), "redis", metav1.GetOptions{})
			if err != nil {
				return err
			}
			for _, condition := range now.Status.Conditions {
				if condition.Type == autoscalingv2.AbleToScale && condition.Status == corev1.ConditionFalse && strings.Contains(condition.Message, tooFew) {
					return nil
				}
			}
			return fmt.Errorf("conditions %+v", now.Status.Conditions)
		})
		if err := autoscalers.Delete(t.Context(), "redis", metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
	})

	now, err := c.typed.AppsV1().StatefulSets(ns).Get(t.Context(), "redis", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if *now.Spec.Replicas != 3 {
		t.Errorf("replicas %d", *now.Spec.Replicas)
	}

	t.Run("the whole Redis is stopped with a warning and started again", func(t *testing.T) {
		warns(t, []string{tooFew}, func(dry ...string) *answer { return c.scale(t, redis, 0, dry...) })
		c.scale(t, redis, 3).silent(t)
	})
	t.Run("up", func(t *testing.T) { c.scale(t, redis, 5).admitted(t) })
}

func TestSentinelsAloneAreNotScaledToNothing(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	ns := c.namespace(t, nil)
	all, by := file(t, ns, "apart.yaml")
	c.made(t, all...)
	for _, replicas := range []int{0, 1, 2} {
		refuses(t, tooFew, func(dry ...string) *answer { return c.scale(t, by["Deployment/sentinel"], replicas, dry...) })
	}
	c.scale(t, by["StatefulSet/redis"], 4).admitted(t)
	// Data first, and then nothing is left to watch over.
	c.scale(t, by["StatefulSet/redis"], 0).admitted(t)
	eventually(t, 15*time.Second, "the last Sentinels stop", func() error {
		a := c.scale(t, by["Deployment/sentinel"], 0)
		if _, denied := a.deniedBy(); denied {
			return errors.New("denied")
		}
		return a.err
	})
}
