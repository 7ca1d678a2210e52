// Package deploy tests the manifests and the chart of the webhook with the libraries of those who read them: kustomize, Helm
// and the API server.
package deploy

import (
	"os"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	"sigs.k8s.io/yaml"
)

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// decode reads one object, every field of which its type must have.
func decode(t *testing.T, text []byte, object any) {
	t.Helper()
	if err := yaml.UnmarshalStrict(text, object); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
}

// flags are the flags that an installation gives the webhook, without their values.
func flags(t *testing.T, o objects) []string {
	t.Helper()
	var deployment appsv1.Deployment
	o.get(t, "Deployment/redislint-webhook", &deployment)
	var names []string
	for _, arg := range deployment.Spec.Template.Spec.Containers[0].Args {
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		names = append(names, name)
	}
	return names
}

func TestTheWebhookHasEveryFlagThatItIsGiven(t *testing.T) {
	t.Parallel()
	source := string(read(t, "../../cmd/webhook/flags.go"))
	given := flags(t, byName(t, template(t, "policies.memory/mine\\.rego=package redislint.memory.mine")))
	for _, folder := range overlays(t) {
		given = append(given, flags(t, byName(t, build(t, folder)))...)
	}
	given = append(given, "service-name", "webhook-configuration", "cert-secret", "leader-election-id") // under another name
	for _, name := range given {
		if !strings.Contains(source, `"`+name+`"`) {
			t.Errorf("the webhook has no flag --%s", name)
		}
	}
}
