package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/report"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/policies"
)

func newExplain(out screen) *cobra.Command {
	return &cobra.Command{
		Use:               "explain RULE",
		Short:             "Tell what a rule is about, how to fix what it finds, and how to tune or waive it",
		Args:              oneRule,
		ValidArgsFunction: completeRules,
		RunE: func(cmd *cobra.Command, args []string) error {
			library, err := rules.Load(policies.FS)
			if err != nil {
				return failure("%w", err)
			}
			rule, ok := library.Rule(args[0])
			if !ok {
				return &rules.UnknownRuleError{Name: args[0], Nearest: library.Nearest(args[0])}
			}
			return written(report.Explain(cmd.OutOrStdout(), rule, out.options()))
		},
	}
}

func oneRule(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return errors.New("explain takes the name of one rule; redislint rules lists them")
	}
	return nil
}
