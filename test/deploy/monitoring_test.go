package deploy

import (
	"encoding/json"
	"path/filepath"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
)

func TestMonitoringReadsThePortThatTheWebhookHas(t *testing.T) {
	t.Parallel()
	monitoring := byName(t, build(t, "../../deploy/monitoring"))
	for _, key := range []string{"PodMonitor/redislint-webhook", "PrometheusRule/redislint-webhook", "ConfigMap/redislint-webhook-dashboard"} {
		if monitoring[key] == nil {
			t.Fatalf("no %s", key)
		}
	}
	var monitor struct {
		Spec struct {
			Selector            struct{ MatchLabels map[string]string }
			PodMetricsEndpoints []struct{ Port string }
		}
	}
	text, err := monitoring["PodMonitor/redislint-webhook"].MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &monitor); err != nil {
		t.Fatal(err)
	}
	var deployment appsv1.Deployment
	byName(t, build(t, filepath.Join("../../deploy/overlays", "builtin"))).get(t, "Deployment/redislint-webhook", &deployment)
	pod := deployment.Spec.Template
	for label, value := range monitor.Spec.Selector.MatchLabels {
		if pod.Labels[label] != value {
			t.Errorf("the Pods have no label %s=%s", label, value)
		}
	}
	for _, p := range pod.Spec.Containers[0].Ports {
		if p.Name == monitor.Spec.PodMetricsEndpoints[0].Port {
			return
		}
	}
	t.Errorf("the Pods have no port %s", monitor.Spec.PodMetricsEndpoints[0].Port)
}
