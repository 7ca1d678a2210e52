package topology

import "reflect"

// Schema returns the JSON Schema of Encode's result, with the rule's parameters
// (input.params) and the waivers (input.waivers) beside it, as plain JSON values. Every object refuses unknown
// properties, so that a misspelt field in a policy does not compile.
func Schema() map[string]any {
	schema := schemaOf(reflect.TypeFor[Redis]())
	schema["$schema"] = "http://json-schema.org/draft-07/schema#"
	schema["title"] = "A Redis as redislint's rules see it"
	properties := schema["properties"].(map[string]any)
	properties["params"] = map[string]any{
		"type":                 "object",
		"additionalProperties": true,
	}
	properties["waivers"] = schemaOf(reflect.TypeFor[[]Waiver]())
	return schema
}

func schemaOf(t reflect.Type) map[string]any {
	if l, ok := reflect.TypeAssert[leaf](reflect.Zero(t)); ok {
		return schemaOf(reflect.TypeOf(l.zero()))
	}
	switch t.Kind() {
	case reflect.Pointer:
		return schemaOf(t.Elem())
	case reflect.Struct:
		properties := map[string]any{}
		for _, m := range members(t) {
			properties[m.name] = schemaOf(t.Field(m.index).Type)
		}
		return map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(t.Elem())}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	default:
		panic("topology: a field of kind " + t.Kind().String() + " has no JSON form in the model")
	}
}
