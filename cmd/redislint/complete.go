package main

import (
	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/policies"
)

// completeRules offers a shell the ids of rules.
func completeRules(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	library, err := rules.Load(policies.FS)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var ids []cobra.Completion
	for _, rule := range library.Rules() {
		ids = append(ids, cobra.CompletionWithDesc(rule.ID, rule.Title))
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

// completion offers a shell the words of a flag.
func (c *choice) completion(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return c.allowed, cobra.ShellCompDirectiveNoFileComp
}

// register makes completions of flags known. It fails only for a flag that does not exist, which is ours to see.
func register(cmd *cobra.Command, completions map[string]cobra.CompletionFunc) {
	for flag, completion := range completions {
		if err := cmd.RegisterFlagCompletionFunc(flag, completion); err != nil {
			panic(err)
		}
	}
}
