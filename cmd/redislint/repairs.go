package main

import (
	"slices"

	"github.com/redislint/redislint/internal/fix"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/report"
	"github.com/redislint/redislint/internal/rules"
)

// repairs are how findings could be ended by edits, by fingerprint.
func repairs(findings []rules.Finding) map[string]report.Repair {
	all := map[string]report.Repair{}
	for _, f := range findings {
		if f.Suppressed != nil || len(f.Fixes) == 0 {
			continue
		}
		repair, err := fix.For(f, true)
		if err != nil || slices.ContainsFunc(repair.Edits, func(e fix.Edit) bool { return e.File == manifest.Stdin }) {
			continue // a person has to find another way
		}
		shown := report.Repair{Safe: repair.Safe, Note: repair.Note}
		for _, e := range repair.Edits {
			shown.Edits = append(shown.Edits, report.Edit{File: e.File, Position: e.Position, Text: e.Text})
		}
		all[f.Fingerprint] = shown
	}
	return all
}
