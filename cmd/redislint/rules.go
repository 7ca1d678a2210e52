package main

import (
	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/report"
)

func newRules(out screen) *cobra.Command {
	var flags policyFlags
	output := choice{value: "text", allowed: []string{"text", "json"}}
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List all rules",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			library, _, _, err := flags.load()
			if err != nil {
				return err
			}
			if output.value == "json" {
				err = report.RulesJSON(cmd.OutOrStdout(), library.Rules())
			} else {
				err = report.Rules(cmd.OutOrStdout(), library.Rules(), out.options())
			}
			if err != nil {
				return written(err)
			}
			return sound(library)
		},
	}
	cmd.Flags().VarP(&output, "output", "o", "format: "+output.list())
	flags.register(cmd)
	register(cmd, map[string]cobra.CompletionFunc{"output": output.completion})
	return cmd
}

// written wraps what stopped output from being written, if anything did.
func written(err error) error {
	if err != nil {
		return failure("write output: %w", err)
	}
	return nil
}
