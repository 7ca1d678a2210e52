package topology

import (
	"fmt"
	"reflect"
	"strconv"

	"github.com/redislint/redislint/internal/manifest"
)

// Place returns where the part of the Redis at a JSON pointer into its
// encoding was written, or its nearest ancestor that was written anywhere. The
// pointer must lead to a part of the model, known or not.
func (r *Redis) Place(pointer string) (Origin, error) {
	path, err := manifest.ParsePointer(pointer)
	if err != nil {
		return Origin{}, err
	}
	v, place := reflect.ValueOf(r).Elem(), r.Origin
	for _, token := range path {
		next, ok := step(v, token)
		if !ok {
			return Origin{}, fmt.Errorf("%s: the model has no %q there", pointer, token)
		}
		v = next
		if o := written(v); !o.IsZero() {
			place = o
		}
	}
	return place, nil
}

// step goes from one part of the model to the named one below it. Below what is unknown all is.
func step(v reflect.Value, token string) (reflect.Value, bool) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v = reflect.New(v.Type().Elem())
		}
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Struct:
		for _, m := range members(v.Type()) {
			if m.name == token {
				return v.Field(m.index), true
			}
		}
	case reflect.Slice:
		if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < v.Len() {
			return v.Index(i), true
		}
	}
	return v, false
}

func written(v reflect.Value) Origin {
	if l, ok := reflect.TypeAssert[leaf](v); ok {
		return l.place()
	}
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return Origin{}
		}
		v = v.Elem()
	}
	if v.Kind() == reflect.Struct {
		if f := v.FieldByName("Origin"); f.IsValid() {
			return f.Interface().(Origin)
		}
	}
	return Origin{}
}
