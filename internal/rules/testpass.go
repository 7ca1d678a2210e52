package rules

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"
)

var errTestMemory = fmt.Errorf("was stopped, as a test may take %d MB", mostMemory>>20)

// pass is one run over tests, and what watched it: as with a team's own rules, nothing that a test does may take what the
// process is needed for.
type pass struct {
	results  []*tester.Result // of the tests that ended by themselves
	coverage *cover.Report    // nil when it was left to itself
	stopped  error            // why it ended before all tests had
}

// pass runs the tests whose path the filter matches; "" is all. Each may take limit. The error is one of the context, or a
// failure of ours.
func (l *loader) pass(ctx context.Context, filter string, limit time.Duration) (*pass, error) {
	coverage, store := cover.New(), inmem.New()
	running, stop := context.WithCancel(ctx)
	defer stop()
	txn, err := store.NewTransaction(ctx)
	if err != nil {
		return nil, err
	}
	results, err := tester.NewRunner().
		SetCompiler(testCompiler(l.capabilities)).
		SetStore(store).
		SetModules(l.modules).
		SetTimeout(limit).
		CapturePrintOutput(true).
		RaiseBuiltinErrors(true).
		SetCoverageQueryTracer(coverage).
		Filter(filter).
		RunTests(running, txn)
	if err != nil {
		store.Abort(ctx, txn)
		return nil, fmt.Errorf("run tests: %w", err)
	}
	p := &pass{}
	if !p.watch(ctx, results, limit, stop) {
		go func() { // nobody waits for what does not end
			for range results { // a test that ends after all must not wait for a reader
			}
		}()
		return p, ctx.Err()
	}
	store.Abort(ctx, txn)
	report := coverage.Report(l.modules)
	p.coverage = &report
	return p, ctx.Err()
}

// watch takes in results and stops the tests when they take too much memory. It reports false when they do not end, which
// they should have limit after each result, and grace after they were stopped.
func (p *pass) watch(ctx context.Context, results <-chan *tester.Result, limit time.Duration, stop func()) (ended bool) {
	before, most := memory()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	deadline := time.Now().Add(limit + grace)
	for {
		select {
		case result, more := <-results:
			switch {
			case !more && p.stopped != nil:
				runtime.GC() // what they took is free now
				return true
			case !more:
				return true
			case p.stopped != nil && topdown.IsCancel(result.Error): // by us
			default:
				p.results = append(p.results, result)
			}
			if p.stopped == nil {
				deadline = time.Now().Add(limit + grace)
			}
		case now := <-look.C:
			after, _ := memory()
			switch {
			case now.After(deadline):
				if p.stopped == nil {
					p.stopped = fmt.Errorf("does not end, %v after it was told to", grace)
				}
				stop()
				return false
			case p.stopped == nil && (after > before+most || ctx.Err() != nil):
				p.stopped, deadline = errTestMemory, now.Add(grace)
				stop()
			}
		}
	}
}

// testName is a test before it is run.
type testName struct {
	file string
	line int
	name string
	pack string // path of the package
}

// testsIn are the tests of the modules, by file and line.
func testsIn(compiler *ast.Compiler) []testName {
	var names []testName
	for _, module := range compiler.Modules {
		for _, rule := range module.Rules {
			name := strings.Trim(rule.Head.Ref().GroundPrefix()[0].Value.String(), `"`)
			if strings.HasPrefix(name, tester.TestPrefix) {
				names = append(names, testName{rule.Location.File, rule.Location.Row, name, module.Package.Path.String()})
			}
		}
	}
	slices.SortFunc(names, func(a, b testName) int { return strings.Compare(a.place(), b.place()) })
	return names
}

func (n testName) place() string { return fmt.Sprintf("%s:%8d:%s", n.file, n.line, n.name) }

// filter matches the path of the test, and of those of the same name, which the runner numbers.
func (n testName) filter() string {
	name := regexp.QuoteMeta(n.name)
	return "^" + regexp.QuoteMeta(n.pack) + `(\.` + name + `|\["` + name + `(#[0-9]+)?"\])$`
}

// covered are the lines of files that tests can reach, and whether some did.
type covered map[string]map[int]bool

func (c covered) add(report *cover.Report) {
	if report == nil {
		return
	}
	for file, found := range report.Files {
		if c[file] == nil {
			c[file] = map[int]bool{}
		}
		mark := func(ranges []cover.Range, reached bool) {
			for _, r := range ranges {
				for row := r.Start.Row; row <= r.End.Row; row++ {
					c[file][row] = c[file][row] || reached
				}
			}
		}
		mark(found.Covered, true)
		mark(found.NotCovered, false)
	}
}

// of sums up a file.
func (c covered) of(file string) Coverage {
	sum := Coverage{File: file, Lines: len(c[file])}
	for _, row := range slices.Sorted(maps.Keys(c[file])) {
		last := len(sum.Missed) - 1
		switch {
		case c[file][row]:
			sum.Covered++
		case last >= 0 && sum.Missed[last].Last == row-1:
			sum.Missed[last].Last = row
		default:
			sum.Missed = append(sum.Missed, Lines{row, row})
		}
	}
	return sum
}
