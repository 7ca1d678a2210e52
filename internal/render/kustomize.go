package render

import (
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"

	"github.com/redislint/redislint/internal/manifest"
)

// build builds a kustomization as `kustomize build` does. Plugins, functions and Helm are off, and what is remote is not
// fetched: the rest is built without it.
func build(k *Kustomization) *Rendered {
	rendered := &Rendered{}
	place := filepath.ToSlash(filepath.Clean(k.Path))
	stage("the kustomization")
	files, err := newBuildFiles(k)
	if err != nil {
		rendered.Errors = []manifest.Error{problemOf(err, place)}
		return rendered
	}
	defer files.close()
	// The options that are the default: root only, no plugins, and resources in their order.
	made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(files, files.path(files.top))
	rendered.HelmCharts, rendered.Errors = files.charts, files.problems
	if err != nil {
		rendered.Errors = append(rendered.Errors, files.explain(err))
		return rendered
	}
	if err := files.collect(made, rendered); err != nil {
		rendered.Errors = append(rendered.Errors, problemOf(err, place))
	}
	return rendered
}

// collect adds what was built. Every resource knows by an annotation, which was asked for, the file that it comes from.
func (f *buildFiles) collect(made resmap.ResMap, rendered *Rendered) error {
	places := make([]string, 0, made.Size())
	for _, r := range made.Resources() {
		origin, err := r.GetOrigin()
		if err != nil || origin == nil {
			origin = &resource.Origin{}
		}
		file := origin.Path
		if file == "" {
			file = origin.ConfiguredIn
		}
		if file != "" {
			file = f.name(path.Join(f.top, filepath.ToSlash(file)))
		}
		places = append(places, file)
	}
	if !f.origins {
		if err := made.RemoveOriginAnnotations(); err != nil {
			return err
		}
	}
	for i, r := range made.Resources() {
		text, err := r.AsYAML()
		if err != nil {
			return err
		}
		rendered.Documents = append(rendered.Documents, Document{File: places[i], Text: text})
	}
	return nil
}

// yamlLine is how a library names a line of YAML.
var yamlLine = regexp.MustCompile(`(?:yaml: |MalformedYAMLError: .*?)line (\d+)`)

// explain places an error of kustomize: most name no place.
func (f *buildFiles) explain(err error) manifest.Error {
	message := strings.ReplaceAll(err.Error(), f.path(f.top), f.shown)
	message = strings.ReplaceAll(message, f.base+string(filepath.Separator), "")
	e := manifest.Error{File: f.shown, Message: visible(message)}
	if file := f.kustomization(f.top); file != "" {
		e.File = f.name(file)
	}
	if found := yamlLine.FindStringSubmatch(message); found != nil && f.last != "" {
		e.File = f.name(f.last)
		e.Line, _ = strconv.Atoi(found[1])
		// Kustomize counts the lines of the document.
		if text, err := f.read(f.last, maxFileBytes); err == nil {
			set := manifest.Decode([]manifest.Input{{Name: e.File, Data: text}}, manifest.Options{})
			if len(set.Errors) > 0 {
				return set.Errors[0]
			}
		}
	}
	return e
}
