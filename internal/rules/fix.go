package rules

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// Fix is what a rule would change, so that it finds nothing any more.
type Fix struct {
	// Safe is true when nobody who wrote what is there can have meant it.
	Safe    bool
	Note    string // what to know before it is applied; "" when that is nothing
	Changes []Change
}

// Change is a value to be written, or a line to be added.
type Change struct {
	Place     // of the value; a line is added before the one that it is on
	Stretch   // of the String there
	Form      topology.Form
	Directive string // of redis.conf, for one of its values
	From      any    // int64, string or bool that the model holds; nil when none is written
	To        any    // of the type that From is, or would be
	Spelling  string // how another place writes To; "" when that is left open
	Line      string // to be added; then there is no To
}

// Stretch is a part of a String, in bytes. Length 0 is all of it.
type Stretch struct{ Offset, Length int }

// fixed is the fix of an answer, with pointers into the model.
type fixed struct {
	safe bool
	note string
	set  []change
}

type change struct {
	at, sameAs string
	to         any
	before     string
	line       string
}

// errLeftOut says that a fix is sound and yet none for this Redis: it needs a value that is not known, or one that nobody
// can write. Its finding stays.
var errLeftOut = errors.New("left out")

// decodeFixes reads [{"safe", "set", "note"}], of which note may be missing.
func decodeFixes(term *ast.Term) ([]fixed, error) {
	list, isArray := term.Value.(*ast.Array)
	if !isArray {
		return nil, errors.New("has a key fixes that is not an array")
	}
	var fixes []fixed
	for i := range list.Len() {
		fix, err := decodeFix(list.Elem(i))
		switch {
		case err == nil:
			fixes = append(fixes, fix)
		case !errors.Is(err, errLeftOut):
			return nil, fmt.Errorf("has a fix that %w", err)
		}
	}
	return fixes, nil
}

func decodeFix(term *ast.Term) (f fixed, err error) {
	values, err := decodeObject(term)
	if err != nil {
		return f, err
	}
	safe := values["safe"]
	if safe == nil {
		return f, errors.New("has no key safe")
	}
	isBool := false
	if f.safe, isBool = booleanOf(safe); !isBool {
		return f, errors.New("has a key safe that is not true or false")
	}
	if note, ok := values["note"]; ok {
		if f.note, err = decodeString("note", note); err != nil {
			return f, err
		}
	}
	list, isArray := (*ast.Array)(nil), false
	if set := values["set"]; set != nil {
		list, isArray = set.Value.(*ast.Array)
	}
	if !isArray || list.Len() == 0 {
		return f, errors.New("has no array set of changes")
	}
	for key := range values {
		if key != "safe" && key != "note" && key != "set" {
			return f, fmt.Errorf("has a key %q, which means nothing", key)
		}
	}
	for i := range list.Len() {
		c, err := decodeChange(list.Elem(i))
		if err != nil {
			return f, fmt.Errorf("has a change that %w", err)
		}
		f.set = append(f.set, c)
	}
	return f, nil
}

// decodeChange reads {"at", "to"}, {"at", "same_as"} or {"before", "line"}.
func decodeChange(term *ast.Term) (c change, err error) {
	values, err := decodeObject(term)
	if err != nil {
		return c, err
	}
	keys := strings.Join(slices.Sorted(maps.Keys(values)), " ")
	text := func(key string) (s string) {
		if err == nil {
			s, err = decodeString(key, values[key])
		}
		return s
	}
	switch keys {
	case "at to":
		c.at = text("at")
		if err == nil {
			c.to, err = decodeValue(values["to"])
		}
	case "at same_as":
		c.at, c.sameAs = text("at"), text("same_as")
	case "before line":
		c.before, c.line = text("before"), text("line")
		switch {
		case err == nil && c.line == "":
			err = errors.New("has a key line that is empty")
		case strings.ContainsFunc(c.line, unicode.IsControl):
			err = fmt.Errorf("has a key line with a control character: %w", errLeftOut)
		}
	default:
		err = errors.New("has other keys than at and to, at and same_as, or before and line")
	}
	return c, err
}

func decodeObject(term *ast.Term) (map[string]*ast.Term, error) {
	object, isObject := term.Value.(ast.Object)
	if !isObject {
		return nil, errors.New("is not an object")
	}
	values := map[string]*ast.Term{}
	for _, key := range object.Keys() {
		name, isString := key.Value.(ast.String)
		if !isString {
			return nil, fmt.Errorf("has a key %v, which is not a string", key)
		}
		values[string(name)] = object.Get(key)
	}
	return values, nil
}

func booleanOf(term *ast.Term) (value, ok bool) {
	b, ok := term.Value.(ast.Boolean)
	return bool(b), ok
}

// decodeValue reads a value of the model. What it is depends on the rule, how large it is on what users wrote.
func decodeValue(term *ast.Term) (any, error) {
	switch v := term.Value.(type) {
	case ast.String:
		if strings.ContainsFunc(string(v), unicode.IsControl) {
			return nil, fmt.Errorf("has a key to with a control character: %w", errLeftOut)
		}
		return string(v), nil
	case ast.Boolean:
		return bool(v), nil
	case ast.Number:
		if i, ok := v.Int64(); ok && i >= 0 {
			return i, nil
		}
		return nil, fmt.Errorf("has a key to that is no whole number below 2^63: %w", errLeftOut)
	}
	return nil, errors.New("has a key to that is no number, no string, true or false")
}

// resolve finds where the values of fixes are written.
func (j judgement) resolve(fixes []fixed) ([]Fix, error) {
	var resolved []Fix
	for _, f := range fixes {
		fix := Fix{Safe: f.safe, Note: f.note}
		var err error
		for _, c := range f.set {
			var change Change
			if change, err = j.change(c); err != nil {
				break
			}
			fix.Changes = append(fix.Changes, change)
			fix.Safe = fix.Safe && !j.elsewhere(c, change)
		}
		switch {
		case err == nil:
			resolved = append(resolved, fix)
		case !errors.Is(err, errLeftOut):
			return nil, err
		}
	}
	return resolved, nil
}

// elsewhere reports whether a change takes its value from another file than it is made in: a base may be that of other overlays,
// whose value is another one.
func (j judgement) elsewhere(c change, resolved Change) bool {
	if c.sameAs == "" {
		return false
	}
	same, err := j.redis.Fact(c.sameAs)
	return err != nil || same.Origin.IsZero() || placeOf(same.Origin).File() != resolved.File()
}

func (j judgement) change(c change) (Change, error) {
	if c.line != "" {
		origin, err := j.origin(c.before)
		return Change{Place: placeOf(origin), Stretch: Stretch{origin.Offset, origin.Length}, Line: c.line}, err
	}
	fact, err := j.fact(c.at)
	if err != nil {
		return Change{}, err
	}
	change := Change{
		Form: fact.Form, Directive: fact.Directive, From: fact.Value, To: c.to,
		Stretch: Stretch{fact.Origin.Offset, fact.Origin.Length},
	}
	if !fact.Origin.IsZero() {
		change.Place = placeOf(fact.Origin)
	}
	if c.sameAs != "" {
		same, err := j.fact(c.sameAs)
		if err != nil {
			return Change{}, err
		}
		if same.Form != fact.Form {
			return Change{}, fmt.Errorf("%s cannot be the same as %s", c.at, c.sameAs)
		}
		if same.Value == nil {
			return Change{}, fmt.Errorf("%s is not known: %w", c.sameAs, errLeftOut)
		}
		change.To, change.Spelling = same.Value, same.Text
	}
	if !fits(change.Form, change.To) {
		return Change{}, fmt.Errorf("%s cannot be %v", c.at, change.To)
	}
	return change, nil
}

func (j judgement) fact(pointer string) (topology.Fact, error) {
	fact, err := j.redis.Fact(pointer)
	if errors.Is(err, topology.ErrUnseen) {
		err = fmt.Errorf("%w: %w", err, errLeftOut)
	}
	return fact, err
}

// fits reports whether a value is of the type that the form writes.
func fits(form topology.Form, value any) bool {
	switch value.(type) {
	case int64:
		return form == topology.Bytes || form == topology.Millicores || form == topology.Memory || form == topology.Whole
	case bool:
		return form == topology.Switch || form == topology.Headless || form == topology.Strategy
	case string:
		return form == topology.Text || form == topology.Share || form == topology.Directive || form == topology.Name
	default:
		return false
	}
}

// Written is where the value of the change is written: the object in whose document that is, the path in it, and the
// stretch of the String there. It reports false for a part of a String that was put together and has no one place.
func (c Change) Written() (o *manifest.Object, path manifest.Path, at Stretch, ok bool) {
	ref, offset, derived := c.Object.WrittenAt(c.Path, c.Offset)
	if !derived {
		return c.Object, c.Path, c.Stretch, true
	}
	if c.Length == 0 && offset <= 0 {
		return ref.Object, ref.Path, Stretch{}, true
	}
	return ref.Object, ref.Path, Stretch{offset, c.Length}, offset >= 0
}
