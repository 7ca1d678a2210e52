package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/report"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/policies"
)

func newDocs() *cobra.Command {
	return &cobra.Command{
		Use:    "docs FOLDER",
		Short:  "Write a page about each rule as Markdown",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			library, err := rules.Load(policies.FS)
			if err != nil {
				return failure("%w", err)
			}
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return failure("write pages: %w", err)
			}
			for name, page := range report.Docs(library.Rules()) {
				if err := os.WriteFile(filepath.Join(args[0], name), page, 0o644); err != nil {
					return failure("write pages: %w", err)
				}
			}
			return nil
		},
	}
}
