package render

import (
	"maps"

	"helm.sh/helm/v3/pkg/strvals"
)

// layer is a source of values that the user gave: a file, or one flag.
type layer struct {
	name   string // of the file; the flag as it was given
	text   []byte // of the file
	isFile bool
	values map[string]any
}

// setFlag is one of helm's --set flags.
type setFlag struct {
	name  string
	given []string
	parse func(text string, into map[string]any) error
}

// flags are the --set flags of a chart, in helm's order.
func (c *chartRequest) flags() []setFlag {
	return []setFlag{
		{"--set-json", c.SetJSON, strvals.ParseJSON},
		{"--set", c.Set, strvals.ParseInto},
		{"--set-string", c.SetString, strvals.ParseIntoString},
		{"--set-file", c.SetFile, func(text string, into map[string]any) error {
			return strvals.ParseIntoFile(text, into, func(name []rune) (any, error) { return string(c.SetFiles[string(name)]), nil })
		}},
		{"--set-literal", c.SetLiteral, strvals.ParseLiteralInto},
	}
}

// layers reads what the user gave, the lowest precedence first, and merges it.
func (c *chartRequest) layers() (layers []layer, merged map[string]any, err error) {
	merged = map[string]any{}
	for _, file := range c.Values {
		values, err := readValues(file.Data, file.Name)
		if err != nil {
			return nil, nil, err
		}
		layers = append(layers, layer{name: file.Name, text: file.Data, isFile: true, values: values})
		merged = mergeMaps(merged, values)
	}
	for _, flag := range c.flags() {
		for _, text := range flag.given {
			alone := map[string]any{}
			// An index may be valid only in the list that layers below made.
			_ = flag.parse(text, alone)
			layers = append(layers, layer{name: flag.name + " " + text, values: alone})
			if err := flag.parse(text, merged); err != nil {
				return nil, nil, &problem{File: flag.name + " " + text, Message: err.Error()}
			}
		}
	}
	return layers, merged, nil
}

// mergeMaps returns a with b on top of it.
func mergeMaps(a, b map[string]any) map[string]any {
	merged := maps.Clone(a)
	for key, value := range b {
		above, aboveIsTable := value.(map[string]any)
		below, belowIsTable := merged[key].(map[string]any)
		if aboveIsTable && belowIsTable {
			value = mergeMaps(below, above)
		}
		merged[key] = value
	}
	return merged
}

// set changes values below keys and returns them: what is on the way is copied, for others may use it, and what is no map
// or list is replaced by one.
func set(values any, keys []string, value any) any {
	if len(keys) == 0 {
		return value
	}
	if list, ok := values.([]any); ok {
		if i := itemIndex(keys[0]); i >= 0 && i < len(list) {
			changed := append([]any(nil), list...)
			changed[i] = set(list[i], keys[1:], value)
			return changed
		}
	}
	table, _ := values.(map[string]any)
	changed := maps.Clone(table)
	if changed == nil {
		changed = map[string]any{}
	}
	changed[keys[0]] = set(changed[keys[0]], keys[1:], value)
	return changed
}

// itemIndex reads a key as an index of a list; anything but plain decimal is -1.
func itemIndex(key string) int {
	if key == "" || len(key) > 6 || key[0] == '0' && len(key) > 1 {
		return -1
	}
	i := 0
	for _, c := range []byte(key) {
		if c < '0' || c > '9' {
			return -1
		}
		i = i*10 + int(c-'0')
	}
	return i
}

// keyName writes keys as the owner of the values would in helm's --set: "replica.env[0].value".
func keyName(keys []string, values any) string {
	var name []byte
	for _, key := range keys {
		if list, ok := values.([]any); ok {
			name = append(append(append(name, '['), key...), ']')
			values = valueAt(list, []string{key})
			continue
		}
		if len(name) > 0 {
			name = append(name, '.')
		}
		name = append(name, key...)
		values = valueAt(values, []string{key})
	}
	return string(name)
}
