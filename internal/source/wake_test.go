package source

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSupportingKindsAreThoseWhoseChangeAloneCanCauseAFinding(t *testing.T) {
	t.Parallel()
	want := []string{
		"/ConfigMap", "/PersistentVolumeClaim", "/Service",
		"autoscaling/HorizontalPodAutoscaler", "gateway.networking.k8s.io/HTTPRoute", "keda.sh/ScaledObject",
		"networking.k8s.io/Ingress", "networking.k8s.io/NetworkPolicy", "policy/PodDisruptionBudget", "route.openshift.io/Route", "traefik.io/IngressRoute",
	}
	if diff := cmp.Diff(want, Supporting()); diff != "" {
		t.Errorf("Supporting() (-want +got):\n%s", diff)
	}
}

func TestNoSourceClaimsASupportingKind(t *testing.T) {
	t.Parallel()
	for _, kind := range Supporting() {
		if slices.Contains(Kinds(), kind) {
			t.Errorf("%s is claimed and supporting", kind)
		}
	}
}
