package render

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"sigs.k8s.io/yaml"

	"github.com/redislint/redislint/internal/manifest"
)

// node is a chart in the tree of charts.
type node struct {
	chart *chart.Chart // without subcharts: they are children
	// name is what the chart above calls it: its alias, else its own name.
	name     string
	place    string         // its folder or archive, as the user would write it
	text     []byte         // of values.yaml
	written  map[string]any // the values in it
	values   map[string]any // with what was imported from children
	requires []*requirement
	children []*node
	parent   *node
	packed   bool // in an archive
}

// requirement is a chart's wish for a subchart.
type requirement struct {
	chart.Dependency
	index   int // in Chart.yaml
	missing bool
}

// load reads a chart from its folder or archive.
func load(c *Chart) (*node, error) {
	place := filepath.ToSlash(filepath.Clean(c.Path))
	info, err := os.Stat(c.Path)
	if err != nil {
		return nil, &problem{File: place, Message: pathless(err).Error()}
	}
	if !info.IsDir() {
		files, err := archive(c.Path)
		if err != nil {
			return nil, &problem{File: place, Message: err.Error()}
		}
		n, err := assemble(files, place, nil)
		if err == nil {
			n.packed = true
		}
		return n, err
	}
	folder, err := openFolder(c.Root, c.Path)
	if err != nil {
		return nil, &problem{File: place, Message: err.Error()}
	}
	defer folder.close()
	folder.overlay = c.Overlay
	files, err := folder.chart()
	if err != nil {
		return nil, err
	}
	return assemble(files, place, nil)
}

// archive reads the files of a packaged chart, with helm's caps.
func archive(name string) ([]*loader.BufferedFile, error) {
	data, err := readFile(name)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	return unpack(data)
}

func unpack(data []byte) ([]*loader.BufferedFile, error) {
	files, err := loader.LoadArchiveFiles(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("not a chart's archive: %w", err)
	}
	return files, nil
}

// assemble makes a chart and its subcharts of the files of a chart.
func assemble(files []*loader.BufferedFile, place string, parent *node) (*node, error) {
	n := &node{place: place, parent: parent}
	if n.depth() > maxDepth {
		return nil, &problem{File: place, Message: fmt.Sprintf("charts are nested deeper than %d levels", maxDepth)}
	}
	var own []*loader.BufferedFile
	subcharts := map[string][]*loader.BufferedFile{}
	for _, file := range files {
		below, isSubchart := strings.CutPrefix(file.Name, "charts/")
		switch {
		case isSubchart && path.Ext(file.Name) != ".prov":
			name, rest, _ := strings.Cut(below, "/")
			subcharts[name] = append(subcharts[name], &loader.BufferedFile{Name: rest, Data: file.Data})
		case file.Name == "values.yaml":
			values, err := readValues(file.Data, path.Join(place, file.Name))
			if err != nil {
				return nil, err
			}
			n.text, n.written = file.Data, values
		default:
			own = append(own, file)
		}
	}
	var err error
	if n.chart, err = loader.LoadFiles(own); err != nil {
		return nil, n.explain(err, own)
	}
	n.name, n.values = n.chart.Name(), n.written
	for i, d := range n.chart.Metadata.Dependencies {
		n.requires = append(n.requires, &requirement{Dependency: *d, index: i})
		n.requires[i].Enabled = true
	}
	for _, name := range sortedKeys(subcharts) {
		if strings.IndexAny(name, "_.") == 0 {
			continue
		}
		child, err := n.subchart(name, subcharts[name])
		if err != nil {
			return nil, err
		}
		if child != nil {
			n.children = append(n.children, child)
		}
	}
	return n, nil
}

// subchart makes a chart of what a name in charts/ holds, or none of a file that is no archive.
func (n *node) subchart(name string, files []*loader.BufferedFile) (*node, error) {
	place := path.Join(n.place, "charts", name)
	if path.Ext(name) == ".tgz" && files[0].Name == "" {
		unpacked, err := unpack(files[0].Data)
		if err != nil {
			return nil, &problem{File: place, Message: err.Error()}
		}
		return assemble(unpacked, place, n)
	}
	files = slices.DeleteFunc(files, func(f *loader.BufferedFile) bool { return f.Name == "" })
	if len(files) == 0 {
		return nil, nil
	}
	return assemble(files, place, n)
}

func (n *node) depth() int {
	depth := 0
	for ; n.parent != nil; n = n.parent {
		depth++
	}
	return depth
}

// explain places an error of helm's loader.
func (n *node) explain(err error, files []*loader.BufferedFile) error {
	p := &problem{File: path.Join(n.place, "Chart.yaml"), Message: err.Error()}
	for _, file := range files {
		if !strings.HasPrefix(err.Error(), "cannot load "+file.Name) {
			continue
		}
		p.File = path.Join(n.place, file.Name)
		if found := manifest.Decode([]manifest.Input{{Name: p.File, Data: file.Data}}, manifest.Options{}).Errors; len(found) > 0 {
			p.Line, p.Message = found[0].Line, found[0].Message
		}
	}
	return p
}

// readValues reads a values file.
func readValues(data []byte, name string) (map[string]any, error) {
	var values any
	if err := yaml.Unmarshal(data, &values); err != nil {
		p := &problem{File: name, Message: err.Error()}
		if found := manifest.Decode([]manifest.Input{{Name: name, Data: data}}, manifest.Options{}).Errors; len(found) > 0 {
			p.Line, p.Message = found[0].Line, found[0].Message
		}
		return nil, p
	}
	switch values := values.(type) {
	case map[string]any:
		return values, nil
	case nil:
		return map[string]any{}, nil
	default:
		return nil, &problem{File: name, Line: 1, Message: "values are " + kindOf(values) + ", not a mapping"}
	}
}

func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case float64:
		return "a number"
	case string:
		return "a string"
	case []any:
		return "a list"
	default:
		return "a mapping"
	}
}
