package render

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"helm.sh/helm/v3/pkg/chart"
)

// engine executes the templates of a chart as Helm's pkg/engine does. They are parsed once and executed as often as the
// chart is rendered.
type engine struct {
	templates map[string]source
	order     []string // in which they are parsed and executed
	set       *template.Template
	included  map[string]int // how often each template is within itself
	nested    int            // how deep the text that is executed was made by tpl
}

// source is where a template comes from.
type source struct {
	chart *node
	file  *chart.File
}

// Recursion is bounded: how often a template may include itself, as in helm, and how deep tpl may nest, where every level
// has a copy of all templates.
const (
	maxIncluded = 1000
	maxNested   = 100
)

// newEngine parses the templates of a chart and its subcharts.
func newEngine(root *node) (*engine, error) {
	e := &engine{templates: map[string]source{}, included: map[string]int{}}
	e.collect(root)
	e.order = sortedKeys(e.templates)
	// A template replaces those of the same name that were parsed before: those of an outer chart win.
	slices.SortStableFunc(e.order, func(a, b string) int {
		if byDepth := strings.Count(b, "/") - strings.Count(a, "/"); byDepth != 0 {
			return byDepth
		}
		return strings.Compare(b, a)
	})
	e.set = template.New("gotpl").Option("missingkey=zero")
	e.set.Funcs(functions()).Funcs(e.late(e.set))
	for _, name := range e.order {
		stage(name)
		if _, err := e.set.New(name).Parse(string(e.templates[name].file.Data)); err != nil {
			return nil, e.explain(name, err)
		}
	}
	return e, nil
}

func (e *engine) collect(n *node) {
	library := strings.EqualFold(n.chart.Metadata.Type, "library")
	for _, file := range n.chart.Templates {
		if file != nil && (!library || isPartial(file.Name)) {
			e.templates[path.Join(n.path(), file.Name)] = source{n, file}
		}
	}
	for _, child := range n.children {
		e.collect(child)
	}
}

// isPartial reports whether a template is there for others to include.
func isPartial(name string) bool { return strings.HasPrefix(path.Base(name), "_") }

// place is the file of a template.
func (e *engine) place(name string) string {
	s := e.templates[name]
	if s.file == nil {
		return ""
	}
	return path.Join(s.chart.place, s.file.Name)
}

// late are the functions that execute templates themselves.
func (e *engine) late(t *template.Template) template.FuncMap {
	return template.FuncMap{
		"include": func(name string, data any) (string, error) {
			if e.included[name] > maxIncluded {
				return "", fmt.Errorf("template %s includes itself more than %d times", name, maxIncluded)
			}
			e.included[name]++
			defer func() { e.included[name]-- }()
			var text strings.Builder
			err := t.ExecuteTemplate(&text, name, data)
			return text.String(), err
		},
		"tpl": func(text string, data any) (string, error) { return e.tpl(t, text, data) },
	}
}

// tpl executes text that is a template. What it defines is known within it only.
func (e *engine) tpl(parent *template.Template, text string, data any) (string, error) {
	if !strings.Contains(text, "{{") {
		return withoutNoValue(text), nil
	}
	if e.nested++; e.nested > maxNested {
		return "", fmt.Errorf("tpl nests deeper than %d levels", maxNested)
	}
	defer func() { e.nested-- }()
	t, err := parent.Clone()
	if err != nil {
		return "", err
	}
	t.Option("missingkey=zero").Funcs(e.late(t))
	if t, err = t.New(parent.Name()).Parse(text); err != nil {
		return "", fmt.Errorf("cannot parse template %q: %w", text, err)
	}
	var out strings.Builder
	if err := t.Execute(&out, data); err != nil {
		return "", fmt.Errorf("error during tpl function execution for %q: %w", text, err)
	}
	return withoutNoValue(out.String()), nil
}

// withoutNoValue drops what Go writes for a missing key even when it is told to write none.
func withoutNoValue(text string) string { return strings.ReplaceAll(text, "<no value>", "") }

// execute executes the templates that are wanted, partials aside, and returns their output by name.
func (e *engine) execute(root map[string]any, wanted func(name string) bool) (map[string]string, error) {
	clear(e.included)
	e.nested = 0
	contexts := map[*node]map[string]any{}
	output := map[string]string{}
	for _, name := range e.order {
		if isPartial(name) || wanted != nil && !wanted(name) {
			continue
		}
		from := e.templates[name].chart
		context := contextOf(from, root, contexts)
		context["Template"] = map[string]any{"Name": name, "BasePath": path.Join(from.path(), "templates")}
		stage(name)
		var text strings.Builder
		if err := e.run(&text, name, context); err != nil {
			return nil, e.explain(name, err)
		}
		output[name] = withoutNoValue(text.String())
	}
	return output, nil
}

// run executes a template. Functions of the library panic on some arguments.
func (e *engine) run(text *strings.Builder, name string, context map[string]any) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("rendering template failed: %v", fault)
		}
	}()
	return e.set.ExecuteTemplate(text, name, context)
}

// contextOf returns what the templates of a chart see: root is that of the top chart, made those that exist.
func contextOf(n *node, root map[string]any, made map[*node]map[string]any) map[string]any {
	if context, ok := made[n]; ok {
		return context
	}
	context := map[string]any{
		"Chart": struct {
			chart.Metadata
			IsRoot bool
		}{n.metadata(), n.parent == nil},
		"Files":        newFiles(n.chart.Files),
		"Release":      root["Release"],
		"Capabilities": root["Capabilities"],
		"Values":       map[string]any{},
	}
	made[n] = context
	if n.parent == nil {
		context["Values"] = root["Values"]
	} else if values, ok := contextOf(n.parent, root, made)["Values"].(map[string]any)[n.name].(map[string]any); ok {
		context["Values"] = values
	}
	subcharts := map[string]any{}
	context["Subcharts"] = subcharts
	for _, child := range n.children {
		subcharts[child.name] = contextOf(child, root, made)
	}
	return context
}

// metadata is the chart's Chart.yaml under the names that the chart goes by.
func (n *node) metadata() chart.Metadata {
	m := *n.chart.Metadata
	m.Name = n.name
	m.Dependencies = nil
	for _, r := range n.requires {
		if r.Enabled {
			dependency := r.Dependency
			dependency.Name = r.key()
			m.Dependencies = append(m.Dependencies, &dependency)
		}
	}
	return m
}

// location is how package template begins an error.
var location = regexp.MustCompile(`^template: (.*?):(\d+)(?::\d+)?: `)

// explain places an error of a template.
func (e *engine) explain(name string, err error) *problem {
	p := &problem{File: e.place(name), Message: shorten(visible(err.Error()))}
	if found := location.FindStringSubmatch(err.Error()); found != nil {
		if file := e.place(found[1]); file != "" {
			p.File = file
		}
		p.Line, _ = strconv.Atoi(found[2])
		p.Message = shorten(visible(err.Error()[len(found[0]):]))
	}
	if said := new(refusal); errors.As(err, &said) {
		p.Message = shorten(strings.Join(strings.Fields(visible(said.message)), " "))
	}
	return p
}

// shorten leaves out the middle of a message: a template that includes itself says so at every level.
func shorten(message string) string {
	const longest = 1000
	if len(message) <= longest {
		return message
	}
	return strings.ToValidUTF8(message[:longest/2], "") + " … " + strings.ToValidUTF8(message[len(message)-longest/2:], "")
}
