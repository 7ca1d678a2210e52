// Package report writes findings and rules as bytes, for people and for programs. It knows nothing of how a finding came
// about, nor of the command line.
package report

import (
	"fmt"
	"path/filepath"
	"strings"
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
	// Repairs are by the fingerprint of the finding that each of them ends.
	Repairs map[string]Repair
	Summary Summary
	// Cluster is what objects were read from instead of files, nil for files. An object's file is its name then, and places
	// are told by their paths: nobody has a file with their lines.
	Cluster *Cluster
	// FailOn is the lowest severity that fails the run; "" is none.
	FailOn rules.Severity
	// Version is redislint's: "v1.2.0"; "" when it is not known.
	Version string
	Base    Base
	// Page returns the address of the web page about a rule, "" for one without. nil: there are none.
	Page func(*rules.Rule) string
	// PictureStyle is CSS that the pictures share.
	PictureStyle string
}

func (r Report) page(rule *rules.Rule) string {
	if r.Page == nil || rule.Own {
		return ""
	}
	return r.Page(rule)
}

// fails reports whether a finding fails the run.
func (r Report) fails(f rules.Finding) bool {
	return f.Suppressed == nil && r.FailOn != "" && f.Severity.AtLeast(r.FailOn)
}

// file is what CI systems call a file of the report.
func (r Report) file(name string) string {
	if r.Cluster != nil || name == manifest.Stdin {
		return name
	}
	return r.Base.name(name)
}

// at is a position as far as anyone can look it up.
func (r Report) at(p manifest.Position) manifest.Position {
	if r.Cluster != nil {
		return manifest.Position{}
	}
	return p
}

// Base says from where CI systems name files: from the root of the repository, whatever folder redislint runs in.
type Base struct {
	Root   string // absolute; "" leaves names as they are
	Folder string // that names in the report are relative to; absolute
}

// name returns a file's name as seen from the root, with slashes; what lies outside of it keeps its name.
func (b Base) name(file string) string {
	if b.Root == "" || file == "" {
		return file
	}
	absolute := filepath.FromSlash(file)
	if !filepath.IsAbs(absolute) {
		absolute = filepath.Join(b.Folder, absolute)
	}
	if below, err := filepath.Rel(b.Root, absolute); err == nil && filepath.IsLocal(below) {
		return filepath.ToSlash(below)
	}
	return file
}

// objectName names an object as people do, "StatefulSet shop/redis"; no object is "".
func objectName(o *manifest.Object) string {
	if o == nil {
		return ""
	}
	return strings.Trim(o.Kind+" "+fullName(o.Namespace, o.Name), " ")
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
	// Picture returns an <svg> element with all texts escaped, whose links lead to fingerprints. Its ids begin with the given
	// one. nil: there is none. HTML alone shows it.
	Picture func(id string) string
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

// counts tells how many findings there are of each kind, of the rarer kinds only where there is any.
func (r Report) counts() []string {
	t := count(r.Findings)
	words := []string{plural(t.error, "error"), plural(t.warning, "warning")}
	for _, c := range []struct {
		n    int
		noun string
	}{
		{t.info, "info"},
		{t.suppressed, "suppressed"},
		{t.baseline, "in the baseline"},
		{r.Summary.Old, "not new"},
		{len(r.Undecided), "undecided"},
	} {
		if c.n > 0 {
			words = append(words, fmt.Sprintf("%d %s", c.n, c.noun))
		}
	}
	return words
}

func fullName(namespace, name string) string {
	if namespace == "" {
		return name
	}
	return namespace + "/" + name
}
