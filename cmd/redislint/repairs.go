package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/redislint/redislint/internal/fix"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/report"
	"github.com/redislint/redislint/internal/rules"
)

// repairs are how findings could be ended by edits, by fingerprint.
func repairs(findings []rules.Finding) map[string]report.Repair {
	all := map[string]report.Repair{}
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for part := range slices.Chunk(findings, 64) {
		group.Go(func() (err error) {
			defer func() {
				if fault := recover(); fault != nil {
					err = fmt.Errorf("%v\n%s", fault, debug.Stack())
				}
			}()
			for _, f := range part {
				if shown, ok := repair(f); ok {
					mu.Lock()
					all[f.Fingerprint] = shown
					mu.Unlock()
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		panic(err) // which belongs to the caller
	}
	return all
}

// repair reports false for a finding that a person has to find another way for.
func repair(f rules.Finding) (report.Repair, bool) {
	if f.Suppressed != nil || len(f.Fixes) == 0 {
		return report.Repair{}, false
	}
	repair, err := fix.For(f, true)
	if err != nil || slices.ContainsFunc(repair.Edits, func(e fix.Edit) bool { return e.File == manifest.Stdin }) {
		return report.Repair{}, false
	}
	shown := report.Repair{Safe: repair.Safe, Note: repair.Note}
	for _, e := range repair.Edits {
		shown.Edits = append(shown.Edits, report.Edit{File: e.File, Position: e.Position, Text: e.Text})
	}
	return shown, true
}
