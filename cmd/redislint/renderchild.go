package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/render"
)

// newRenderChild returns the command that package render runs in a process of its own. It is for nobody else.
func newRenderChild() *cobra.Command {
	return &cobra.Command{
		Use:    render.ChildArgument,
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if code := render.Child(os.Stdin, os.Stdout); code != 0 {
				return &exit{code: code}
			}
			return nil
		},
	}
}
