package rules

import (
	"cmp"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/redislint/redislint/internal/topology"
)

// query asks for the findings of one rule.
type query struct {
	body     ast.Body
	compiler *ast.Compiler // of the rule, and of the libraries
	query    ast.QueryCompiler
	guard    *guard
}

// verdictVar is the variable that a query binds to a rule's findings.
const verdictVar = ast.Var("findings")

// compile compiles all modules together, with the model's schema, and prepares one query for each rule. What is wrong with a
// team's own file leaves it out of another attempt, in which what relied on it fails too.
func (l *loader) compile(library *Library) {
	for {
		before := len(l.faults)
		compiler := newCompiler(l.capabilities)
		compiler.Compile(l.modules)
		if compiler.Failed() {
			l.opaFaults("", compiler.Errors)
		} else {
			l.checkReach(compiler)
		}
		if len(l.faults) == before {
			l.dropFaulty() // for its METADATA
			queries, faults := l.prepare(compiler)
			l.opaFaults("", faults)
			library.take(queries)
			return
		}
		if !l.dropFaulty() {
			return
		}
	}
}

// compileAccepted compiles rules in which there is nothing to find fault with: in parts, one for each core, as no rule needs
// another. That and the checks that are not made halve the time until a file is linted.
func (l *loader) compileAccepted(library *Library) {
	parts := make([]map[string]*ast.Module, max(1, min(runtime.GOMAXPROCS(0), len(l.byFile))))
	for i := range parts {
		parts[i] = map[string]*ast.Module{}
	}
	next := 0
	for _, file := range slices.Sorted(maps.Keys(l.modules)) {
		if l.byFile[file] != nil {
			parts[next%len(parts)][file] = l.modules[file]
			next++
			continue
		}
		for _, part := range parts {
			part[file] = l.modules[file] // of a library
		}
	}
	queries, faults := make([]map[*Rule]query, len(parts)), make([]ast.Errors, len(parts))
	var wg sync.WaitGroup
	for i, part := range parts {
		wg.Go(func() {
			compiler := newCompiler(l.capabilities).WithSkipStages(checks...)
			if compiler.Compile(part); compiler.Failed() {
				faults[i] = compiler.Errors
				return
			}
			queries[i], faults[i] = l.prepare(compiler)
		})
	}
	wg.Wait()
	l.opaFaults("", slices.Concat(faults...))
	library.take(queries...)
}

// prepare makes a query for each rule. It changes nothing, and so may be called concurrently.
func (l *loader) prepare(compiler *ast.Compiler) (queries map[*Rule]query, faults ast.Errors) {
	queries = map[*Rule]query{}
	for file, module := range compiler.Modules {
		rule := l.byFile[file]
		if rule == nil || l.modules[file] == nil {
			continue
		}
		prepared := query{compiler: compiler, query: compiler.QueryCompiler()}
		findings := module.Package.Path.Append(ast.StringTerm("findings"))
		body, err := prepared.query.Compile(ast.NewBody(ast.Equality.Expr(ast.NewTerm(verdictVar), ast.NewTerm(findings))))
		if err != nil {
			faults = append(faults, asErrors(err)...)
			continue
		}
		prepared.body = body
		prepared.guard = guardOf(compiler.GetRulesForVirtualDocument(findings))
		queries[rule] = prepared
	}
	return queries, faults
}

// take takes over rules that can be evaluated.
func (l *Library) take(queries ...map[*Rule]query) {
	l.store, l.queries = inmem.New(), map[*Rule]query{}
	for _, some := range queries {
		maps.Copy(l.queries, some)
	}
	l.rules = slices.SortedFunc(maps.Keys(l.queries), byCategory)
}

// newCompiler returns a compiler that knows the model.
func newCompiler(capabilities *ast.Capabilities) *ast.Compiler {
	schemas := ast.NewSchemaSet()
	schemas.Put(ast.SchemaRootRef, topology.Schema())
	return ast.NewCompiler().
		WithCapabilities(capabilities).
		WithSchemas(schemas).
		WithStrict(true).
		SetErrorLimit(0)
}

// checks are the stages of a compiler that find faults and change nothing: rules that have passed them need not pass them again
// whenever somebody lints a file.
var checks = []ast.StageID{
	ast.StageCheckUnusedImports, ast.StageCheckKeywordOverrides, ast.StageCheckDuplicateImports, ast.StageCheckVoidCalls,
	ast.StageCheckRuleConflicts, ast.StageCheckUndefinedFuncs, ast.StageCheckSafetyRuleHeads, ast.StageCheckRecursion,
	ast.StageCheckTypes, ast.StageCheckUnsafeBuiltins, ast.StageCheckDeprecatedBuiltins, ast.StageBuildRequiredCapabilities,
}

func byCategory(a, b *Rule) int {
	return cmp.Or(cmp.Compare(a.Category, b.Category), cmp.Compare(a.ID, b.ID))
}

// checkReach keeps a module to data of its own package and of libraries, and to what exists there: a misspelt name
// would be undefined, and its reader silent, for ever.
func (l *loader) checkReach(compiler *ast.Compiler) {
	for file, module := range compiler.Modules {
		ast.WalkRefs(module, func(ref ast.Ref) bool {
			if !ref[0].Equal(ast.DefaultRootDocument) || ref.Equal(module.Package.Path) {
				return false
			}
			line := row(ref)
			library := constant(ref, 1) == "redislint" && constant(ref, 2) == "lib"
			switch {
			case !library && !ref.HasPrefix(module.Package.Path):
				l.fault(file, line, "%s: a rule reads input, its own package and data.redislint.lib only", constantPart(ref))
			case len(compiler.GetRulesForVirtualDocument(ref)) == 0:
				l.fault(file, line, "%s is not defined", ref)
			}
			return false
		})
	}
}

// constantPart leaves out what the compiler made of variables.
func constantPart(ref ast.Ref) string {
	if prefix := ref.ConstantPrefix(); len(prefix) < len(ref) {
		return prefix.String() + "[…]"
	}
	return ref.String()
}

// refused are the builtins that reach out of the evaluation, whose answer may differ from one machine or run to the next
// (time zones are files), or whose time or memory a deadline does not end, beside those that OPA itself marks as
// nondeterministic. A trailing dot or underscore stands for all that begin so.
var refused = []string{
	"bits.lsh", "crypto.parse_private_keys", "crypto.x509.", "graph.", "graphql.", "http.", "io.jwt.", "json.marshal",
	"json.marshal_with_options", "json.match_schema", "json.verify_schema", "net.lookup_", "opa.", "providers.", "rand.", "rego.", "strings.render_template",
	"time.add_date", "time.clock", "time.date", "time.diff", "time.format", "time.now_ns", "time.weekday", "urlquery.encode_object",
	"uuid.rfc4122", "yaml.marshal", "internal.print", "internal.test_case", "print", "trace",
}

// capabilities are what a rule may use of Rego: the language, and builtins that compute.
func capabilities() *ast.Capabilities {
	allowed := ast.CapabilitiesForThisVersion(ast.CapabilitiesRegoVersion(ast.RegoV1))
	allowed.Builtins = slices.DeleteFunc(allowed.Builtins, func(builtin *ast.Builtin) bool {
		return builtin.IsNondeterministic() || slices.ContainsFunc(refused, func(name string) bool {
			if strings.HasSuffix(name, ".") || strings.HasSuffix(name, "_") {
				return strings.HasPrefix(builtin.Name, name)
			}
			return builtin.Name == name
		})
	})
	allowed.AllowNet = []string{} // nil would allow every host
	return allowed
}
