package topology

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/redislint/redislint/internal/manifest"
)

// Part is a part of a Redis that rules can point at.
type Part struct {
	Pointer string // into the encoding
	Known   bool   // false for what the encoding leaves out
	Origin  Origin // what Place returns
}

// Parts returns every part of the Redis in the order of the model, those that are unknown too. What an unknown part would
// hold is not among them.
func (r *Redis) Parts() []Part {
	var parts []Part
	var walk func(v reflect.Value, path manifest.Path, place Origin)
	walk = func(v reflect.Value, path manifest.Path, place Origin) {
		if o := written(v); !o.IsZero() {
			place = o
		}
		known, isLeaf := true, false
		if l, ok := reflect.TypeAssert[leaf](v); ok {
			isLeaf = true
			_, known = l.leaf()
		} else if v.Kind() == reflect.Pointer || v.Kind() == reflect.Slice {
			known = !v.IsNil()
		}
		if len(path) > 0 {
			parts = append(parts, Part{path.Pointer(), known, place})
		}
		if isLeaf || !known {
			return
		}
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		switch v.Kind() {
		case reflect.Struct:
			for _, m := range members(v.Type()) {
				walk(v.Field(m.index), append(slices.Clip(path), m.name), place)
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i), append(slices.Clip(path), strconv.Itoa(i)), place)
			}
		}
	}
	walk(reflect.ValueOf(r).Elem(), nil, r.Origin)
	return parts
}
