package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"
)

// run is the webhook without the process around it. It returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	cmd := newCommand(func(cmd *cobra.Command, o options) error { return nil })
	cmd.SetArgs(args)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	return conclude(cmd.ExecuteContext(ctx), stderr)
}
