package manifest

import "fmt"

// Compose returns a Set of objects that were decoded before, in their order.
func Compose(objects []*Object) *Set {
	return &Set{Objects: objects, Stats: Stats{Documents: len(objects)}}
}

// DecodeOne decodes the JSON or YAML of a single object. name stands for the
// file in what is said about it.
func DecodeOne(name string, data []byte, opts Options) (*Object, error) {
	opts.Sign = nil
	set := Decode([]Input{{Name: name, Data: data}}, opts)
	switch {
	case len(set.Errors) > 0:
		return nil, fmt.Errorf("decode %s: line %d: %s", name, set.Errors[0].Line, set.Errors[0].Message)
	case len(set.Objects) != 1:
		return nil, fmt.Errorf("decode %s: %d objects, want one", name, len(set.Objects))
	}
	return set.Objects[0], nil
}
