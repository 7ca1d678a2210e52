package main

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/redislint/redislint/internal/config"
	"github.com/redislint/redislint/internal/report"
	"github.com/redislint/redislint/internal/rules"
)

// shown is a configuration, line by line, with where each value comes from.
type shown struct {
	chosen *chosen
	flags  *pflag.FlagSet
	lines  []shownLine
}

type shownLine struct{ text, origin string }

const byDefault = "default"

// show lists every value in force.
func show(c *chosen, f *ruleFlags, flags *pflag.FlagSet) (*shown, error) {
	evaluator, err := c.library.Select(c.selection)
	if err != nil {
		return nil, err
	}
	s := &shown{chosen: c, flags: flags}
	s.add("version: 1", "")
	origin := s.origin("fail-on", c.config.FailOn.Position)
	s.add("fail-on: "+c.failOn, origin)
	s.add("rules:", "")
	on := evaluator.Rules()
	for _, rule := range c.library.Rules() {
		s.rule(rule, f, slices.Contains(on, rule))
	}
	s.rest()
	return s, nil
}

func (s *shown) add(text, origin string) { s.lines = append(s.lines, shownLine{text, origin}) }

// place names a place in the file.
func (s *shown) place(p config.Position) string {
	return fmt.Sprintf("%s:%d:%d", s.chosen.config.File, p.Line, p.Column)
}

// flag names a flag or the variable that set it; "" for one that was not given.
func (s *shown) flag(name string) string {
	flag := s.flags.Lookup(name)
	switch {
	case flag == nil || !flag.Changed:
		return ""
	case len(flag.Annotations[variable]) == 1:
		return flag.Annotations[variable][0]
	}
	return "--" + name
}

// origin is where a value comes from that has a flag of its own.
func (s *shown) origin(flag string, p config.Position) string {
	if name := s.flag(flag); name != "" {
		return name
	}
	return s.written(p)
}

func (s *shown) written(p config.Position) string {
	if p.Written() {
		return s.place(p)
	}
	return byDefault
}

func (s *shown) rule(rule *rules.Rule, f *ruleFlags, on bool) {
	set, _ := s.chosen.config.Rule(rule.ID)
	s.add("  "+rule.ID+":", "")
	severity, origin := s.severity(rule, set, f, on)
	s.add("    severity: "+severity, origin)
	if !on {
		return
	}
	if set.Admission.Written() { // the default is no word: it depends on the severity of each finding
		s.add("    admission: "+set.Admission.Value, s.place(set.Admission.Position))
	}
	if set.Deletion.Written() {
		s.add("    deletion: "+set.Deletion.Value, s.place(set.Deletion.Position))
	}
	if len(rule.Params) > 0 {
		s.add("    params:", "")
	}
	for _, param := range rule.Params {
		value, origin := param.Default, byDefault
		if v, ok := set.Params[param.Name]; ok {
			value, origin = v.Value, s.place(v.Position)
		}
		for _, text := range f.params {
			id, name, given, err := f.param(text)
			if err == nil && name == param.Name && s.chosen.names(rule.ID)(id) {
				value, _ = param.Read(given) // Select has read it already
				origin = s.flag("param")
			}
		}
		s.add("      "+param.Name+": "+inYAML(value), origin)
	}
	s.matches("only", set.Only)
	s.matches("except", set.Except)
}

// severity is that of a rule, or off, and what decided it.
func (s *shown) severity(rule *rules.Rule, set config.Rule, f *ruleFlags, on bool) (severity, origin string) {
	named := func(list []string) bool { return slices.ContainsFunc(list, s.chosen.names(rule.ID)) }
	written := set.Severity.Written()
	switch {
	case !on && named(f.disable):
		return config.Off, s.flag("disable")
	case !on && written && set.Severity.Value == config.Off && !named(f.only):
		return config.Off, s.place(set.Severity.Position)
	case !on:
		return config.Off, s.flag("only")
	case written && set.Severity.Value != config.Off:
		return set.Severity.Value, s.place(set.Severity.Position)
	case named(f.enable):
		return string(rule.Severity), s.flag("enable")
	case named(f.only):
		return string(rule.Severity), s.flag("only")
	}
	return string(rule.Severity), byDefault
}

func (s *shown) matches(key string, list []config.Value[rules.Match]) {
	if len(list) == 0 {
		return
	}
	s.add("    "+key+":", "")
	for _, match := range list {
		s.add("      - "+inYAML(matchOf(match.Value)), s.place(match.Position))
	}
}

// rest is all but fail-on and rules, of which there are no defaults.
func (s *shown) rest() {
	c := s.chosen.config
	s.list("storage-classes", len(c.StorageClasses), func(i int) (any, config.Position) {
		class := c.StorageClasses[i]
		return fields("name", class.Name, "provisioner", class.Provisioner, "medium", class.Medium), class.Position
	})
	s.list("files", len(c.Files), func(i int) (any, config.Position) { return c.Files[i].Value, c.Files[i].Position })
	s.list("exclude", len(c.Exclude), func(i int) (any, config.Position) { return c.Exclude[i].Value, c.Exclude[i].Position })
	s.list("profiles", len(c.Profiles), func(i int) (any, config.Position) {
		profile := c.Profiles[i]
		return map[string]any{"match": matchOf(profile.Match), "profile": profile.Profile.Value}, profile.Position
	})
	s.list("waivers", len(c.Waivers), func(i int) (any, config.Position) {
		w := c.Waivers[i]
		return fields("rule", w.Rule, "kind", w.Kind, "namespace", w.Namespace, "name", w.Name, "reason", w.Reason, "until", w.Until), w.Position
	})
	if c.Inline.Forbid.Written() || len(c.Inline.ForbidRules) > 0 {
		s.add("inline-waivers:", "")
		s.add(fmt.Sprintf("  forbid: %v", c.Inline.Forbid.Value), s.written(c.Inline.Forbid.Position))
		forbidden := c.Inline.ForbidRules
		s.list("  forbid-rules", len(forbidden), func(i int) (any, config.Position) { return forbidden[i].Value, forbidden[i].Position })
	}
	s.list("policies", len(c.Policies), func(i int) (any, config.Position) { return c.Policies[i].Value, c.Policies[i].Position })
}

func (s *shown) list(key string, length int, item func(int) (any, config.Position)) {
	if length == 0 {
		return
	}
	s.add(key+":", "")
	indent := strings.Repeat(" ", len(key)-len(strings.TrimLeft(key, " "))+2)
	for i := range length {
		value, position := item(i)
		s.add(indent+"- "+inYAML(value), s.place(position))
	}
}

// fields makes a map of those names whose values are written.
func fields(namesAndValues ...any) map[string]string {
	written := map[string]string{}
	for i := 0; i < len(namesAndValues); i += 2 {
		if value := namesAndValues[i+1].(config.Value[string]); value.Written() {
			written[namesAndValues[i].(string)] = value.Value
		}
	}
	return written
}

func matchOf(m rules.Match) map[string]any {
	all := map[string]any{}
	if len(m.Namespaces) > 0 {
		all["namespaces"] = m.Namespaces
	}
	if len(m.Names) > 0 {
		all["names"] = m.Names
	}
	if len(m.Labels) > 0 {
		all["labels"] = m.Labels
	}
	return all
}

// bare are strings that YAML reads as such without quotes.
var bare = regexp.MustCompile(`^[a-z][a-z0-9./-]*[a-z0-9]$`)

// inYAML writes a value as JSON, which is YAML, with the quotes of plain words left out.
func inYAML(value any) string {
	if text, ok := value.(string); ok && bare.MatchString(text) && !slices.Contains([]string{"true", "false", "null"}, text) {
		return text
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Sprint(value)
	}
	return strings.TrimSpace(b.String())
}

// write writes the lines with their origins in a column.
func (s *shown) write(w io.Writer) error {
	const most = 40 // a longer line pushes its own origin only
	width := 0
	for _, line := range s.lines {
		if line.origin != "" && len(line.text) <= most {
			width = max(width, len(line.text))
		}
	}
	for _, line := range s.lines {
		text := report.Visible(line.text)
		if line.origin != "" {
			text = fmt.Sprintf("%-*s  # %s", width, text, report.Visible(line.origin))
		}
		if _, err := fmt.Fprintln(w, text); err != nil {
			return err
		}
	}
	return nil
}
