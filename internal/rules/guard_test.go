package rules

import (
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body  string
		stops map[string]bool // by the value of input.mode; "" is no such field
	}{
		"a mode": {
			`findings contains 1 if { input.mode == "sentinel"; input.name }`,
			map[string]bool{"sentinel": false, "cluster": true, "": true},
		},
		"a mode, the other way round": {
			`findings contains 1 if { "sentinel" == input.mode }`,
			map[string]bool{"sentinel": false, "cluster": true},
		},
		"two definitions": {
			`findings contains 1 if { input.mode == "sentinel" }
			 findings contains 2 if { input.mode == "replication" }`,
			map[string]bool{"sentinel": false, "replication": false, "cluster": true},
		},
		"a definition without one": {
			`findings contains 1 if { input.mode == "sentinel" }
			 findings contains 2 if { input.name }`,
			map[string]bool{"sentinel": false, "cluster": false, "": false},
		},
		"facts that differ": {
			`findings contains 1 if { input.mode == "sentinel" }
			 findings contains 2 if { input.profile == "store" }`,
			map[string]bool{"cluster": false},
		},
		"not the first line": {
			`findings contains 1 if { input.name; input.mode == "sentinel" }`,
			map[string]bool{"cluster": false},
		},
		"what must not be": {
			`findings contains 1 if { not input.mode == "sentinel" }
			 findings contains 2 if { input.mode != "sentinel" }`,
			map[string]bool{"cluster": false, "sentinel": false},
		},
		"another input": {
			`findings contains 1 if { input.mode == "sentinel" with input as {"mode": "sentinel"} }`,
			map[string]bool{"cluster": false},
		},
		"a fact of a fact": {
			`findings contains 1 if { input.mode.name == "sentinel" }`,
			map[string]bool{"cluster": false},
		},
		"a fact that is looked for": {
			`findings contains key if { input[key] == "sentinel" }`,
			map[string]bool{"cluster": false},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			module, err := ast.ParseModuleWithOpts("rule.rego", "package redislint.test\n"+test.body, ast.ParserOptions{RegoVersion: ast.RegoV1})
			if err != nil {
				t.Fatal(err)
			}
			compiler := ast.NewCompiler()
			if compiler.Compile(map[string]*ast.Module{"rule.rego": module}); compiler.Failed() {
				t.Fatal(compiler.Errors)
			}
			guard := guardOf(compiler.GetRulesForVirtualDocument(ast.MustParseRef("data.redislint.test.findings")))
			for mode, want := range test.stops {
				input := ast.NewObject()
				if mode != "" {
					input.Insert(ast.StringTerm("mode"), ast.StringTerm(mode))
				}
				if got := guard.stops(input); got != want {
					t.Errorf("mode %q: stops %v, want %v", mode, got, want)
				}
			}
		})
	}
}
