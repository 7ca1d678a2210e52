package config

import (
	"bytes"
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/redislint/redislint/internal/rules"
)

// SchemaURL is where the schema of the built-in rules is published.
const SchemaURL = "https://raw.githubusercontent.com/redislint/redislint/main/docs/config.schema.json"

// matchReference is match, which the schema says once.
var matchReference = shape[rules.Match]{
	schema{"allOf": []schema{{"$ref": "#/definitions/match"}}}, // draft 7 ignores what stands beside a $ref
	func(r *reader, n *yaml.Node) (rules.Match, bool) { return match.read(r, n) },
}

// Schema returns the JSON Schema, draft 7, of a configuration with the rules of the library.
func Schema(library *rules.Library) ([]byte, error) {
	s := document(library).schema
	s["$schema"] = "http://json-schema.org/draft-07/schema#"
	s["$id"] = SchemaURL
	s["title"] = "Configuration of redislint (.redislint.yaml)"
	s["definitions"] = schema{"match": match.schema}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(s); err != nil {
		return nil, fmt.Errorf("encode the schema: %w", err)
	}
	return text.Bytes(), nil
}
