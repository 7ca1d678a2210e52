package config

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/redislint/redislint/internal/rules"
)

// shape is what a value has to look like, said once: for the reader, and for editors as JSON Schema.
type shape[T any] struct {
	schema schema
	// read reports what is wrong to the reader, and false when the value is of no use.
	read func(*reader, *yaml.Node) (T, bool)
}

// schema is a JSON Schema of draft 7.
type schema map[string]any

// described adds what a person should know of a value.
func (s schema) described(description string) schema {
	described := maps.Clone(s)
	described["description"] = description
	return described
}

// text is a string that is not empty.
func text() shape[string] {
	return shape[string]{
		schema{"type": "string", "minLength": 1},
		func(r *reader, n *yaml.Node) (string, bool) {
			s, ok := r.text(n, "a string")
			if ok && s == "" {
				return s, r.fault(n, "an empty string")
			}
			return s, ok
		},
	}
}

// pattern is a string that matches an expression, which Go and JavaScript have to read alike. Want says it in words.
func pattern(expression, want string) shape[string] {
	matcher := regexp.MustCompile(expression)
	return shape[string]{
		schema{"type": "string", "pattern": expression},
		func(r *reader, n *yaml.Node) (string, bool) {
			s, ok := r.text(n, want)
			if ok && !matcher.MatchString(s) {
				return s, r.fault(n, "%s is not %s", quoted(s), want)
			}
			return s, ok
		},
	}
}

// but is a string that does not match a further expression either.
func but(expression string, of shape[string], want string) shape[string] {
	matcher := regexp.MustCompile(expression)
	of.schema = maps.Clone(of.schema)
	of.schema["not"] = schema{"pattern": expression}
	read := of.read
	of.read = func(r *reader, n *yaml.Node) (string, bool) {
		s, ok := read(r, n)
		if ok && matcher.MatchString(s) {
			return s, r.fault(n, "%s is not %s", quoted(s), want)
		}
		return s, ok
	}
	return of
}

// word is one of a few strings.
func word(allowed ...string) shape[string] {
	list := strings.Join(allowed[:len(allowed)-1], ", ") + " or " + allowed[len(allowed)-1]
	return shape[string]{
		schema{"type": "string", "enum": allowed},
		func(r *reader, n *yaml.Node) (string, bool) {
			s, ok := r.text(n, list)
			if ok && !slices.Contains(allowed, s) {
				return s, r.fault(n, "%s is not %s%s", quoted(s), list, hint(s, allowed))
			}
			return s, ok
		},
	}
}

func boolean() shape[bool] {
	return shape[bool]{
		schema{"type": "boolean"},
		func(r *reader, n *yaml.Node) (b bool, ok bool) {
			if !r.scalar(n, "!!bool", "true or false") {
				return false, false
			}
			return b, n.Decode(&b) == nil || r.fault(n, "%s is not true or false", quoted(n.Value))
		},
	}
}

// maxInteger is the largest that JSON carries everywhere.
const maxInteger = 1<<53 - 1

func integer() shape[int] {
	return shape[int]{
		schema{"type": "integer", "minimum": -maxInteger, "maximum": maxInteger},
		func(r *reader, n *yaml.Node) (int, bool) {
			const want = "an integer"
			tag := "!!int"
			if n.ShortTag() == "!!float" {
				tag = "!!float" // 2.0 is one too, as JSON has it
			}
			if !r.scalar(n, tag, want) {
				return 0, false
			}
			var value float64
			if n.Decode(&value) != nil || math.Abs(value) > maxInteger || value != math.Trunc(value) {
				return 0, r.fault(n, "%s is not %s", quoted(n.Value), want)
			}
			return int(value), true
		},
	}
}

// list is a sequence of values, each with its place.
func list[T any](item shape[T]) shape[[]Value[T]] {
	one := placed(item)
	return shape[[]Value[T]]{
		schema{"type": "array", "items": item.schema},
		func(r *reader, n *yaml.Node) (items []Value[T], ok bool) {
			switch {
			case r.refused(n):
				return nil, false
			case n.Kind != yaml.SequenceNode:
				return nil, r.fault(n, "%s where a list belongs", kindOf(n))
			}
			for _, child := range n.Content {
				if value, ok := one.read(r, child); ok {
					items = append(items, value)
				}
			}
			return items, true
		},
	}
}

// placed is a value with its place.
func placed[T any](of shape[T]) shape[Value[T]] {
	return convert(of, func(n *yaml.Node, value T) Value[T] { return Value[T]{value, positionOf(n)} })
}

// bare is a list of values without their places.
func bare[T any](item shape[T]) shape[[]T] {
	return convert(list(item), func(_ *yaml.Node, list []Value[T]) []T {
		values := make([]T, len(list))
		for i := range list {
			values[i] = list[i].Value
		}
		return values
	})
}

// convert is the same in the file, and something else in Go.
func convert[From, To any](of shape[From], to func(*yaml.Node, From) To) shape[To] {
	return shape[To]{of.schema, func(r *reader, n *yaml.Node) (converted To, ok bool) {
		value, ok := of.read(r, n)
		if !ok {
			return converted, false
		}
		return to(n, value), true
	}}
}

// table is a map of strings whose keys are not known beforehand.
func table(key, value shape[string]) shape[map[string]string] {
	return shape[map[string]string]{
		schema{"type": "object", "propertyNames": key.schema, "additionalProperties": value.schema, "minProperties": 1},
		func(r *reader, n *yaml.Node) (map[string]string, bool) {
			values := map[string]string{}
			ok := r.each(n, func(name string, k, v *yaml.Node) {
				_, good := key.read(r, k)
				if value, fine := value.read(r, v); good && fine {
					values[name] = value
				}
			})
			if ok && len(n.Content) == 0 {
				return nil, r.fault(n, "an empty map")
			}
			return values, ok
		},
	}
}

// field is a key of an object of T.
type field[T any] struct {
	name     string
	required bool
	schema   schema
	read     func(r *reader, key, value *yaml.Node, into *T)
}

// key is a field whose value goes where at says.
func key[T, F any](name, description string, of shape[F], at func(*T) *F) field[T] {
	return field[T]{name: name, schema: of.schema.described(description), read: func(r *reader, _, n *yaml.Node, into *T) {
		if value, ok := of.read(r, n); ok {
			*at(into) = value
		}
	}}
}

// required is the field, without which the object is of no use.
func (f field[T]) needed() field[T] {
	f.required = true
	return f
}

// object is a map whose keys are known. An unknown one is told as noun and name.
func object[T any](unknown func(name string) string, fields ...field[T]) shape[T] {
	properties, required, names := schema{}, []string{}, make([]string, len(fields))
	byName := map[string]field[T]{}
	for i, f := range fields {
		properties[f.name], names[i], byName[f.name] = f.schema, f.name, f
		if f.required {
			required = append(required, f.name)
		}
	}
	s := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return shape[T]{s, func(r *reader, n *yaml.Node) (into T, ok bool) {
		ok = r.each(n, func(name string, key, value *yaml.Node) {
			f, known := byName[name]
			if !known {
				r.fault(key, "%s%s", unknown(name), hint(name, names))
				return
			}
			f.read(r, key, value, &into)
		})
		for _, name := range required {
			if ok && !r.has(n, name) {
				r.fault(n, "%s is missing", name)
			}
		}
		return into, ok
	}}
}

// unknownKey tells a key that does not exist.
func unknownKey(name string) string { return "unknown key " + quoted(name) }

// some asks for at least one key in an object.
func some[T any](of shape[T]) shape[T] {
	of.schema = maps.Clone(of.schema)
	of.schema["minProperties"] = 1
	read := of.read
	of.read = func(r *reader, n *yaml.Node) (T, bool) {
		value, ok := read(r, n)
		if ok && len(n.Content) == 0 {
			return value, r.fault(n, "an empty map")
		}
		return value, ok
	}
	return of
}

// either asks for exactly one of two keys in an object.
func either[T any](a, b string, of shape[T]) shape[T] {
	of.schema = maps.Clone(of.schema)
	of.schema["oneOf"] = []schema{{"required": []string{a}}, {"required": []string{b}}}
	read := of.read
	of.read = func(r *reader, n *yaml.Node) (T, bool) {
		value, ok := read(r, n)
		if ok && r.has(n, a) == r.has(n, b) {
			return value, r.fault(n, "either %s or %s belongs here", a, b)
		}
		return value, ok
	}
	return of
}

func hint(written string, names []string) string {
	if nearest := rules.Nearest(written, names); nearest != "" {
		return fmt.Sprintf(", did you mean %s?", nearest)
	}
	return ""
}
