package rules

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/tester"
)

// Tested is what the _test.rego files of folders came to.
type Tested struct {
	Tests    []RegoTest // by file and line
	Coverage []Coverage // of every file of rules and what they share, by file
	// Faults are why some files were not tested, those of rules that are faulty themselves left out.
	Faults []Fault
}

// RegoTest is one test_ rule.
type RegoTest struct {
	File    string
	Line    int
	Name    string
	Skipped bool   // its name begins with todo_
	Failure string // "" for none
	Output  string // what it printed
}

// Coverage is how much of a file the tests reach.
type Coverage struct {
	File           string
	Covered, Lines int
	Missed         []Lines
}

// Lines are the first and the last of some that follow each other.
type Lines struct{ First, Last int }

func (l Lines) String() string {
	if l.First == l.Last {
		return fmt.Sprint(l.First)
	}
	return fmt.Sprintf("%d-%d", l.First, l.Last)
}

// testTime is how long one test may take.
const testTime = 5 * time.Second

// RunTests runs the _test.rego files of folders on the rules there, which see the libraries of the base too. A test sees rules
// as they are written: it gives them input.params itself. The error is one of the context, or a failure of ours.
func RunTests(ctx context.Context, base fs.FS, library *Library, own ...Folder) (*Tested, error) {
	l := loader{capabilities: testCapabilities(), modules: map[string]*ast.Module{}, own: map[string]bool{}}
	if err := l.readLibraries(base); err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	faulty := map[string]bool{}
	for _, fault := range library.faults {
		faulty[fault.File] = true
	}
	for _, rule := range library.faulty {
		faulty[rule.File] = true
	}
	for _, folder := range own {
		if err := l.readAll(folder, faulty); err != nil {
			return nil, fmt.Errorf("read rules: %w", err)
		}
	}
	var names []testName
	for {
		compiler := testCompiler(l.capabilities)
		compiler.Compile(l.modules)
		if !compiler.Failed() {
			names = testsIn(compiler)
			break
		}
		l.opaFaults("", compiler.Errors)
		if !l.dropFaulty() {
			return nil, &LoadError{l.sorted(l.faults)}
		}
	}
	tested := &Tested{Faults: l.sorted(l.faults)}
	return tested, tested.run(ctx, l, names)
}

// testCapabilities are those of rules, and what tests are made of.
func testCapabilities() *ast.Capabilities {
	allowed := capabilities()
	for _, name := range []string{ast.Print.Name, ast.InternalPrint.Name, ast.InternalTestCase.Name} {
		allowed.Builtins = append(allowed.Builtins, ast.BuiltinMap[name])
	}
	return allowed
}

func testCompiler(capabilities *ast.Capabilities) *ast.Compiler {
	return newCompiler(capabilities).WithStrict(false).WithEnablePrintStatements(true)
}

// readLibraries takes in what rules of the base share.
func (l *loader) readLibraries(base fs.FS) error {
	names, err := fs.Glob(base, "lib/*.rego")
	for _, name := range names {
		if err == nil && isRule(name) {
			l.modules[name] = l.moduleOf(name, l.parse(base, name, name))
		}
	}
	return err
}

// readAll takes in the sound files of a folder, tests too.
func (l *loader) readAll(folder Folder, faulty map[string]bool) error {
	return fs.WalkDir(folder.FS, ".", func(name string, entry fs.DirEntry, err error) error {
		file := path.Join(folder.Name, name)
		switch {
		case err != nil:
			return err
		case entry.IsDir() && hidden(name):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".rego" || faulty[file]:
			return nil
		}
		l.own[file] = true
		if module := l.moduleOf(file, l.parse(folder.FS, name, file)); module != nil {
			l.modules[file] = module
		}
		return nil
	})
}

// run runs the tests on all cores. When one of them takes too much, those that are left are run one by one: then it is known
// which.
func (t *Tested) run(ctx context.Context, l loader, names []testName) error {
	lines := covered{}
	together, err := l.pass(ctx, "", testTime)
	if err != nil {
		return err
	}
	finished := t.take(together, lines)
	if together.stopped != nil {
		for _, name := range names {
			if finished[name.file+":"+strconv.Itoa(name.line)] {
				continue
			}
			alone, err := l.pass(ctx, name.filter(), testTime)
			if err != nil {
				return err
			}
			if t.take(alone, lines); alone.stopped != nil {
				t.Tests = append(t.Tests, RegoTest{File: name.file, Line: name.line, Name: name.name, Failure: alone.stopped.Error()})
			}
		}
	}
	slices.SortFunc(t.Tests, func(a, b RegoTest) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Name, b.Name))
	})
	for _, file := range slices.Sorted(maps.Keys(l.own)) {
		if isRule(file) && l.modules[file] != nil {
			t.Coverage = append(t.Coverage, lines.of(file))
		}
	}
	return nil
}

// take takes in the tests that a pass has finished, and returns them by file and line.
func (t *Tested) take(p *pass, lines covered) map[string]bool {
	finished := map[string]bool{}
	for _, result := range p.results {
		test := regoTest(result)
		finished[test.File+":"+strconv.Itoa(test.Line)] = true
		t.Tests = append(t.Tests, test)
	}
	lines.add(p.coverage)
	return finished
}

func regoTest(result *tester.Result) RegoTest {
	test := RegoTest{Name: result.Name, Skipped: result.Skip, Output: strings.TrimSpace(string(result.Output))}
	if result.Location != nil {
		test.File, test.Line = result.Location.File, result.Location.Row
	}
	switch {
	case result.Skip, result.Pass():
	case result.Error != nil:
		test.Failure = reason(result.Error).Error()
	default:
		test.Failure = "is not true"
		if at := result.FailedAt; at != nil && at.Location != nil {
			test.Failure = fmt.Sprintf("is not true, from line %d on: %s", at.Location.Row, strings.Join(strings.Fields(string(at.Location.Text)), " "))
		}
	}
	return test
}
