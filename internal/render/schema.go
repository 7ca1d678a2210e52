package render

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// misfit is a value that a schema does not allow.
type misfit struct {
	keys   []string // in the values of the top chart
	schema string   // file
	reason string
}

func (m *misfit) Error() string {
	if len(m.keys) == 0 {
		return "values do not meet " + m.schema + ": " + m.reason
	}
	return strings.Join(m.keys, ".") + " does not meet " + m.schema + ": " + m.reason
}

// validate reports the first value that a values.schema.json does not allow, of the chart's or of one in it, as a
// *misfit. References that lead out of a schema are not followed. above are the keys of the chart.
func (n *node) validate(values map[string]any, above []string) error {
	if n.chart.Schema != nil {
		file := path.Join(n.place, "values.schema.json")
		stage(file)
		schema, err := readSchema(n.chart.Schema)
		if err != nil {
			return &problem{File: file, Message: err.Error()}
		}
		if err := schema.Validate(values); err != nil {
			keys, reason := reasonOf(err)
			return &misfit{append(slices.Clip(above), keys...), file, reason}
		}
	}
	for _, child := range n.children {
		if values, ok := values[child.name].(map[string]any); ok {
			if err := child.validate(values, append(slices.Clip(above), child.name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// validating is how the validator says where in the schema it is.
var validating = regexp.MustCompile(`^validating (\S+): `)

// reasonOf splits what the validator says into the keys of a value and what is wrong with it.
func reasonOf(err error) (keys []string, reason string) {
	reason = err.Error()
	for found := validating.FindStringSubmatch(reason); found != nil; found = validating.FindStringSubmatch(reason) {
		reason = reason[len(found[0]):]
		keys = nil
		segments := strings.Split(found[1], "/")
		for i := 0; i+1 < len(segments); i++ {
			if segments[i] == "properties" {
				i++
				keys = append(keys, segments[i])
			}
		}
	}
	return keys, visible(reason)
}

func readSchema(text []byte) (*jsonschema.Resolved, error) {
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		return nil, fmt.Errorf("not a JSON schema: %w", err)
	}
	text, err := json.Marshal(modernize(tree))
	if err != nil {
		return nil, fmt.Errorf("encode the schema: %w", err)
	}
	schema := new(jsonschema.Schema)
	if err := json.Unmarshal(text, schema); err != nil {
		return nil, fmt.Errorf("not a JSON schema: %w", err)
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		return nil, fmt.Errorf("not a JSON schema: %w", err)
	}
	return resolved, nil
}

// modernize turns a schema of an older draft into one of draft 7, and one of an unnamed draft into the newest.
func modernize(tree any) any {
	schema, ok := tree.(map[string]any)
	if !ok {
		return tree
	}
	draft, _ := schema["$schema"].(string)
	switch {
	case strings.Contains(draft, "draft-07"):
	case strings.Contains(draft, "draft-06"), strings.Contains(draft, "draft-04"):
		schema["$schema"] = "http://json-schema.org/draft-07/schema#"
		if strings.Contains(draft, "draft-04") {
			bounds(schema)
		}
	default:
		delete(schema, "$schema")
	}
	return schema
}

// bounds turns the booleans that draft 4 has for exclusive bounds into bounds.
func bounds(tree any) {
	switch tree := tree.(type) {
	case []any:
		for _, item := range tree {
			bounds(item)
		}
	case map[string]any:
		for _, item := range tree {
			bounds(item)
		}
		for inclusive, exclusive := range map[string]string{"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"} {
			switch isExclusive, isBool := tree[exclusive].(bool); {
			case isBool && isExclusive && tree[inclusive] != nil:
				tree[exclusive] = tree[inclusive]
				delete(tree, inclusive)
			case isBool:
				delete(tree, exclusive)
			}
		}
	}
}
