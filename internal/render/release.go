package render

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

// release is a chart with the values it is rendered with.
type release struct {
	request      *chartRequest
	capabilities *capabilities
	chart        *node // as it was read
	layers       []layer
	given        map[string]any // by the layers together
	engines      map[string]*engine
	base         *rendering
	objects      map[string]*manifest.Object // values files that keys were located in
}

// rendering is one rendering of a release.
type rendering struct {
	chart     *node // as it takes part
	values    map[string]any
	documents []Document
}

// renderChart renders a chart. There is no release of a chart that cannot be read.
func renderChart(request *chartRequest) (*Rendered, *release) {
	place := path.Clean(request.Path)
	rendered := &Rendered{}
	fail := func(err error) (*Rendered, *release) {
		rendered.Errors = append(rendered.Errors, problemOf(err, place))
		return rendered, nil
	}
	stage("the chart")
	root, err := load(&request.Chart)
	if err != nil {
		return fail(err)
	}
	metadata := root.chart.Metadata
	rendered.Name, rendered.Version = metadata.Name, metadata.Version
	if metadata.Type != "" && metadata.Type != "application" {
		return fail(&problem{File: path.Join(place, "Chart.yaml"), Message: metadata.Type + " charts are not installable"})
	}
	r := &release{request: request, chart: root, engines: map[string]*engine{}}
	if r.capabilities, err = newCapabilities(&request.Chart); err != nil {
		return fail(err)
	}
	if r.layers, r.given, err = request.layers(); err != nil {
		return fail(err)
	}
	r.base, err = r.render(r.given, nil)
	rendered.Missing = r.base.chart.missing()
	if m := new(misfit); errors.As(err, &m) {
		return fail(r.misfit(m))
	}
	if err != nil {
		if names := missingNames(rendered.Missing); names != "" {
			p := problemOf(err, place)
			err = &problem{File: p.File, Line: p.Line, Message: p.Message + "; missing from charts/: " + names}
		}
		return fail(err)
	}
	rendered.Documents = r.base.documents
	return rendered, r
}

// misfit places a value that a schema does not allow: where it is set, else at the schema.
func (r *release) misfit(m *misfit) *problem {
	p := &problem{File: m.schema, Message: m.Error()}
	if answer := r.locate(m.keys, ""); answer.File != "" && len(m.keys) > 0 {
		p.File, p.Line = answer.File, answer.Position.Line
	}
	return p
}

func missingNames(missing []Dependency) string {
	var names []string
	for _, d := range missing {
		names = append(names, strings.TrimSpace(d.Name+" "+d.Version))
	}
	return strings.Join(names, ", ")
}

// render renders the templates that are wanted, all when wanted is nil. The rendering is as complete as it became.
func (r *release) render(given map[string]any, wanted func(template string) bool) (*rendering, error) {
	made := &rendering{chart: r.chart.as(r.chart.name)}
	if err := made.chart.process(given); err != nil {
		return made, err
	}
	values, err := made.chart.coalesceValues(given, false)
	if err != nil {
		return made, err
	}
	made.values = copyMap(values) // templates may change what they see
	if required := made.chart.chart.Metadata.KubeVersion; required != "" && !satisfies(required, r.capabilities.KubeVersion.Version) {
		return made, &problem{File: path.Join(made.chart.place, "Chart.yaml"), Message: fmt.Sprintf(
			"chart requires kubeVersion %s, which Kubernetes %s does not satisfy", required, r.capabilities.KubeVersion.Version)}
	}
	if wanted == nil { // an experiment may break rules that values have to keep
		if err := made.chart.validate(values, nil); err != nil {
			return made, err
		}
	}
	e, err := r.engine(made.chart)
	if err != nil {
		return made, err
	}
	output, err := e.execute(map[string]any{
		"Capabilities": r.capabilities,
		"Release":      r.information(),
		"Values":       values,
	}, wanted)
	if err != nil {
		return made, err
	}
	made.documents = documents(output, e)
	if r.request.IncludeCRDs && wanted == nil {
		made.documents = append(made.chart.crds(), made.documents...)
	}
	return made, nil
}

// information is .Release of a template.
func (r *release) information() map[string]any {
	information := map[string]any{
		"Name": "release-name", "Namespace": "default", "Service": "Helm", "Revision": 1, "IsInstall": true, "IsUpgrade": false,
	}
	if r.request.ReleaseName != "" {
		information["Name"] = r.request.ReleaseName
	}
	if r.request.Namespace != "" {
		information["Namespace"] = r.request.Namespace
	}
	return information
}

// engine returns the engine for the charts that take part.
func (r *release) engine(root *node) (*engine, error) {
	id := strings.Join(root.paths(), "\n")
	if e := r.engines[id]; e != nil {
		return e.over(root), nil
	}
	e, err := newEngine(root)
	if err == nil {
		r.engines[id] = e
	}
	return e, err
}

// paths are those of the chart and of all in it.
func (n *node) paths() []string {
	paths := []string{n.path() + " " + n.place}
	for _, child := range n.children {
		paths = append(paths, child.paths()...)
	}
	return paths
}

// over returns the engine for another copy of its charts.
func (e *engine) over(root *node) *engine {
	byPath := map[string]*node{}
	var index func(n *node)
	index = func(n *node) {
		byPath[n.path()] = n
		for _, child := range n.children {
			index(child)
		}
	}
	index(root)
	for name, s := range e.templates {
		e.templates[name] = source{byPath[s.chart.path()], s.file}
	}
	return e
}

// vary renders the chart with each change.
func (r *release) vary(changes []Change) []Variation {
	variations := make([]Variation, len(changes))
	for i, change := range changes {
		made, err := r.render(r.changed(change), nil)
		if err != nil {
			variations[i].Errors = []manifest.Error{problemOf(err, r.chart.place)}
			continue
		}
		variations[i].Documents = differing(r.base.documents, made.documents)
	}
	return variations
}

// changed returns what was given with a change on top of it.
func (r *release) changed(change Change) map[string]any {
	given := any(r.given)
	for _, setting := range change.Settings {
		given = set(r.expose(given, setting.Keys), setting.Keys, setting.Value)
	}
	return given.(map[string]any)
}

// expose puts the list that keys lead through, when it is a chart's default, among the values that are given: an item
// cannot be given without its list.
func (r *release) expose(given any, keys []string) any {
	for i := range keys {
		list, ok := valueAt(r.base.values, keys[:i]).([]any)
		if !ok {
			continue
		}
		if _, isGiven := valueAt(given, keys[:i]).([]any); !isGiven {
			given = set(given, keys[:i], copyValue(list))
		}
	}
	return given
}

// differing returns the documents of after that before does not have, and empty ones for those that are gone.
func differing(before, after []Document) []Document {
	count := map[string]int{}
	id := func(d Document) string { return d.Template + "\n" + string(d.Text) }
	for _, d := range before {
		count[id(d)]++
	}
	var changed []Document
	places := map[string]int{}
	for _, d := range after {
		places[d.Template]++
		if count[id(d)]--; count[id(d)] < 0 {
			changed = append(changed, d)
		}
	}
	for _, d := range before {
		if places[d.Template]--; places[d.Template] < 0 {
			changed = append(changed, Document{Template: d.Template, File: d.File})
		}
	}
	return changed
}

// crds are the documents of the crds folders.
func (n *node) crds() []Document {
	var crds []Document
	for _, file := range n.chart.Files {
		ext := strings.ToLower(path.Ext(file.Name))
		if strings.HasPrefix(file.Name, "crds/") && slices.Contains([]string{".yaml", ".yml", ".json"}, ext) {
			for _, text := range split(string(file.Data)) {
				crds = append(crds, Document{
					Template: path.Join(n.path(), file.Name), File: path.Join(n.place, file.Name), Text: []byte(text),
				})
			}
		}
	}
	for _, child := range n.children {
		crds = append(crds, child.crds()...)
	}
	return crds
}

// documents splits what templates made.
func documents(output map[string]string, e *engine) []Document {
	var documents []Document
	for _, name := range slices.Sorted(maps.Keys(output)) {
		// Notes are executed, for they may refuse values, and are no manifest.
		if strings.HasSuffix(name, "NOTES.txt") {
			continue
		}
		for _, text := range split(output[name]) {
			if !unknownHook(text) {
				documents = append(documents, Document{Template: name, File: e.place(name), Text: []byte(text)})
			}
		}
	}
	return documents
}
