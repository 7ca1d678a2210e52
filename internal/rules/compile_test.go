package rules

import (
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/redislint/redislint/internal/fixture"
)

// A release of OPA that adds builtins shows them here, for a person to decide whether a rule may have them.
func TestBuiltins(t *testing.T) {
	t.Parallel()
	allowed := capabilities()
	var names strings.Builder
	for _, builtin := range allowed.Builtins {
		names.WriteString(builtin.Name + "\n")
	}
	fixture.Golden(t, "testdata/builtins.golden", []byte(names.String()))
	if allowed.AllowNet == nil {
		t.Error("AllowNet is nil, which allows every host")
	}
}

func TestRefusedBuiltinsExist(t *testing.T) {
	t.Parallel()
	for _, name := range refused {
		found := false
		for _, builtin := range ast.Builtins {
			found = found || strings.HasPrefix(builtin.Name, name)
		}
		if !found {
			t.Errorf("OPA has no builtin %s any more", name)
		}
	}
}
