package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/example"
	"github.com/redislint/redislint/internal/report"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/policies"
)

const testHelp = `Test runs what a team's own rules promise: the bad example in their METADATA has
findings on the lines with the comment "# want <rule>" and on no other, the good one
has none; they find nothing where nothing is known, and no more of their examples when
a field is not; and the tests in their _test.rego files are true. Behind each rule stands
how much of it those tests reach.

Without a folder it tests those that the configuration names.

Exit codes:
  0  all of it holds
  1  something does not
  2  wrong arguments
  3  a rule that cannot be evaluated, or a test that cannot be run`

func newTest() *cobra.Command {
	return &cobra.Command{
		Use:               "test [DIR]...",
		Short:             "Test your own rules: their examples and their _test.rego files",
		Long:              testHelp,
		ValidArgsFunction: folders,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				var err error
				if args, err = configuredFolders(); err != nil {
					return err
				}
			}
			own, done, err := openFolders(args)
			if err != nil {
				return err
			}
			defer done()
			library, err := rules.LoadOwn(policies.FS, own...)
			if err != nil {
				return failure("%w", err)
			}
			cases, err := example.Suite(cmd.Context(), policies.FS, library, own...)
			if err != nil {
				return failure("test: %w", err)
			}
			return tell(cmd.OutOrStdout(), cases)
		},
	}
}

func folders(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// configuredFolders are those of the configuration.
func configuredFolders() ([]string, error) {
	var flags policyFlags
	folders, _, _, err := flags.named()
	if err == nil && len(folders) == 0 {
		err = errors.New("no folder of rules: name one, or policies in the configuration; redislint new rule NAME writes a first rule")
	}
	return folders, err
}

// tell writes what tests came to, and returns the exit code.
func tell(out io.Writer, cases []example.Case) error {
	code := exitClean
	widest, tests, broken := 0, 0, 0
	for _, c := range cases {
		widest = max(widest, len(c.Name))
	}
	var b strings.Builder
	for _, c := range cases {
		state := "ok"
		switch {
		case c.Undecided:
			state, code = "undecided", exitFailure
		case len(c.Faults) > 0:
			state, code = "failed", max(code, exitFindings)
		}
		if state != "ok" {
			broken++
		}
		tests += len(c.Tests)
		fmt.Fprintf(&b, "%-9s  %-*s  %s\n", state, widest, report.Visible(c.Name), extent(c))
		for _, fault := range c.Faults {
			for line := range strings.Lines(fault.String()) {
				fmt.Fprintf(&b, "    %s\n", report.Visible(strings.TrimRight(strings.ReplaceAll(line, "\t", "    "), "\n")))
			}
		}
	}
	fmt.Fprintf(&b, "\n%s, %s", count(len(cases)-broken, "passed"), count(broken, "did not pass"))
	fmt.Fprintf(&b, " · %s\n", plural(tests, "test"))
	if _, err := io.WriteString(out, b.String()); err != nil {
		return written(err)
	}
	if code != exitClean {
		return &exit{code: code}
	}
	return nil
}

// extent says what of a case was tested.
func extent(c example.Case) string {
	var parts []string
	if c.Examples {
		parts = append(parts, "2 examples")
	}
	skipped := 0
	for _, test := range c.Tests {
		if test.Skipped {
			skipped++
		}
	}
	parts = append(parts, plural(len(c.Tests)-skipped, "test"))
	if skipped > 0 {
		parts = append(parts, fmt.Sprintf("%d skipped", skipped))
	}
	if c.Coverage.Lines > 0 {
		reached := fmt.Sprintf("%d of %d lines reached", c.Coverage.Covered, c.Coverage.Lines)
		if len(c.Coverage.Missed) > 0 && len(c.Tests) > 0 {
			var missed []string
			for _, lines := range c.Coverage.Missed {
				missed = append(missed, lines.String())
			}
			const most = 5
			if more := len(missed) - most; more > 0 {
				missed = append(missed[:most], fmt.Sprintf("%d more", more))
			}
			reached += ", not " + strings.Join(missed, ", ")
		}
		parts = append(parts, reached)
	}
	return strings.Join(parts, ", ")
}

func count(n int, what string) string { return fmt.Sprintf("%d %s", n, what) }

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return count(n, what)
}
