package render

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"path"
	"strings"
	"text/template"

	"github.com/BurntSushi/toml"
	"github.com/Masterminds/sprig/v3"
	"github.com/gobwas/glob"
	"helm.sh/helm/v3/pkg/chart"
	"sigs.k8s.io/yaml"
	goyaml "sigs.k8s.io/yaml/goyaml.v3"
)

// functions are those of helm's templates, without include and tpl. None of them sees the environment, a cluster or a
// resolver.
func functions() template.FuncMap {
	f := sprig.TxtFuncMap()
	delete(f, "env")
	delete(f, "expandenv")
	f["getHostByName"] = func(string) string { return "" }
	f["lookup"] = func(string, string, string, string) (map[string]any, error) { return map[string]any{}, nil }

	f["toToml"] = toTOML
	f["fromToml"] = func(text string) map[string]any { return decodeTable(text, toml.Unmarshal) }
	f["toYaml"] = toYAML
	f["toYamlPretty"] = toPrettyYAML
	f["fromYaml"] = func(text string) map[string]any {
		return decodeTable(text, func(b []byte, v any) error { return yaml.Unmarshal(b, v) })
	}
	f["fromYamlArray"] = func(text string) []any {
		return decodeList(text, func(b []byte, v any) error { return yaml.Unmarshal(b, v) })
	}
	f["toJson"] = toJSON
	f["fromJson"] = func(text string) map[string]any { return decodeTable(text, json.Unmarshal) }
	f["fromJsonArray"] = func(text string) []any { return decodeList(text, json.Unmarshal) }

	f["required"] = func(warning string, value any) (any, error) {
		if value == nil || value == "" {
			return value, &refusal{warning}
		}
		return value, nil
	}
	f["fail"] = func(message string) (string, error) { return "", &refusal{message} }
	return f
}

// refusal is what a chart says by fail or required.
type refusal struct{ message string }

func (r *refusal) Error() string { return r.message }

// Functions that turn values to text give "" for what has none, and those the other way put the reason into the value:
// templates are written for that.

func toYAML(value any) string {
	data, err := yaml.Marshal(value)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(data), "\n")
}

func toPrettyYAML(value any) string {
	var data bytes.Buffer
	encoder := goyaml.NewEncoder(&data)
	encoder.SetIndent(2)
	if encoder.Encode(value) != nil {
		return ""
	}
	return strings.TrimSuffix(data.String(), "\n")
}

func toTOML(value any) string {
	var data bytes.Buffer
	if err := toml.NewEncoder(&data).Encode(value); err != nil {
		return err.Error()
	}
	return data.String()
}

func toJSON(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(data)
}

func decodeTable(text string, decode func([]byte, any) error) map[string]any {
	table := map[string]any{}
	if err := decode([]byte(text), &table); err != nil {
		table["Error"] = err.Error()
	}
	return table
}

func decodeList(text string, decode func([]byte, any) error) []any {
	list := []any{}
	if err := decode([]byte(text), &list); err != nil {
		return []any{err.Error()}
	}
	return list
}

// files is .Files of a template.
type files map[string][]byte

func newFiles(from []*chart.File) files {
	f := files{}
	for _, file := range from {
		f[file.Name] = file.Data
	}
	return f
}

// GetBytes returns a file, empty when there is none.
func (f files) GetBytes(name string) []byte {
	if data, ok := f[name]; ok {
		return data
	}
	return []byte{}
}

// Get returns a file as text.
func (f files) Get(name string) string { return string(f.GetBytes(name)) }

// Glob returns the files whose names match a pattern, all when it is none.
func (f files) Glob(pattern string) files {
	g, err := glob.Compile(pattern, '/')
	if err != nil {
		g = glob.MustCompile("**")
	}
	matching := files{}
	for name, data := range f {
		if g.Match(name) {
			matching[name] = data
		}
	}
	return matching
}

// AsConfig returns the files as the data of a ConfigMap, in YAML.
func (f files) AsConfig() string { return f.as(func(data []byte) string { return string(data) }) }

// AsSecrets returns the files as the data of a Secret, in YAML.
func (f files) AsSecrets() string { return f.as(base64.StdEncoding.EncodeToString) }

func (f files) as(encode func([]byte) string) string {
	if f == nil {
		return ""
	}
	data := map[string]string{}
	for name, text := range f {
		data[path.Base(name)] = encode(text)
	}
	return toYAML(data)
}

// Lines returns the lines of a file.
func (f files) Lines(name string) []string {
	if len(f[name]) == 0 {
		return []string{}
	}
	return strings.Split(strings.TrimSuffix(string(f[name]), "\n"), "\n")
}
