package topology

import (
	"reflect"
	"strings"
	"sync"
)

// Encode returns the Redis as the plain JSON value that rules judge: maps,
// slices, strings, bools and int64. Everything unknown is left out.
func (r *Redis) Encode() map[string]any {
	return encodeStruct(reflect.ValueOf(r).Elem())
}

type member struct {
	index int
	name  string
}

// members lists the fields of a model struct that are encoded, once per type.
func members(t reflect.Type) []member {
	if cached, ok := memberCache.Load(t); ok {
		return cached.([]member)
	}
	var list []member
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			list = append(list, member{i, name})
		}
	}
	memberCache.Store(t, list)
	return list
}

var memberCache sync.Map // reflect.Type → []member

func encodeStruct(v reflect.Value) map[string]any {
	list := members(v.Type())
	object := make(map[string]any, len(list))
	for _, m := range list {
		if value, known := encode(v.Field(m.index)); known {
			object[m.name] = value
		}
	}
	return object
}

func encode(v reflect.Value) (value any, known bool) {
	if l, ok := reflect.TypeAssert[leaf](v); ok {
		value, known := l.leaf()
		if !known {
			return nil, false
		}
		return plain(reflect.ValueOf(value)), true
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil, false
		}
		return encodeStruct(v.Elem()), true
	case reflect.Struct:
		return encodeStruct(v), true
	case reflect.Slice:
		if v.IsNil() {
			return nil, false
		}
		items := make([]any, v.Len())
		for i := range items {
			items[i], _ = encode(v.Index(i))
		}
		return items, true
	default:
		return plain(v), true
	}
}

// plain turns a named string or integer type into its JSON value.
func plain(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Bool:
		return v.Bool()
	case reflect.String:
		return v.String()
	case reflect.Int, reflect.Int64:
		return v.Int()
	default:
		panic("topology: a field of kind " + v.Kind().String() + " has no JSON form in the model")
	}
}
