package source

import (
	"regexp"
	"strings"

	"github.com/redislint/redislint/internal/chart"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// unseenValue is the value of a setting that is not in the input.
const unseenValue = "${unseen}"

// values adds the map of values at a path of an object.
func (r *release) values(o *manifest.Object, path ...string) {
	if isWritten(o.Root.At(path)) {
		r.Layers = append(r.Layers, chart.Layer{Object: o, Path: path})
	}
}

// file adds the values of a file of the input.
func (r *release) file(name string) {
	o := r.x.document(name)
	if o == nil { // an error of the set
		r.Layers = append(r.Layers, chart.Layer{Unseen: true})
		return
	}
	r.objects = append(r.objects, o)
	r.values(o)
}

// text adds the values that a string holds as YAML.
func (r *release) text(o *manifest.Object, path ...string) {
	at := topology.Origin{Object: o, Path: path}
	n := o.Root.At(path)
	if !isWritten(n) {
		return
	}
	text, ok := n.Str()
	if !ok {
		r.x.problem(at, "values are a %s, not YAML in a string", n.Kind())
		return
	}
	embedded, problem := r.x.set.Embed(o, path, text)
	if problem != nil && embedded == nil && strings.Contains(text, "{{") {
		if text, ok = standIn(text); !ok {
			r.x.notice(o, "values on line %d are a template; only what is set above them is known", at.Position().Line)
			r.Layers = append(r.Layers, chart.Layer{Unseen: true})
			return
		}
		embedded, problem = r.x.set.Embed(o, path, text)
	}
	if problem != nil {
		problem.Message = "values: " + problem.Message
		r.x.problems = append(r.x.problems, *problem)
	}
	switch {
	case embedded != nil:
		r.values(embedded)
	case problem != nil:
		r.Layers = append(r.Layers, chart.Layer{Unseen: true})
	}
}

// hidden adds values that are not in the input.
func (r *release) hidden(kind, name string, at topology.Origin) {
	r.Layers = append(r.Layers, chart.Layer{Unseen: true})
	r.note(kind, name, "values", at)
}

// note records something that is not in the input, and what is unknown without.
func (r *release) note(kind, name, unknown string, at topology.Origin) {
	r.unseen = append(r.unseen, topology.Unseen{Kind: kind, Name: name, Unknown: []string{unknown}, Origin: at})
}

// set adds single settings.
func (r *release) set(settings ...chart.Setting) {
	if len(settings) > 0 {
		r.Layers = append(r.Layers, chart.Layer{Set: settings})
	}
}

// What a template replaces, and what it does other than that.
var (
	action  = regexp.MustCompile(`\{\{[^\n]*?\}\}`)
	control = regexp.MustCompile(`\{\{-?\s*(if|else|end|range|with|define|block|template)\b`)
)

// standIn returns a text of the same length that YAML can read, with a
// placeholder for each {{ … }}. It reports false for a template that decides
// which lines there are.
func standIn(text string) (string, bool) {
	if control.MatchString(text) {
		return "", false
	}
	for line := range strings.Lines(text) {
		if rest := action.ReplaceAllString(line, ""); rest != line && strings.TrimSpace(rest) == "" {
			return "", false
		}
	}
	return action.ReplaceAllStringFunc(text, func(found string) string {
		return "$(" + strings.Repeat("_", len(found)-len("$()")) + ")"
	}), true
}

// isTemplated reports whether something else is to replace a part of the text.
func isTemplated(text string) bool {
	return strings.Contains(text, "{{") || strings.Contains(text, "${") || strings.Contains(text, "$(")
}
