package config

import (
	"fmt"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/redislint/redislint/internal/rules"
)

// Parse reads a configuration; file is its name as it is shown. Rules and parameters are those of the library. What is
// wrong with it is reported together, as Errors.
func Parse(file string, text []byte, library *rules.Library) (*Config, error) {
	r := &reader{file: file}
	var c Config
	if root := r.parse(text); root != nil {
		c, _ = document(library).read(r, root)
	}
	if len(r.errs) > 0 {
		r.errs.sort()
		return nil, r.errs
	}
	c.File = file
	return &c, nil
}

// Names of Kubernetes, with wildcards. A provisioner's may have slashes.
var (
	nameGlob        = pattern(`^[A-Za-z0-9.:_*?-]+$`, "a name, with * and ? as wildcards")
	provisionerGlob = pattern(`^[A-Za-z0-9./:_*?-]+$`, "a name, with * and ? as wildcards")
	pathGlob        = but(`(^|/)\.\.(/|$)`, pattern(`^[^/\\\[\]{}][^\\\[\]{}]*$`, below), below)
	labelName       = pattern(`^([A-Za-z0-9.-]+/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`, "the name of a label")
	labelValue      = pattern(`^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$`, "the value of a label")
)

const below = "a path below this folder, with *, ** and ? as wildcards"

// match is shared by all that selects Redis.
var match = some(object(unknownKey,
	key("namespaces", "Namespaces, with * and ? as wildcards.", bare(nameGlob), func(m *rules.Match) *[]string { return &m.Namespaces }),
	key("names", "Names that redislint gives a Redis, with * and ? as wildcards.", bare(nameGlob),
		func(m *rules.Match) *[]string { return &m.Names }),
	key("labels", "Labels of a workload of the Redis, or of its Pods; all of them.", table(labelName, labelValue),
		func(m *rules.Match) *map[string]string { return &m.Labels }),
))

// document is the whole file.
func document(library *rules.Library) shape[Config] {
	rule := ruleID(library)
	return object(unknownKey,
		key("version", "Version of this format.", version(), func(*Config) *int { return new(int) }).needed(),
		key("fail-on", "Lowest severity that ends redislint lint with exit code 1.", placed(word("error", "warning", "info", "never")),
			func(c *Config) *Value[string] { return &c.FailOn }),
		key("rules", "What differs from the defaults of rules.", ruleTable(library), func(c *Config) *[]Rule { return &c.Rules }),
		key("storage-classes", "What storage lies behind StorageClasses that redislint cannot know.",
			each(storageClass, func(s *StorageClass, at Position) { s.Position = at }),
			func(c *Config) *[]StorageClass { return &c.StorageClasses }),
		key("files", "Files to read in folders; all manifests without it.", list(pathGlob), func(c *Config) *[]Value[string] { return &c.Files }),
		key("exclude", "Files and folders to leave out, unless they are named on the command line.", list(pathGlob),
			func(c *Config) *[]Value[string] { return &c.Exclude }),
		key("profiles", "What Redis are used for, where redislint cannot tell.",
			each(profile, func(p *Profile, at Position) { p.Position = at }), func(c *Config) *[]Profile { return &c.Profiles }),
		key("waivers", "Findings to live with.", each(waiver(rule), func(w *Waiver, at Position) { w.Position = at }),
			func(c *Config) *[]Waiver { return &c.Waivers }),
		key("inline-waivers", "Which waivers in manifests count.", inline(rule), func(c *Config) *Inline { return &c.Inline }),
		key("policies", "Folders of rules beside those built in.", list(folder()), func(c *Config) *[]Value[string] { return &c.Policies }),
	)
}

func version() shape[int] {
	return shape[int]{schema{"const": 1}, func(r *reader, n *yaml.Node) (int, bool) {
		v, ok := integer().read(r, n)
		if ok && v != 1 {
			return v, r.fault(n, "version %d of the format is not known; this redislint reads version 1", v)
		}
		return v, ok
	}}
}

// each is a list of objects that know their places.
func each[T any](item shape[T], place func(*T, Position)) shape[[]T] {
	return bare(convert(item, func(n *yaml.Node, value T) T {
		place(&value, positionOf(n))
		return value
	}))
}

// ruleID is the id of a rule, present or former, which becomes the present one.
func ruleID(library *rules.Library) shape[string] {
	var ids []string
	for _, rule := range slices.Concat(library.Rules(), library.Faulty()) {
		ids = append(append(ids, rule.ID), rule.RenamedFrom...)
	}
	return shape[string]{
		schema{"type": "string", "enum": ids},
		func(r *reader, n *yaml.Node) (string, bool) {
			name, ok := r.text(n, "the name of a rule")
			if !ok {
				return "", false
			}
			rule, known := library.Rule(name)
			if !known {
				return "", r.fault(n, "unknown rule %s%s", quoted(name), hint(name, ids))
			}
			return rule.ID, true
		},
	}
}

// ruleTable is a map by rule. A rule may stand there once, by whichever name.
func ruleTable(library *rules.Library) shape[[]Rule] {
	var fields []field[[]Rule]
	var namesakes []schema
	for _, rule := range slices.Concat(library.Rules(), library.Faulty()) {
		s := ruleShape(rule)
		for _, name := range append([]string{rule.ID}, rule.RenamedFrom...) {
			description := rule.Title
			if name != rule.ID {
				description = "Now called " + rule.ID + "."
				for _, other := range append([]string{rule.ID}, rule.RenamedFrom...) {
					if other < name {
						namesakes = append(namesakes, schema{"not": schema{"required": []string{other, name}}})
					}
				}
			}
			fields = append(fields, field[[]Rule]{
				name: name, schema: s.schema.described(description),
				read: func(r *reader, key, n *yaml.Node, into *[]Rule) {
					i := slices.IndexFunc(*into, func(other Rule) bool { return other.ID == rule.ID })
					if i >= 0 {
						r.fault(key, "the rule %s is on line %d already", rule.ID, (*into)[i].Line)
						return
					}
					if read, ok := s.read(r, n); ok {
						read.ID, read.Position = rule.ID, positionOf(key)
						*into = append(*into, read)
					}
				},
			})
		}
	}
	table := object(func(name string) string { return "unknown rule " + quoted(name) }, fields...)
	if len(namesakes) > 0 {
		table.schema["allOf"] = namesakes
	}
	return table
}

// ruleShape is what can be said about one rule.
func ruleShape(rule *rules.Rule) shape[Rule] {
	fields := []field[Rule]{
		key("severity", fmt.Sprintf("How bad its findings are, at most; %s by default. off: it is not evaluated.", rule.Severity),
			placed(word("error", "warning", "info", "off")), func(r *Rule) *Value[string] { return &r.Severity }),
		key("admission", "What the webhook does about its findings. By default it denies errors, warns of warnings and records the rest.",
			placed(word("deny", "warn", "audit", "off")), func(r *Rule) *Value[string] { return &r.Admission }),
		key("deletion", "What the webhook does about its findings when an object is deleted: warn by default.",
			placed(word("deny", "warn")), func(r *Rule) *Value[string] { return &r.Deletion }),
		key("only", "Evaluate it for these Redis alone.", list(matchReference), func(r *Rule) *[]Value[rules.Match] { return &r.Only }),
		key("except", "Do not evaluate it for these Redis.", list(matchReference), func(r *Rule) *[]Value[rules.Match] { return &r.Except }),
	}
	if len(rule.Params)+len(rule.Faults) > 0 {
		fields = append(fields, key("params", "What can be tuned.", params(rule),
			func(r *Rule) *map[string]Value[any] { return &r.Params }))
	}
	unknown := unknownKey
	if len(rule.Params)+len(rule.Faults) == 0 {
		unknown = func(name string) string {
			if name == "params" {
				return fmt.Sprintf("rule %s has no parameters", rule.ID)
			}
			return unknownKey(name)
		}
	}
	return object(unknown, fields...)
}

// params are the parameters of a rule, each of the type of its default. What a faulty rule has, nobody knows.
func params(rule *rules.Rule) shape[map[string]Value[any]] {
	if len(rule.Faults) > 0 {
		return shape[map[string]Value[any]]{schema{"type": "object"}, func(*reader, *yaml.Node) (map[string]Value[any], bool) { return nil, true }}
	}
	var fields []field[map[string]Value[any]]
	for _, param := range rule.Params {
		s := placed(paramShape(param.Default))
		f := field[map[string]Value[any]]{
			name: param.Name, schema: s.schema.described(param.Description),
			read: func(r *reader, _, n *yaml.Node, into *map[string]Value[any]) {
				if value, ok := s.read(r, n); ok {
					if *into == nil {
						*into = map[string]Value[any]{}
					}
					(*into)[param.Name] = value
				}
			},
		}
		f.schema["default"] = param.Default
		fields = append(fields, f)
	}
	return object(func(name string) string { return fmt.Sprintf("rule %s has no parameter %s", rule.ID, quoted(name)) }, fields...)
}

// paramShape is the type that a default has. An empty list is one of strings.
func paramShape(value any) shape[any] {
	switch value := value.(type) {
	case int:
		return anyOf(integer())
	case bool:
		return anyOf(boolean())
	case []any:
		item := anyOf(anyString())
		if len(value) > 0 {
			item = paramShape(value[0])
		}
		return anyOf(bare(item))
	default:
		return anyOf(anyString())
	}
}

// anyString is a string, which may be empty.
func anyString() shape[string] {
	return shape[string]{schema{"type": "string"}, func(r *reader, n *yaml.Node) (string, bool) { return r.text(n, "a string") }}
}

func anyOf[T any](of shape[T]) shape[any] {
	return convert(of, func(_ *yaml.Node, value T) any { return value })
}

var storageClass = either("name", "provisioner", object(unknownKey,
	key("name", "Name of StorageClasses, with * and ? as wildcards.", placed(nameGlob),
		func(s *StorageClass) *Value[string] { return &s.Name }),
	key("provisioner", "Provisioner of StorageClasses, with * and ? as wildcards.", placed(provisionerGlob),
		func(s *StorageClass) *Value[string] { return &s.Provisioner }),
	key("medium", "What is behind them; network is a network file system.", placed(word("ssd", "hdd", "network")),
		func(s *StorageClass) *Value[string] { return &s.Medium }).needed(),
))

var profile = object(unknownKey,
	key("match", "Which Redis.", matchReference, func(p *Profile) *rules.Match { return &p.Match }).needed(),
	key("profile", "cache: what is lost can be computed again. store: it cannot.", placed(word("cache", "store")),
		func(p *Profile) *Value[string] { return &p.Profile }).needed(),
)

func waiver(rule shape[string]) shape[Waiver] {
	return object(unknownKey,
		key("rule", "Rule that is waived.", placed(rule), func(w *Waiver) *Value[string] { return &w.Rule }).needed(),
		key("kind", "Kind of the objects, with * and ? as wildcards.", placed(nameGlob), func(w *Waiver) *Value[string] { return &w.Kind }),
		key("namespace", "Namespace of the objects, with * and ? as wildcards.", placed(nameGlob),
			func(w *Waiver) *Value[string] { return &w.Namespace }),
		key("name", "Name of the objects, with * and ? as wildcards.", placed(nameGlob), func(w *Waiver) *Value[string] { return &w.Name }),
		key("reason", "Why this is right there.", placed(reason()), func(w *Waiver) *Value[string] { return &w.Reason }).needed(),
		key("until", "Last day of the waiver, 2027-01-31.", placed(day()), func(w *Waiver) *Value[string] { return &w.Until }),
	)
}

func reason() shape[string] { return pattern(`\S`, "a reason") }

func day() shape[string] {
	s := pattern(`^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`, "a day like 2027-01-31")
	s.schema["format"] = "date"
	read := s.read
	s.read = func(r *reader, n *yaml.Node) (string, bool) {
		written, ok := read(r, n)
		if _, err := time.Parse(time.DateOnly, written); ok && err != nil {
			return written, r.fault(n, "the month has no day %s", written[len(written)-2:])
		}
		return written, ok
	}
	return s
}

func inline(rule shape[string]) shape[Inline] {
	return object(unknownKey,
		key("forbid", "None counts.", placed(boolean()), func(i *Inline) *Value[bool] { return &i.Forbid }),
		key("forbid-rules", "None of these rules counts.", list(rule), func(i *Inline) *[]Value[string] { return &i.ForbidRules }),
	)
}
