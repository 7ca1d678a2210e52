package main

import (
	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/rules"
)

// completeRules offers a shell the ids of rules.
func completeRules(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	library, err := ruleSet(cmd)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var ids []cobra.Completion
	for _, rule := range library.Rules() {
		ids = append(ids, cobra.CompletionWithDesc(rule.ID, rule.Title))
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

// ruleSet returns the rules that a command's flags lead to.
func ruleSet(cmd *cobra.Command) (*rules.Library, error) {
	var f policyFlags
	var err error
	if cmd.Flags().Lookup("policy") != nil {
		f.folders, err = cmd.Flags().GetStringArray("policy")
		f.file, _ = cmd.Flags().GetString("config") // registered together
		f.noFile, _ = cmd.Flags().GetBool("no-config")
	}
	if err != nil {
		return nil, err
	}
	library, _, _, err := f.load()
	return library, err
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
