package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const rootHelp = `redislint finds what makes Redis on Kubernetes fail, before it runs: in manifests,
rendered charts and custom resources of Redis operators.

Exit codes:
  0  nothing found, or nothing as severe as --fail-on
  1  findings
  2  wrong arguments or configuration
  3  input that could not be read or judged, or a failure of redislint

Every flag can be set by an environment variable: REDISLINT_FAIL_ON=warning is
--fail-on warning. A flag wins over its variable, and both win over the
configuration, .redislint.yaml in the current folder or above it in the repository.`

func newRoot(out, err screen) *cobra.Command {
	root := &cobra.Command{
		Use:               "redislint",
		Annotations:       map[string]string{cobra.CommandDisplayNameAnnotation: calledAs(os.Args[0])},
		Short:             "Judge Redis on Kubernetes before it runs",
		Long:              rootHelp,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: fromEnvironment,
		Args:              unknownCommand,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(nearestFlag)
	color := choice{value: "auto", allowed: []string{"auto", "always", "never"}}
	root.PersistentFlags().Var(&color, "color", "colour the output: "+color.list()+"; NO_COLOR is heeded")
	register(root, map[string]cobra.CompletionFunc{"color": color.completion})
	out.color = &color
	root.AddCommand(newLint(out, err), newFix(out, err), newGraph(err), newLSP(), newAudit(out, err), newDoctor(out), newRules(out), newExplain(out), newConfig(), newVersion(), newRenderChild())
	root.AddCommand(newTest(), newNew(), newModel())
	return root
}

// unknownCommand refuses arguments of the root command: each is a command that does not exist.
func unknownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, cmd := range root.Commands() {
		if cmd.IsAvailableCommand() {
			names = append(names, cmd.Name())
		}
	}
	return suggest(fmt.Errorf("unknown command %q", args[0]), "", nearest(args[0], names))
}

// variable annotates a flag with the variable that it was set by.
const variable = "variable"

// fromEnvironment sets flags that were not given from REDISLINT_ variables.
func fromEnvironment(cmd *cobra.Command, _ []string) error {
	var failed error
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		name := "REDISLINT_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
		value := os.Getenv(name)
		if flag.Changed || flag.Name == "help" || value == "" {
			return
		}
		values := []string{value}
		if flag.Value.Type() == "stringArray" {
			values = strings.Fields(value)
		}
		for _, value := range values {
			if err := cmd.Flags().Set(flag.Name, value); err != nil {
				failed = fmt.Errorf("%s: %w", name, errors.Unwrap(err))
			}
		}
		flag.Annotations = map[string][]string{variable: {name}}
	})
	return failed
}

// nearestFlag adds to the error about an unknown flag the one that was probably meant.
func nearestFlag(cmd *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok || unknown.GetSpecifiedShortnames() != "" {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(flag *pflag.Flag) { names = append(names, flag.Name) })
	return suggest(err, "--", nearest(unknown.GetSpecifiedName(), names))
}

func suggest(err error, prefix, name string) error {
	if name == "" {
		return err
	}
	return fmt.Errorf("%w, did you mean %s%s?", err, prefix, name)
}

// nearest returns the name that a misspelt one probably means, or "".
func nearest(written string, names []string) string {
	const longest = 100 // the distance takes quadratic time
	if len(written) > longest {
		return ""
	}
	best, fewest := "", max(2, len(written)/3)+1
	for _, name := range names {
		if written != "" && strings.HasPrefix(name, written) {
			return name
		}
		if edits := levenshtein.ComputeDistance(written, name); edits < fewest {
			best, fewest = name, edits
		}
	}
	return best
}

// choice is a flag that takes one of a few words.
type choice struct {
	value   string
	allowed []string
}

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return "word" }
func (c *choice) list() string   { return strings.Join(c.allowed, ", ") }

func (c *choice) Set(value string) error {
	if slices.Contains(c.allowed, value) {
		c.value = value
		return nil
	}
	return suggest(fmt.Errorf("must be one of %s", c.list()), "", nearest(value, c.allowed))
}
