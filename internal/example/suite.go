package example

import (
	"context"
	"io/fs"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/rules"
)

// Case is a rule, or a file that rules share, with what its tests came to.
type Case struct {
	Name string // id of the rule, or the file
	// Undecided is true for a rule that cannot be evaluated: its faults say why.
	Undecided bool
	Examples  bool // it has some
	Tests     []rules.RegoTest
	Coverage  rules.Coverage // by its tests, of which there may be none
	Faults    []rules.Fault  // everything that is wrong, failed tests too
}

// Suite tests a team's own rules, which were loaded from folders into a library beside a base: their examples, what they say
// when they know less, and their _test.rego files. The cases are sorted by category and name, what is no rule last. The error
// is the context's, or a failure of ours.
func Suite(ctx context.Context, base fs.FS, library *rules.Library, folders ...rules.Folder) ([]Case, error) {
	tested, err := rules.RunTests(ctx, base, library, folders...)
	if err != nil {
		return nil, err
	}
	evaluator, err := library.Select(rules.Selection{})
	if err != nil {
		return nil, err
	}
	var cases []Case
	byFile := map[string]int{}
	add := func(file string, c Case) {
		byFile[file] = len(cases)
		cases = append(cases, c)
	}
	for _, rule := range library.Rules() {
		if !rule.Own {
			continue
		}
		faults, err := Test(ctx, evaluator, rule)
		if err != nil {
			return nil, err
		}
		if len(faults) == 0 {
			if faults, err = Doubt(ctx, evaluator, rule); err != nil {
				return nil, err
			}
		}
		add(rule.File, Case{Name: rule.ID, Examples: true, Faults: faults})
	}
	for _, rule := range library.Faulty() {
		add(rule.File, Case{Name: rule.ID, Undecided: true, Faults: rule.Faults})
	}
	of := func(file string) *Case {
		file = strings.TrimSuffix(file, "_test.rego")
		if i, known := byFile[file]; known {
			return &cases[i]
		}
		file = strings.TrimSuffix(file, ".rego") + ".rego"
		if _, known := byFile[file]; !known {
			add(file, Case{Name: file})
		}
		return &cases[byFile[file]]
	}
	for _, fault := range library.Faults() {
		c := of(fault.File)
		c.Faults, c.Undecided = append(c.Faults, fault), true
	}
	for _, fault := range tested.Faults {
		c := of(fault.File)
		c.Faults, c.Undecided = append(c.Faults, fault), true
	}
	for _, test := range tested.Tests {
		c := of(test.File)
		c.Tests = append(c.Tests, test)
		if test.Failure != "" {
			c.Faults = append(c.Faults, rules.Fault{File: test.File, Line: test.Line, Message: failed(test)})
		}
	}
	for _, coverage := range tested.Coverage {
		of(coverage.File).Coverage = coverage
	}
	return cases, nil
}

func failed(test rules.RegoTest) string {
	text := []string{test.Name + " " + test.Failure}
	if test.Output != "" {
		text = append(text, "it printed: "+test.Output)
	}
	return strings.Join(slices.Compact(text), "\n\t")
}
