package manifest

import "slices"

// fields collects the fields of a map. A key set again keeps its first place and takes its last value.
type fields struct {
	keys   []key
	values []Node
	index  map[string]int // once there are too many keys to compare
}

// few is how many keys are faster compared than hashed.
const few = 16

func newFields(n int) *fields {
	return &fields{keys: make([]key, 0, n), values: make([]Node, 0, n)}
}

// set returns where the value of a key goes. The pointer is good until the next call.
func (f *fields) set(name string, at uint32) *Node {
	i := f.find(name)
	if i < 0 {
		i = len(f.keys)
		f.keys = append(f.keys, key{})
		f.values = append(f.values, Node{})
		if f.index != nil {
			f.index[name] = i
		}
	}
	f.keys[i] = key{name: name, at: at}
	return &f.values[i]
}

func (f *fields) find(name string) int {
	if len(f.keys) <= few {
		for i := range f.keys {
			if f.keys[i].name == name {
				return i
			}
		}
		return -1
	}
	if f.index == nil {
		f.index = make(map[string]int, cap(f.keys))
		for i := range f.keys {
			f.index[f.keys[i].name] = i
		}
	}
	if i, ok := f.index[name]; ok {
		return i
	}
	return -1
}

func (f *fields) branch() *branch {
	if len(f.keys) == 0 {
		return nil
	}
	if cap(f.keys) > len(f.keys) { // it stays for as long as the object
		return &branch{keys: slices.Clone(f.keys), values: slices.Clone(f.values)}
	}
	return &branch{keys: f.keys, values: f.values}
}
