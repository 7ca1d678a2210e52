package manifest

import (
	"slices"
	"strconv"
	"strings"
)

// Object is one Kubernetes object: a document, an item of a List, an object of a Template, or one that was derived.
type Object struct {
	File       string
	APIVersion string
	Kind       string
	Namespace  string // as written; "" when the object names none
	Name       string
	Root       *Node
	Template   string // path of the chart's template, from the "# Source: …" comment helm writes above each document

	source     source
	derivation *derivation // of a derived object, else nil
	host       *host       // of an embedded object, else nil
	plain      bool        // the text is no YAML
	within     Path        // of the root in its document: nil, or of an item
}

// source is the document an object was read from.
type source struct {
	file       *file
	start, end uint32
	line       uint32
	order      int // of the document in the Set
}

// Group returns the API group, "" for core.
func (o *Object) Group() string {
	group, _, found := strings.Cut(o.APIVersion, "/")
	if !found {
		return ""
	}
	return group
}

// text returns the document's text, which Node offsets point into.
func (o *Object) text() string { return o.source.file.text[o.source.start:o.source.end] }

// objectsOf returns the objects of a document: itself, the items of a List or the objects of a Template in order, or none.
func objectsOf(d *document, order int, root *Node) []*Object {
	template := templateOf(d.text())
	var objects []*Object
	var add func(n *Node, path Path, apiVersion, kind string)
	// Recursion is bounded by the nesting the parser allows.
	add = func(n *Node, path Path, apiVersion, kind string) {
		if s, ok := n.Get("apiVersion").Str(); ok && s != "" {
			apiVersion = s
		}
		if s, ok := n.Get("kind").Str(); ok && s != "" {
			kind = s
		}
		if kind == "" || n.Kind() != Map {
			return
		}
		if items := n.Get("items"); isList(kind, items) {
			// As kubectl has it, items of a typed list may leave out what the list implies.
			itemVersion, itemKind := apiVersion, strings.TrimSuffix(kind, "List")
			if itemKind == "" {
				itemVersion = ""
			}
			for i, item := range items.Items() {
				add(item, slices.Concat(path, Path{"items", strconv.Itoa(i)}), itemVersion, itemKind)
			}
			return
		}
		if parts := n.Get("objects"); isTemplate(apiVersion, kind) && parts.Kind() == Seq {
			for i, part := range parts.Items() {
				add(part, slices.Concat(path, Path{"objects", strconv.Itoa(i)}), "", "")
			}
			return
		}
		metadata := n.Get("metadata")
		objects = append(objects, &Object{
			File:       d.file.name,
			APIVersion: apiVersion,
			Kind:       kind,
			Namespace:  metadata.Get("namespace").Text(),
			Name:       metadata.Get("name").Text(),
			Root:       n,
			Template:   template,
			source:     source{file: d.file, start: d.start, end: d.end, line: d.line, order: order},
			within:     path,
		})
	}
	add(root, nil, "", "")
	return objects
}

func isList(kind string, items *Node) bool {
	return kind == "List" || strings.HasSuffix(kind, "List") && items.Kind() == Seq
}

// isTemplate reports whether a kind is OpenShift's Template, whose objects hold ${NAME} where its parameters go.
func isTemplate(apiVersion, kind string) bool {
	return kind == "Template" && (apiVersion == "v1" || strings.HasPrefix(apiVersion, "template.openshift.io/"))
}

// templateOf reads helm's comment above a document: "# Source: chart/templates/service.yaml".
func templateOf(text string) string {
	var template string
	for prologue := text[:skipPrologue(text)]; prologue != ""; {
		line := prologue[:lineSize(prologue)]
		prologue = prologue[len(line):]
		if path, ok := strings.CutPrefix(line, "# Source: "); ok {
			template = strings.TrimSpace(path)
		}
	}
	return template
}
