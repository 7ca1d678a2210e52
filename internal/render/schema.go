package render

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// validate reports the first value that a values.schema.json does not allow, of the chart's or of one in it. References
// that lead out of a schema are not followed.
func (n *node) validate(values map[string]any) error {
	if n.chart.Schema != nil {
		file := path.Join(n.place, "values.schema.json")
		schema, err := readSchema(n.chart.Schema)
		if err != nil {
			return &problem{File: file, Message: err.Error()}
		}
		if err := schema.Validate(values); err != nil {
			return &problem{File: file, Message: "values do not meet the schema: " + reason(err)}
		}
	}
	for _, child := range n.children {
		if values, ok := values[child.name].(map[string]any); ok {
			if err := child.validate(values); err != nil {
				return err
			}
		}
	}
	return nil
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

// reason drops how deep the validator was when it failed.
func reason(err error) string {
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return err.Error()
}
