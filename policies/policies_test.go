package policies

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/topology"
)

// parse returns all modules, tests included, by file.
func parse(t testing.TB) map[string]*ast.Module {
	t.Helper()
	modules := map[string]*ast.Module{}
	for name, raw := range files(t) {
		module, err := ast.ParseModuleWithOpts(name, string(raw), ast.ParserOptions{RegoVersion: ast.RegoV1, ProcessAnnotation: true})
		if err != nil {
			t.Fatal(err)
		}
		modules[name] = module
	}
	return modules
}

func files(t testing.TB) map[string][]byte {
	t.Helper()
	names, err := fs.Glob(FS, "*/*.rego")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, name := range names {
		if all[name], err = fs.ReadFile(FS, name); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// compiler refuses fields that the model does not have.
func compiler() *ast.Compiler {
	schemas := ast.NewSchemaSet()
	schemas.Put(ast.SchemaRootRef, topology.Schema())
	return ast.NewCompiler().WithSchemas(schemas).WithEnablePrintStatements(true)
}

func TestRego(t *testing.T) {
	t.Parallel()
	modules := parse(t)
	coverage := cover.New()
	store := inmem.New()
	txn, err := store.NewTransaction(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Abort(t.Context(), txn)

	runner := tester.NewRunner().
		SetCompiler(compiler()).
		SetStore(store).
		SetModules(modules).
		CapturePrintOutput(true).
		RaiseBuiltinErrors(true).
		SetCoverageQueryTracer(coverage)
	results, err := runner.RunTests(t.Context(), txn)
	if err != nil {
		t.Fatal(err)
	}
	for result := range results {
		t.Run(strings.TrimPrefix(result.Package, "data.redislint.")+"/"+result.Name, func(t *testing.T) {
			if result.Error != nil {
				t.Error(result.Error)
			}
			if !result.Pass() {
				t.Errorf("%s: not true\n%s", result.Location, result.Output)
			}
		})
	}

	report := coverage.Report(modules)
	for _, name := range slices.Sorted(maps.Keys(report.Files)) {
		for _, lines := range report.Files[name].NotCovered {
			t.Errorf("%s:%d-%d: no test in %s gets there", name, lines.Start.Row, lines.End.Row, strings.Replace(name, ".rego", "_test.rego", 1))
		}
	}
	for name := range modules {
		if _, ok := report.Files[name]; !ok {
			t.Errorf("%s: no test runs it", name)
		}
	}
}

func TestFormat(t *testing.T) {
	t.Parallel()
	for name, raw := range files(t) {
		formatted, err := format.Source(name, raw)
		switch {
		case err != nil:
			t.Error(err)
		case bytes.Equal(raw, formatted):
		case fixture.Updating():
			if err := os.WriteFile(name, formatted, 0o644); err != nil {
				t.Error(err)
			}
		default:
			t.Errorf("%s is not in opa fmt's form (UPDATE=1 rewrites it):\n%s", name, cmp.Diff(string(raw), string(formatted)))
		}
	}
}

func TestSchema(t *testing.T) {
	t.Parallel()
	schema, err := json.MarshalIndent(topology.Schema(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	fixture.Golden(t, "schema.json", append(schema, '\n'))
}
