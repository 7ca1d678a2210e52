// Package policies holds the rules and nothing else: one Rego file for each, in
// a folder for each category. It does not know how they are loaded.
package policies

import "embed"

// FS holds every rule and library file. Their tests come along; the loader
// leaves them out.
//
//go:embed */*.rego
var FS embed.FS
