package lint_test

import (
	"fmt"
	"testing"

	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/source"
	"github.com/redislint/redislint/policies"
)

// TestWhatCopiesShareIsFoundOnce lints a Redis in several files of one folder, with one Service beside them.
func TestWhatCopiesShareIsFoundOnce(t *testing.T) {
	t.Parallel()
	library, err := rules.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	evaluator, err := library.Select(rules.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	inputs := []manifest.Input{{Name: "service.yaml", Data: []byte(`apiVersion: v1
kind: Service
metadata: {name: shared}
spec: {type: NodePort, selector: {app: redis}, ports: [{port: 6379}]}
`)}}
	for i := range 3 {
		inputs = append(inputs, manifest.Input{Name: fmt.Sprintf("copy-%d.yaml", i), Data: []byte(`apiVersion: redis.redis.opstreelabs.in/v1beta2
kind: Redis
metadata: {name: redis}
spec: {kubernetesConfig: {image: "quay.io/opstree/redis:v7.2.7"}}
`)})
	}
	result, err := lint.Run(t.Context(), manifest.Decode(inputs, manifest.Options{Sign: source.Sign}), evaluator)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, f := range result.Findings {
		found[f.Rule.ID]++
	}
	if len(result.Redis) != 3 || found["exposed-outside-cluster"] != 1 || found["auth-disabled"] != 3 {
		t.Errorf("found %v in %d Redis, want one exposed-outside-cluster and three auth-disabled in 3", found, len(result.Redis))
	}
}
