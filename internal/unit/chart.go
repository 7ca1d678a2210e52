package unit

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/render"
)

// chart is a chart that was rendered.
type chart struct {
	asked   render.Chart
	session *render.Session   // nil: to be opened when it is needed
	files   map[string]bool   // names of what was rendered
	texts   map[string]string // what was rendered, by template
}

// buildChart adds what a chart renders, and leaves out the chart's own files.
func (l *Loaded) buildChart(ctx context.Context, p *plan, c chartPlan, b *built) error {
	asked := render.Chart{}
	if c.asked {
		asked = p.opts.Chart
	}
	asked.Path = c.path
	for _, file := range c.values {
		asked.Values = append(slices.Clip(asked.Values), manifest.Input{Name: file})
	}
	asked.Overlay = p.opts.Overlay
	asked.Values = slices.Clone(asked.Values)
	for i, values := range asked.Values {
		if data, ok := asked.Overlay[filepath.ToSlash(filepath.Clean(values.Name))]; ok {
			asked.Values[i].Data = data
		}
	}
	session, err := p.opts.Renderer.Open(ctx, asked)
	if err != nil {
		return err
	}
	rendered := session.Rendered()
	kept := &chart{asked: asked, session: session, files: map[string]bool{}, texts: map[string]string{}}
	inputs := kept.inputs(rendered)
	if len(p.charts) > 1 {
		// Children of many charts would take more memory than opening a few again takes time.
		session.Close()
		kept.session = nil
	}
	l.charts = append(l.charts, kept)
	b.errors = append(b.errors, rendered.Errors...)
	b.inputs = append(b.inputs, inputs...)
	for _, dependency := range rendered.Missing {
		if !dependency.Enabled {
			continue
		}
		values := []string{filepath.Join(c.path, "values.yaml")}
		for _, v := range asked.Values {
			values = append(values, v.Name)
		}
		values = slices.DeleteFunc(values, func(file string) bool { return !isFile(file) })
		for i, file := range values {
			b.files = append(b.files, file)
			values[i] = filepath.ToSlash(filepath.Clean(file))
		}
		l.Unrendered = append(l.Unrendered, Unrendered{Chart: c.path, Dependency: dependency, Values: values, Chosen: asked})
	}
	return nil
}

// Line is the line of the file that asks for the dependency, 1-based; 0 when it cannot be told.
func (u Unrendered) Line() int {
	text, err := readText(u.Dependency.File, nil)
	if err != nil {
		return 0
	}
	number, within := 0, false
	for line := range strings.Lines(text) {
		number++
		within = within || strings.HasPrefix(line, "dependencies:")
		_, name, found := strings.Cut(line, "name:")
		if name, _, _ = strings.Cut(name, ","); within && found && strings.Trim(name, " \"'}\r\n") == u.Dependency.Name {
			return number
		}
	}
	return 0
}

// inputs joins the documents of each template to one input that is named by the template's file.
func (c *chart) inputs(rendered *render.Rendered) []manifest.Input {
	var inputs []manifest.Input
	template := ""
	for _, d := range rendered.Documents {
		if len(inputs) == 0 || d.Template != template {
			template = d.Template
			inputs = append(inputs, manifest.Input{Name: filepath.ToSlash(d.File)})
		}
		last := &inputs[len(inputs)-1]
		last.Data = fmt.Appendf(last.Data, "---\n# Source: %s\n%s\n", template, strings.TrimSuffix(string(d.Text), "\n"))
		c.files[last.Name], c.texts[template] = true, string(last.Data)
	}
	return inputs
}

// chartFlag returns the name of a flag that is for charts and set, "" when none is.
func chartFlag(c render.Chart) string {
	for _, flag := range []struct {
		name string
		set  bool
	}{
		{"values", len(c.Values) > 0},
		{"set", len(c.Set) > 0},
		{"set-string", len(c.SetString) > 0},
		{"set-json", len(c.SetJSON) > 0},
		{"set-file", len(c.SetFile) > 0},
		{"set-literal", len(c.SetLiteral) > 0},
		{"kube-version", c.KubeVersion != ""},
		{"api-versions", len(c.APIVersions) > 0},
		{"include-crds", c.IncludeCRDs},
	} {
		if flag.set {
			return flag.name
		}
	}
	return ""
}

// largestText bounds a file that is read to be shown.
const largestText = 16 << 20

// readText reads a file, or what it is taken to hold.
func readText(path string, overlay map[string][]byte) (string, error) {
	if data, ok := overlay[filepath.ToSlash(filepath.Clean(path))]; ok {
		return string(data), nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	if !info.Mode().IsRegular() || info.Size() > largestText {
		return "", fmt.Errorf("read %s: not a regular file, or too large", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return string(data), nil
}
