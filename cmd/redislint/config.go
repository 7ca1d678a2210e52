package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/config"
)

const configHelp = `A configuration says which rules apply where, how severe they are, and what is waived.

It is the ` + "`.redislint.yaml`" + ` in the current folder or, within a repository, in the nearest
folder above that has one. Flags and their environment variables win over it.`

func newConfig() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Write, verify and show the configuration",
		Long:  configHelp,
		Args:  unknownCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newConfigInit(), newConfigVerify(), newConfigShow(), newConfigSchema())
	return cmd
}

func newConfigInit() *cobra.Command {
	return &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a configuration that shows in comments what there is to say",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := config.Names[0]
			if len(args) == 1 {
				path = args[0]
			}
			if err := config.Init(path); err != nil {
				return err
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s written\n", path)
			return written(err)
		},
	}
}

func newConfigVerify() *cobra.Command {
	var flags ruleFlags
	cmd := &cobra.Command{
		Use:   "verify [FILE]",
		Short: "Tell all that is wrong with the configuration",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				flags.file = args[0]
			}
			chosen, err := flags.choose(cmd.Flags())
			if err != nil {
				return err
			}
			if chosen.config.File == "" {
				return fmt.Errorf("no %s in this folder, nor above it in a repository; redislint config init writes one", config.Names[0])
			}
			if err := sound(chosen.library); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is valid\n", chosen.config.File)
			return written(err)
		},
	}
	cmd.Flags().StringVarP(&flags.file, "config", "c", "", "configuration `file`")
	return cmd
}

func newConfigShow() *cobra.Command {
	var flags ruleFlags
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show every value in force, and where it comes from",
		Long: `Show prints a configuration with every value in force, the defaults too, and behind each
where it comes from: default, the file with line and column, a variable, or a flag. It
takes the flags of redislint lint that matter to rules.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			chosen, err := flags.choose(cmd.Flags())
			if err != nil {
				return err
			}
			shown, err := show(chosen, &flags, cmd.Flags())
			if err != nil {
				return err
			}
			if err := shown.write(cmd.OutOrStdout()); err != nil {
				return written(err)
			}
			return sound(chosen.library)
		},
	}
	flags.register(cmd)
	return cmd
}

func newConfigSchema() *cobra.Command {
	var flags policyFlags
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the configuration, for editors",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			library, _, _, err := flags.load()
			if err != nil {
				return err
			}
			schema, err := config.Schema(library)
			if err != nil {
				return failure("%w", err)
			}
			if _, err := cmd.OutOrStdout().Write(schema); err != nil {
				return written(err)
			}
			return sound(library)
		},
	}
	flags.register(cmd)
	return cmd
}
