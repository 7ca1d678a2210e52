package render

import (
	"errors"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"

	"github.com/redislint/redislint/internal/manifest"
)

func isKustomization(name string) bool {
	return slices.Contains(konfig.RecognizedKustomizationFileNames(), path.Base(name))
}

// kustomization returns the kustomization file of a folder, "" when it has none.
func (f *folder) kustomization(within string) string {
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if info, err := f.root.Stat(path.Join(within, name)); err == nil && info.Mode().IsRegular() {
			return path.Join(within, name)
		}
	}
	return ""
}

// edit reads a kustomization file, takes out what is not built here and notes it: Helm charts, and what is remote or not
// there. A file that is no mapping is left for kustomize to refuse.
func (f *buildFiles) edit(within string) ([]byte, error) {
	if text, ok := f.edited[within]; ok {
		return text, nil
	}
	text, err := f.read(within, maxFileBytes)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: f.name(within), Err: err}
	}
	f.last = within
	var fields map[string]any
	if yaml.Unmarshal(text, &fields) != nil || fields == nil {
		return text, nil
	}
	e := editor{files: f, within: within, text: text, fields: fields}
	e.helmCharts()
	e.paths()
	if path.Dir(within) == f.top {
		e.askForOrigins()
	}
	edited, err := yaml.Marshal(fields)
	if err != nil {
		return nil, err
	}
	f.edited[within] = edited
	return edited, nil
}

// editor edits one kustomization file.
type editor struct {
	files  *buildFiles
	within string
	text   []byte
	object *manifest.Object // of the text, once a line is asked for
	fields map[string]any
}

// field returns the name under which a field is written: kustomize takes any case.
func (e *editor) field(name string) string {
	for _, key := range sortedKeys(e.fields) {
		if strings.EqualFold(key, name) {
			return key
		}
	}
	return name
}

func (e *editor) helmCharts() {
	home := types.HelmDefaultHome
	if globals, ok := e.fields[e.field("helmGlobals")].(map[string]any); ok {
		if chartHome, _ := globals["chartHome"].(string); chartHome != "" {
			home = chartHome
		}
	}
	for _, form := range []struct{ field, name, version, repo string }{
		{"helmCharts", "name", "version", "repo"},
		{"helmChartInflationGenerator", "chartName", "chartVersion", "chartRepoUrl"},
	} {
		field := e.field(form.field)
		entries, _ := e.fields[field].([]any)
		for i, entry := range entries {
			chart, _ := entry.(map[string]any)
			text := func(key string) string { s, _ := chart[key].(string); return s }
			folder := home
			if own := text("chartHome"); own != "" {
				folder = own
			}
			e.chart(manifest.Path{field, strconv.Itoa(i)}, folder, text(form.name), text(form.version))
		}
		delete(e.fields, field)
	}
}

// chart notes a chart, and where it is when it is there: kustomize keeps what it pulled beside the version.
func (e *editor) chart(at manifest.Path, home, name, version string) {
	chart := HelmChart{File: e.files.name(e.within), Path: at}
	for _, folder := range []string{path.Join(home, name+"-"+version, name), path.Join(home, name)} {
		within := path.Join(path.Dir(e.within), folder)
		if _, err := e.files.root.Stat(path.Join(within, "Chart.yaml")); err == nil && name != "" {
			chart.Folder = e.files.name(within)
			break
		}
	}
	e.files.charts = append(e.files.charts, chart)
}

// paths checks the paths of the file, and takes out those that lead nowhere.
func (e *editor) paths() {
	for _, name := range []string{
		"resources", "bases", "components", "crds", "configurations", "generators", "transformers", "validators", "patchesStrategicMerge",
	} {
		field := e.field(name)
		entries, ok := e.fields[field].([]any)
		if !ok {
			continue
		}
		var kept []any
		for i, entry := range entries {
			value, isText := entry.(string)
			at := manifest.Path{field, strconv.Itoa(i)}
			if isText && !isInline(value) && (e.leadsNowhere(value, at) || name == "generators" && e.inflates(value)) {
				continue
			}
			kept = append(kept, entry)
		}
		e.fields[field] = kept
		if kept == nil {
			delete(e.fields, field)
		}
	}
	for _, name := range []string{"patches", "patchesJson6902", "replacements"} {
		field := e.field(name)
		entries, _ := e.fields[field].([]any)
		var kept []any
		for i, entry := range entries {
			fields, _ := entry.(map[string]any)
			value, _ := fields["path"].(string)
			if value == "" || !e.leadsNowhere(value, manifest.Path{field, strconv.Itoa(i), "path"}) {
				kept = append(kept, entry)
			}
		}
		if entries != nil {
			e.fields[field] = kept
		}
	}
}

// isInline reports whether an entry is YAML instead of a path.
func isInline(entry string) bool { return strings.ContainsAny(entry, "\n{") }

// remote matches what kustomize takes for a URL, or for a repository.
var remote = regexp.MustCompile(`(?i)^([a-z+]+::)?([a-z+]+://|[\w.-]+@[\w.-]+[:/]|github\.com[:/]|gh:)`)

// leadsNowhere notes a path that cannot be followed.
func (e *editor) leadsNowhere(value string, at manifest.Path) bool {
	message := ""
	_, err := e.files.resolve(path.Join(path.Dir(e.within), value))
	switch {
	case err == nil:
		return false
	case remote.MatchString(value), strings.Contains(value, "?ref="):
		message = value + " is remote and is not fetched"
	case errors.Is(err, fs.ErrNotExist):
		message = value + ": no such file or folder"
	default:
		message = value + ": " + err.Error()
	}
	e.problem(at, message)
	return true
}

func (e *editor) problem(at manifest.Path, message string) {
	if e.object == nil {
		e.object = wholeObject(e.files.name(e.within), e.text)
	}
	found := manifest.Error{File: e.files.name(e.within), Message: message}
	if e.object != nil {
		found.Line = e.object.Locate(at).Line
	}
	e.files.problems = append(e.files.problems, found)
}

// inflates reports whether a file configures the generator of Helm charts, and notes its chart.
func (e *editor) inflates(value string) bool {
	within := path.Join(path.Dir(e.within), value)
	text, err := e.files.read(within, maxFileBytes)
	if err != nil {
		return false
	}
	var generator struct {
		Kind      string `json:"kind"`
		Name      string `json:"name"`
		Version   string `json:"version"`
		ChartHome string `json:"chartHome"`
	}
	if yaml.Unmarshal(text, &generator) != nil || generator.Kind != "HelmChartInflationGenerator" {
		return false
	}
	home := generator.ChartHome
	if home == "" {
		home = types.HelmDefaultHome
	}
	e.chart(nil, home, generator.Name, generator.Version)
	e.files.charts[len(e.files.charts)-1].File = e.files.name(within)
	return true
}

// askForOrigins has every resource say in an annotation where it comes from.
func (e *editor) askForOrigins() {
	field := e.field("buildMetadata")
	asked, _ := e.fields[field].([]any)
	if e.files.origins = slices.Contains(asked, any(types.OriginAnnotations)); !e.files.origins {
		e.fields[field] = append(slices.Clone(asked), types.OriginAnnotations)
	}
}
