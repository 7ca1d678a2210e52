package rules

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

var kebabCase = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// describe fills a rule from the METADATA of its package.
func (l *loader) describe(rule *Rule, module *ast.Module, parsed parsed) {
	found := l.annotationsOf(rule, module)
	if found == nil {
		l.fault(rule.File, module.Package.Location.Row, "no METADATA above the package")
		return
	}
	block := metadata{loader: l, file: rule.File, location: found.Location}
	block.onlyKeys("scope", "title", "description", "related_resources", "custom")

	rule.Title = block.required("title", found.Title)
	rule.Description = block.required("description", found.Description)
	for _, resource := range found.RelatedResources {
		url := resource.Ref.String()
		if resource.Ref.Scheme != "https" && resource.Ref.Scheme != "http" {
			block.fault("related_resources", "related_resources: %s is no web address", url)
		}
		if resource.Description == "" {
			block.fault("related_resources", "related_resources: %s has no description", url)
		}
		rule.References = append(rule.References, Reference{resource.Description, url})
	}

	custom := block.fields("custom", found.Custom, "severity", "remediation", "params", "examples", "renamed_from", "not_applicable")
	rule.Severity = Severity(block.text("severity", custom["severity"]))
	if rule.Severity != "" && !rule.Severity.Valid() {
		block.fault("severity", "severity is %q, not error, warning or info", rule.Severity)
	}
	rule.Remediation = block.text("remediation", custom["remediation"])
	rule.Params = block.params(custom["params"])
	if parsed.whole == nil {
		examples := block.examples(custom["examples"])
		rule.LoadExamples = func() Examples { return examples }
	} else {
		rule.LoadExamples = sync.OnceValue(func() Examples { return l.examplesOf(rule, parsed.whole().module) })
	}
	rule.RenamedFrom = block.formerIDs(custom["renamed_from"])
	rule.NotApplicable = block.notApplicable(custom["not_applicable"])
}

func (l *loader) annotationsOf(rule *Rule, module *ast.Module) (found *ast.Annotations) {
	for _, annotations := range module.Annotations {
		if annotations.Scope != "package" {
			l.fault(rule.File, annotations.Location.Row, "METADATA of scope %s: a rule has METADATA for its package only", annotations.Scope)
			continue
		}
		found = annotations
	}
	return found
}

// examplesOf reads examples in which there is nothing to find fault with.
func (l *loader) examplesOf(rule *Rule, module *ast.Module) Examples {
	found := l.annotationsOf(rule, module)
	block := metadata{loader: l, file: rule.File, location: found.Location}
	return block.examples(found.Custom["examples"])
}

func (m metadata) examples(value any) (e Examples) {
	fields := m.fields("examples", value, "bad", "good")
	e.Bad, e.Good = m.text("examples.bad", fields["bad"]), m.text("examples.good", fields["good"])
	e.BadLine, e.GoodLine = m.begins("bad"), m.begins("good")
	return e
}

// metadata reads one METADATA block. What it returns after a fault does not matter, as nothing will be loaded.
type metadata struct {
	loader   *loader
	file     string
	location *ast.Location // of the block, whose text is Location.Text
}

// fault reports at the line that holds the key, the last part of a dotted name, or at the block.
func (m metadata) fault(name, format string, args ...any) {
	line := m.location.Row
	key := name[strings.LastIndexByte(name, '.')+1:]
	for i, text := range m.lines() {
		if strings.HasPrefix(strings.TrimLeft(text, "# -"), key+":") {
			line += i
			break
		}
	}
	m.loader.fault(m.file, line, format, args...)
}

// begins returns the line on which a text in the style of | begins, and 0 for other texts.
func (m metadata) begins(key string) int {
	lines := m.lines()
	for i, text := range lines {
		value, found := strings.CutPrefix(strings.TrimLeft(text, "# "), key+":")
		if !found || !strings.HasPrefix(strings.TrimSpace(value), "|") {
			continue
		}
		for j, text := range lines[i+1:] {
			if strings.Trim(text, "# ") != "" {
				return m.location.Row + i + 1 + j
			}
		}
	}
	return 0
}

// lines returns the block from "# METADATA" on.
func (m metadata) lines() []string { return strings.Split(string(m.location.Text), "\n") }

// onlyKeys reports top-level keys that are not in the list. OPA drops those it does not know before anyone can see
// them, so they are read from the text: every line that is not indented starts a key, goes on with a list, or is a comment.
func (m metadata) onlyKeys(known ...string) {
	for i, text := range m.lines()[1:] {
		text = strings.TrimPrefix(text, "# ")
		if strings.TrimSpace(text) == "" || strings.HasPrefix(text, " ") || strings.HasPrefix(text, "- ") || text[0] == '#' {
			continue
		}
		key, _, isKey := strings.Cut(text, ":")
		if !isKey || !slices.Contains(known, strings.TrimRight(key, " ")) {
			m.loader.fault(m.file, m.location.Row+1+i, "unknown METADATA key %q", key)
		}
	}
}

func (m metadata) required(key, value string) string {
	value = strings.TrimSpace(value)
	if value == "" {
		m.fault(key, "METADATA has no %s", key)
	}
	return value
}

// text reads a required string.
func (m metadata) text(key string, value any) string {
	text, isText := value.(string)
	if value != nil && !isText {
		m.fault(key, "%s is not a string", key)
		return ""
	}
	return m.required(key, text)
}

// fields reads a map whose keys are known.
func (m metadata) fields(key string, value any, known ...string) map[string]any {
	fields, isMap := value.(map[string]any)
	if value != nil && !isMap {
		m.fault(key, "%s is not a map", key)
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(known, name) {
			m.fault(name, "unknown METADATA key %q in %s", name, key)
		}
	}
	return fields
}

func (m metadata) params(value any) []Param {
	named, isMap := value.(map[string]any)
	if value != nil && !isMap {
		m.fault("params", "params is not a map")
	}
	var params []Param
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if !snakeCase.MatchString(name) {
			m.fault(name, "the parameter name %q is not in snake_case", name)
		}
		fields := m.fields(name, named[name], "description", "default")
		description, _ := fields["description"].(string)
		if strings.TrimSpace(description) == "" {
			m.fault(name, "the parameter %s has no description", name)
		}
		if _, err := typeOf(fields["default"]); err != nil {
			m.fault(name, "the parameter %s has %v", name, err)
		}
		params = append(params, Param{name, strings.TrimSpace(description), fields["default"]})
	}
	return params
}

func (m metadata) notApplicable(value any) []NotApplicable {
	named, isMap := value.(map[string]any)
	if value != nil && !isMap {
		m.fault("not_applicable", "not_applicable is not a map from sources to reasons")
	}
	var list []NotApplicable
	for _, source := range slices.Sorted(maps.Keys(named)) {
		reason, _ := named[source].(string)
		if strings.TrimSpace(reason) == "" {
			m.fault(source, "not_applicable: %s has no reason", source)
		}
		list = append(list, NotApplicable{source, strings.TrimSpace(reason)})
	}
	return list
}

func (m metadata) formerIDs(value any) []string {
	list, isList := value.([]any)
	if value != nil && !isList {
		m.fault("renamed_from", "renamed_from is not a list")
	}
	var ids []string
	for _, item := range list {
		id, _ := item.(string)
		if !kebabCase.MatchString(id) {
			m.fault("renamed_from", "renamed_from: %s is no rule id", cmp.Or(id, fmt.Sprint(item)))
			continue
		}
		ids = append(ids, id)
	}
	return ids
}
