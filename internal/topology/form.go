package topology

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

// Form says how a fact is written where it stands.
type Form string

// The forms. Those of the model's own types need no tag.
const (
	Bytes      Form = "bytes"      // a Kubernetes quantity: 2Gi
	Millicores Form = "millicores" // a Kubernetes quantity of CPU: 500m
	Memory     Form = "memory"     // an amount in redis.conf: 1536mb
	Whole      Form = "whole"      // a number, such as of seconds or of Pods
	Switch     Form = "switch"     // yes or no in redis.conf
	Text       Form = "text"       // as it is
	Share      Form = "share"      // a number, or a percentage in quotes
	Headless   Form = "headless"   // true is None
	Strategy   Form = "strategy"   // false is Recreate
	Directive  Form = "directive"  // a whole line of redis.conf
	Name       Form = "name"       // the name that a line of redis.conf begins with
)

// Fact is one value of the model that somebody may write otherwise.
type Fact struct {
	Origin Origin
	Form   Form
	// Value is an int64, a string or a bool; nil for what is not set, or not known.
	Value any
	// Text is the value as written, where the model keeps that.
	Text string
	// Directive is the name of the setting in redis.conf that holds the value, "" for all other values.
	Directive string
}

// ErrUnseen says that nobody knows whether anything stands at a place of the model.
var ErrUnseen = errors.New("it cannot be seen what is there")

// Fact returns what the model holds at a JSON pointer into its encoding. The error says that nothing that could be written
// stands there; it is ErrUnseen where that, or what would hold it, is unknown.
func (r *Redis) Fact(pointer string) (Fact, error) {
	origin, err := r.Place(pointer)
	if err != nil {
		return Fact{}, err
	}
	path, err := manifest.ParsePointer(pointer)
	if err != nil {
		return Fact{}, err
	}
	v, tagged, name, home := reflect.ValueOf(r).Elem(), Form(""), "", Origin{}
	var holder Origin // of what holds the value
	unseen := false
	for _, token := range path {
		if f, ok := formOf(v, token); ok {
			tagged = f
		}
		holder = written(v)
		v, _ = step(v, token) // Place has gone the same way
		unseen = unseen || v.Kind() == reflect.Pointer && v.IsNil()
		name = token
		if config, ok := reflect.TypeAssert[*Config](v); ok && config != nil {
			home = config.Home
		}
	}
	fact := Fact{Origin: origin}
	if unseen {
		return Fact{}, fmt.Errorf("%s: %w", pointer, ErrUnseen)
	}
	directive := func(form Form, field leaf, set bool) {
		fact.Form, fact.Directive = form, strings.ReplaceAll(name, "_", "-")
		if set {
			fact.Value = plainOf(field)
		} else {
			fact.Origin = home
		}
	}
	switch x := v.Interface().(type) {
	case *Quantity:
		fact.Form, fact.Text = Bytes, x.Text
		if x.Present {
			fact.Value = plainOf(x.Amount)
		}
	case *Size:
		directive(Memory, x.Bytes, x.Set)
		fact.Text = x.Text
	case *Number:
		directive(Whole, x.Value, x.Set)
	case *Word:
		directive(Text, x.Text, x.Set)
	case *Flag:
		directive(Switch, x.On, x.Set)
	case leaf:
		fact.Value = plainOf(x)
		if !origin.IsZero() && origin.Object == holder.Object && tagged != Share && slices.Equal(origin.Path, holder.Path) && origin.Length == 0 {
			fact.Origin = Origin{} // it follows from all of that
		}
		switch x.zero().(type) {
		case int64:
			fact.Form = Whole
		case string:
			fact.Form = Text
		}
	case string:
		fact.Value = x
	}
	if tagged != "" {
		fact.Form = tagged
	}
	if fact.Form == "" {
		return Fact{}, fmt.Errorf("%s: nothing that could be written stands there", pointer)
	}
	return fact, nil
}

func plainOf(l leaf) any {
	value, known := l.leaf()
	if !known {
		return nil
	}
	return plain(reflect.ValueOf(value))
}

// formOf returns the form that the tag of a member gives it and what is below.
func formOf(v reflect.Value, token string) (Form, bool) {
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return "", false
	}
	for _, m := range members(v.Type()) {
		if m.name == token {
			form, ok := v.Type().Field(m.index).Tag.Lookup("form")
			return Form(form), ok
		}
	}
	return "", false
}
