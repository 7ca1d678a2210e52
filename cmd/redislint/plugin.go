package main

import (
	"path/filepath"
	"strings"
)

// calledAs is what a user types to run a program: kubectl runs its plugin kubectl-redislint for "kubectl redislint".
func calledAs(program string) string {
	// A path of Windows may be read elsewhere, in tests.
	name := filepath.Base(strings.ReplaceAll(program, `\`, "/"))
	name = strings.TrimSuffix(name, ".exe")
	if plugin, ok := strings.CutPrefix(name, "kubectl-"); ok && plugin != "" {
		return "kubectl " + strings.ReplaceAll(plugin, "_", "-")
	}
	return "redislint"
}
