// Package config reads .redislint.yaml: which rules apply where, how severe they are, and what is waived. It knows no
// flags, and nothing of what is linted.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/redislint/redislint/internal/rules"
)

// Config is what a configuration says. The zero Config says nothing.
type Config struct {
	File string // as it is shown; "" for none

	FailOn         Value[string] // error, warning, info or never
	Rules          []Rule
	StorageClasses []StorageClass
	Exclude, Files []Value[string] // globs of paths in the folder of the file, with slashes
	Profiles       []Profile
	Waivers        []Waiver
	Inline         Inline
	Policies       []Value[string] // folders of rules, as written: relative to that of the file
}

// Value is a value of a file and where it stands.
type Value[T any] struct {
	Value T
	Position
}

// Position is a 1-based line and column, in characters. The zero Position is that of what is not written.
type Position struct{ Line, Column int }

// Written reports whether there is a position.
func (p Position) Written() bool { return p.Line > 0 }

// Rule is what differs from the METADATA of a rule.
type Rule struct {
	ID           string        // the present one of a rule that was renamed
	Position                   // of its key
	Severity     Value[string] // error, warning, info or off
	Admission    Value[string] // deny, warn, audit or off
	Deletion     Value[string] // deny or warn
	Params       map[string]Value[any]
	Only, Except []Value[rules.Match]
}

// StorageClass says what storage lies behind StorageClasses, by name or by provisioner.
type StorageClass struct {
	Position
	Name, Provisioner Value[string] // globs of * and ?; one of them is written
	Medium            Value[string] // ssd, hdd or network
}

// Profile says what some Redis are used for.
type Profile struct {
	Position
	Match   rules.Match
	Profile Value[string] // cache or store
}

// Waiver is a decision to live with what a rule finds in some objects.
type Waiver struct {
	Position
	Rule                  Value[string] // the present id of a rule that was renamed
	Kind, Namespace, Name Value[string] // globs of * and ?
	Reason                Value[string]
	Until                 Value[string] // last day, 2027-01-31
}

// Inline says which waivers in manifests count.
type Inline struct {
	Forbid      Value[bool]
	ForbidRules []Value[string]
}

// Rule returns what is said about a rule, by its present id.
func (c *Config) Rule(id string) (Rule, bool) {
	for _, rule := range c.Rules {
		if rule.ID == id {
			return rule, true
		}
	}
	return Rule{}, false
}

// Error is one thing that is wrong with a file.
type Error struct {
	File string
	Position
	Message string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// Errors are all things that are wrong with a file, by their place in it.
type Errors []*Error

func (e Errors) Error() string { return errors.Join(e.Unwrap()...).Error() }

// Unwrap returns the errors one by one.
func (e Errors) Unwrap() []error {
	list := make([]error, len(e))
	for i := range e {
		list[i] = e[i]
	}
	return list
}

func (e Errors) sort() {
	slices.SortStableFunc(e, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}
