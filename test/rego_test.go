package test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"

	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/topology"
)

// modules returns the Rego files of policies/, tests and library included, by path.
func modules(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	walk(t, func(name string) {
		if strings.HasPrefix(name, "policies/") && filepath.Ext(name) == ".rego" {
			files[filepath.Join("..", name)] = read(t, name)
		}
	})
	if len(files) == 0 {
		t.Fatal("policies/ holds no Rego file")
	}
	return files
}

// UPDATE=1 formats the files. Not parallel: other tests compile them.
func TestRegoIsFormatted(t *testing.T) {
	for name, content := range modules(t) {
		formatted, err := format.Source(name, content)
		if err != nil {
			t.Error(err)
			continue
		}
		fixture.Golden(t, name, formatted)
	}
}

// Strict, and with the model's schema: an unused variable or a field that the model does not have is an error.
func TestRegoCompilesStrictly(t *testing.T) {
	t.Parallel()
	parsed := map[string]*ast.Module{}
	for name, content := range modules(t) {
		module, err := ast.ParseModuleWithOpts(name, string(content), ast.ParserOptions{ProcessAnnotation: true})
		if err != nil {
			t.Fatal(err)
		}
		parsed[name] = module
	}
	schemas := ast.NewSchemaSet()
	schemas.Put(ast.SchemaRootRef, topology.Schema())
	compiler := ast.NewCompiler().WithStrict(true).WithSchemas(schemas)
	compiler.Compile(parsed)
	for _, err := range compiler.Errors {
		t.Error(err)
	}
}
