package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/report"
	"github.com/redislint/redislint/internal/rules"
)

func newExplain(out screen) *cobra.Command {
	var flags policyFlags
	cmd := &cobra.Command{
		Use:               "explain RULE",
		Short:             "Tell what a rule is about, how to fix what it finds, and how to tune or waive it",
		Args:              oneRule,
		ValidArgsFunction: completeRules,
		RunE: func(cmd *cobra.Command, args []string) error {
			library, _, _, err := flags.load()
			if err != nil {
				return err
			}
			rule, ok := library.Rule(args[0])
			if !ok {
				return errors.Join(&rules.UnknownRuleError{Name: args[0], Nearest: library.Nearest(args[0])}, library.Err())
			}
			if len(rule.Faults) > 0 {
				return &exit{exitFailure, &rules.LoadError{Faults: rule.Faults}}
			}
			return written(report.Explain(cmd.OutOrStdout(), rule, out.options()))
		},
	}
	flags.register(cmd)
	return cmd
}

func oneRule(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return errors.New("explain takes the name of one rule; redislint rules lists them")
	}
	return nil
}
