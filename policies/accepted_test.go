package policies

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/rules"
)

// TestAccepted makes sure of what LoadOwn takes for granted, and that it loses nothing by that.
func TestAccepted(t *testing.T) {
	t.Parallel()
	checked, err := rules.Load(FS)
	if err != nil {
		t.Fatal(err)
	}
	called := cmp.Transformer("called", func(examples func() rules.Examples) rules.Examples { return examples() })
	if diff := cmp.Diff(checked.Rules(), library(t).Rules(), called); diff != "" {
		t.Errorf("Load (-) and LoadOwn (+):\n%s", diff)
	}
}
