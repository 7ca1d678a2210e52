package redisconf

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Problems returns everything the server refuses to start with, in the order it would be read. What is dynamic is never a
// problem, nor is a directive that a newer server, a fork or a module may know (see Unknown), nor what depends on the
// file system.
func (c *Config) Problems() []Problem {
	e := examined{seen: newDuplicates()}
	if c.base != nil && c.base.Mode == c.Mode {
		e = c.base.examine()
		if slices.ContainsFunc(c.directives, repeatable) {
			e.seen = e.seen.clone()
		}
	} else if c.base != nil {
		e.add(c, c.base.directives)
	}
	e.problems = slices.Clip(e.problems) // those of the base are shared
	e.add(c, c.directives)
	return append(e.problems, c.contradictions()...)
}

// examined is what the server refuses of directives alone, and what it has met in them that it takes once.
type examined struct {
	problems []Problem
	seen     duplicates
}

// examine examines a base, once.
func (c *Config) examine() examined {
	c.once.Do(func() {
		c.examined.seen = newDuplicates()
		c.examined.add(c, c.directives)
	})
	return c.examined
}

func (e *examined) add(c *Config, directives []Directive) {
	for _, d := range directives {
		err := c.refuse(d)
		if err == nil {
			err = e.seen.refuse(d)
		}
		if err != nil {
			e.problems = append(e.problems, Problem{Directive: d, Reason: err.Error()})
		}
	}
}

// Unknown returns the directives that Redis 7.0 refuses but a newer server, a fork or a module may know.
func (c *Config) Unknown() []Directive {
	var unknown []Directive
	for _, d := range c.Directives() {
		if d.Fault == "" && !isKnown(d) && !isMisspelt(d.Written) && !d.Dynamic {
			unknown = append(unknown, d)
		}
	}
	return unknown
}

func (c *Config) refuse(d Directive) error {
	switch {
	case d.Fault != "":
		if d.Dynamic {
			return nil
		}
		return errors.New(d.Fault)
	case d.Name == "" || d.Dynamic:
		return nil
	case d.Name == "sentinel":
		if c.Mode == DataMode && len(d.Args) > 0 {
			return errors.New("sentinel directive while not in sentinel mode")
		}
		return refuseSentinel(d)
	}
	if s, ok := specs[d.Name]; ok {
		return s.refuse(d)
	}
	if low, high, ok := arity(d.Name); ok && (len(d.Args) < low || len(d.Args) > high) || isMisspelt(d.Written) {
		return errDirective
	}
	return nil
}

// arity bounds the number of arguments of the directives that are not settings.
func arity(name string) (low, high int, ok bool) {
	const many = 1 << 30
	switch name {
	case "include":
		return 1, 1, true
	case "rename-command":
		return 2, 2, true
	case "user", "loadmodule":
		return 1, many, true
	}
	if ignored[name] {
		return 1, 1, true
	}
	return 0, 0, false
}

func isKnown(d Directive) bool {
	if d.Name == "" || d.Name == "sentinel" {
		return true
	}
	if _, ok := specs[d.Name]; ok {
		return true
	}
	_, _, ok := arity(d.Name)
	return ok
}

// isMisspelt reports whether no server can know a directive of this name: key=value, `key:`, a byte order mark, or a known
// name with its hyphens wrong.
func isMisspelt(name string) bool {
	if name == "" {
		return true
	}
	for i := range len(name) {
		if c := name[i]; !isNameByte(c) && c != '-' && c != '.' {
			return true
		}
	}
	return folded()[fold(name)] && !isKnown(Directive{Name: canonical(name)})
}

func fold(name string) string { return separators.Replace(strings.ToLower(name)) }

var separators = strings.NewReplacer("-", "", "_", "")

// folded are all names, folded. They are made when they are first needed, as every start would pay for it.
var folded = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for name := range specs {
		names[fold(name)] = true
	}
	for name := range aliases {
		names[fold(name)] = true
	}
	return names
})

// duplicates is what has been met of what the server takes once.
type duplicates struct{ renamed, users, masters map[string]bool }

func newDuplicates() duplicates {
	return duplicates{renamed: map[string]bool{}, users: map[string]bool{}, masters: map[string]bool{}}
}

func (seen duplicates) clone() duplicates {
	return duplicates{renamed: maps.Clone(seen.renamed), users: maps.Clone(seen.users), masters: maps.Clone(seen.masters)}
}

// repeatable reports whether a directive may be a duplicate of an earlier one.
func repeatable(d Directive) bool {
	return d.Name == "rename-command" || d.Name == "user" || d.Name == "sentinel"
}

// refuse reports what cannot be said twice: a command that was renamed away, a user, a monitored master.
func (seen duplicates) refuse(d Directive) error {
	if d.Dynamic || d.Conditional || len(d.Args) == 0 {
		return nil
	}
	name := d.Args[0].Value
	switch {
	case d.Name == "rename-command" && len(d.Args) == 2:
		from, to := strings.ToLower(name), strings.ToLower(d.Args[1].Value)
		if seen.renamed[from] {
			return errors.New("No such command in rename-command")
		}
		seen.renamed[from] = true
		delete(seen.renamed, to)
	case d.Name == "user":
		if seen.users[name] {
			return fmt.Errorf("Error in user declaration '%s': Duplicate user found. A user can only be defined once in config files", name)
		}
		seen.users[name] = true
	case d.Name == "sentinel":
		if monitor, ok := ParseMonitor(d); ok {
			if seen.masters[monitor.Name] {
				return errors.New("Duplicate master name.")
			}
			seen.masters[monitor.Name] = true
		}
	}
	return nil
}

// contradictions are settings that are fine alone and refused together.
func (c *Config) contradictions() []Problem {
	var problems []Problem
	if clustered, ok, _ := c.Bool("cluster-enabled"); ok && clustered {
		if of, ok, d := c.Text("replicaof"); ok && d != nil && !strings.EqualFold(of, "no one") {
			problems = append(problems, Problem{Directive: *d, Reason: "replicaof directive not allowed in cluster mode"})
		}
	}
	if d := c.deaf(); d != nil {
		problems = append(problems, Problem{Directive: *d, Reason: "Configured to not listen anywhere, exiting."})
	}
	return problems
}

// deaf returns the directive that leaves the server without any place to listen on.
func (c *Config) deaf() *Directive {
	if socket, ok, _ := c.Text("unixsocket"); !ok || socket != "" {
		return nil
	}
	if addresses, ok, d := c.Text("bind"); ok && d != nil && addresses == "" {
		return d
	}
	port, ok, d := c.Int("port")
	if tls, known, _ := c.Int("tls-port"); ok && known && port == 0 && tls == 0 {
		return d
	}
	return nil
}
