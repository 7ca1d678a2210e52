// Package deploy tests the manifests and the chart of the webhook with the libraries of those who read them: kustomize, Helm
// and the API server.
package deploy

import (
	"os"
	"testing"

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
