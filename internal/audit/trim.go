package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/redislint/redislint/internal/manifest"
)

// Fields of metadata that nobody wrote, or that hold the object once more.
var (
	bookkeeping = []string{"managedFields", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink"}
	copies      = []string{"kubectl.kubernetes.io/last-applied-configuration"}
)

// field is one of a JSON object, in its order.
type field struct {
	name  string
	value json.RawMessage
}

// document makes a document of an object as it was listed: without status and bookkeeping, and with its kind, which items of
// a list leave out. What has the sign becomes YAML, as people know it, and the rest stays JSON, which is read much faster.
// The document is named for the object.
func document(raw []byte, r resource, sign func([]byte) bool) (manifest.Input, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(raw, &object); err != nil {
		return manifest.Input{}, fmt.Errorf("decode an object: %w", err)
	}
	var metadata map[string]json.RawMessage
	if err := json.Unmarshal(object["metadata"], &metadata); err != nil {
		return manifest.Input{}, fmt.Errorf("decode an object's metadata: %w", err)
	}
	for _, name := range bookkeeping {
		delete(metadata, name)
	}
	var annotations map[string]json.RawMessage
	if json.Unmarshal(metadata["annotations"], &annotations) == nil {
		for _, name := range copies {
			delete(annotations, name)
		}
		metadata["annotations"] = jsonOf(annotations)
	}
	if len(annotations) == 0 {
		delete(metadata, "annotations")
	}
	version := r.version
	if r.group != "" {
		version = r.group + "/" + r.version
	}
	_, kind, _ := strings.Cut(r.kind, "/")
	fields := []field{{"apiVersion", jsonOf(version)}, {"kind", jsonOf(kind)}, {"metadata", jsonOf(metadata)}}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		switch name {
		case "apiVersion", "kind", "metadata", "status":
		default:
			fields = append(fields, field{name, object[name]})
		}
	}
	text := join(fields)
	if sign == nil || sign(text) {
		var err error
		if text, err = yaml.JSONToYAML(text); err != nil {
			return manifest.Input{}, fmt.Errorf("decode an object: %w", err)
		}
	} else {
		var b bytes.Buffer
		if err := json.Indent(&b, text, "", "  "); err != nil {
			return manifest.Input{}, fmt.Errorf("decode an object: %w", err)
		}
		text = b.Bytes()
	}
	return manifest.Input{Name: kind + " " + nameOf(metadata), Data: text}, nil
}

// nameOf is an object's name with its namespace before it.
func nameOf(metadata map[string]json.RawMessage) string {
	var name, namespace string
	_ = json.Unmarshal(metadata["name"], &name) // API servers hold no others
	if json.Unmarshal(metadata["namespace"], &namespace) == nil && namespace != "" {
		return namespace + "/" + name
	}
	return name
}

func join(fields []field) []byte {
	var b bytes.Buffer
	for i, f := range fields {
		b.WriteByte("{,"[min(i, 1)])
		b.Write(jsonOf(f.name))
		b.WriteByte(':')
		b.Write(f.value)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// jsonOf encodes what was decoded before, or a string.
func jsonOf(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("null")
	}
	return text
}
