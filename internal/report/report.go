// Package report writes findings and rules as bytes, for people and for programs. It knows nothing of how a finding came
// about, nor of the command line.
package report

import (
	"time"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

// Report is everything that one run of redislint has to tell.
type Report struct {
	Findings  []rules.Finding // in the order of rules.Sort
	Redis     []Redis
	Unseen    []Unseen
	Undecided []rules.Undecided
	Errors    []manifest.Error
	Notices   []manifest.Notice
	// Unknown are objects whose kind sounds like Redis and is not known.
	Unknown []*manifest.Object
	Summary Summary
	// Cluster is what objects were read from instead of files, nil for files. An object's file is its name then, and places
	// are told by their paths: nobody has a file with their lines.
	Cluster *Cluster
}

// Cluster is a running cluster, or a part of it.
type Cluster struct {
	Name     string // "context prod, namespace shop"
	Requests int    // that were made of its API server
}

// Redis is one recognised Redis.
type Redis struct {
	Name, Namespace string
	Mode            string // "" when the input does not tell
	Source          string // the source's name, for programs
	Flavor          string // what a person calls it
	Profile         string // cache, store or unknown: what its data is to those who use it
	Objects         []*manifest.Object
}

// FullName is the name with the namespace before it, where the input gives one.
func (r Redis) FullName() string { return fullName(r.Namespace, r.Name) }

// Unseen is an object that a Redis refers to and the input does not have, and what stays unknown without it.
type Unseen struct {
	Redis      string // its full name
	Kind, Name string
	Unknown    []string
}

// Summary counts what was read.
type Summary struct {
	Files   int
	Objects int // with those that no Redis needed, and that were therefore not decoded
	Unread  int // documents that were not read at all
	Old     int // findings that are left out, as only new ones were asked for
	Elapsed time.Duration
}

// tally counts findings by severity, those that a waiver suppresses and those that a baseline has apart.
type tally struct {
	error, warning, info, suppressed, baseline int
}

func count(findings []rules.Finding) tally {
	var t tally
	for _, f := range findings {
		switch {
		case f.Suppressed != nil && f.Suppressed.Form == rules.Recorded:
			t.baseline++
		case f.Suppressed != nil:
			t.suppressed++
		case f.Severity == rules.Error:
			t.error++
		case f.Severity == rules.Warning:
			t.warning++
		default:
			t.info++
		}
	}
	return t
}

func fullName(namespace, name string) string {
	if namespace == "" {
		return name
	}
	return namespace + "/" + name
}
