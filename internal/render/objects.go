package render

import (
	"strings"

	"sigs.k8s.io/yaml"
)

// parsed are the objects of documents, by template.
type parsed map[string][]map[string]any

// parse reads the documents that targets are in.
func parse(documents []Document, targets []Target) parsed {
	wanted := map[string]bool{}
	for _, t := range targets {
		wanted[t.Template] = true
	}
	p := parsed{}
	for _, d := range documents {
		var object map[string]any
		if wanted[d.Template] && yaml.Unmarshal(d.Text, &object) == nil {
			p[d.Template] = append(p[d.Template], items(object)...)
		}
	}
	return p
}

// items returns the objects of a List, or the object itself.
func items(object map[string]any) []map[string]any {
	list, ok := object["items"].([]any)
	if kind, _ := object["kind"].(string); !ok || !strings.HasSuffix(kind, "List") {
		return []map[string]any{object}
	}
	var objects []map[string]any
	for _, item := range list {
		if object, ok := item.(map[string]any); ok {
			objects = append(objects, object)
		}
	}
	return objects
}

// object returns that of a target, nil when it is not there.
func (p parsed) object(t Target) map[string]any {
	for _, object := range p[t.Template] {
		if object["kind"] == t.Kind && valueAt(object, []string{"metadata", "name"}) == t.Name {
			return object
		}
	}
	return nil
}

// field returns the value of a target, nil when it is missing. An experiment may have renamed the object, which then is
// the only one of its kind.
func (p parsed) field(t Target) any {
	object := p.object(t)
	if object == nil {
		var same []map[string]any
		for _, o := range p[t.Template] {
			if o["kind"] == t.Kind {
				same = append(same, o)
			}
		}
		if len(same) != 1 {
			return nil
		}
		object = same[0]
	}
	return valueAt(object, t.Path)
}
