package render

import (
	"slices"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
	"helm.sh/helm/v3/pkg/chart"

	"github.com/redislint/redislint/internal/manifest"
)

// process makes of the charts that were found those that take part: each dependency under its alias and as often as it is
// asked for, none that is switched off. It does what Helm's ProcessDependenciesWithMerge does.
func (n *node) process(vals map[string]any) error {
	if err := n.enable(vals, ""); err != nil {
		return err
	}
	return n.importValues()
}

// enable keeps the subcharts that conditions and tags do not switch off. path is the key of the chart, a dot behind it.
func (n *node) enable(vals map[string]any, path string) error {
	if len(n.requires) == 0 {
		return nil
	}
	var children []*node
	for _, child := range n.children {
		if !slices.ContainsFunc(n.requires, func(r *requirement) bool {
			return child.chart.Name() == r.Name && satisfies(r.Version, child.chart.Metadata.Version)
		}) {
			children = append(children, child)
		}
	}
	for _, r := range n.requires {
		r.Enabled = true
		r.missing = !slices.ContainsFunc(n.children, func(c *node) bool { return c.chart.Name() == r.Name })
		for _, child := range n.children {
			if child.chart.Name() == r.Name && satisfies(r.Version, child.chart.Metadata.Version) {
				children = append(children, child.as(r.key()))
				break
			}
		}
	}
	n.children = children

	all, err := n.coalesceValues(vals, false)
	if err != nil {
		return err
	}
	n.applyTags(all)
	n.applyConditions(all, path)
	n.children = slices.DeleteFunc(n.children, func(c *node) bool {
		return slices.ContainsFunc(n.requires, func(r *requirement) bool { return r.key() == c.name && !r.Enabled })
	})
	for _, child := range n.children {
		if err := child.enable(all, path+child.name+"."); err != nil {
			return err
		}
	}
	return nil
}

// key is what the chart calls its dependency.
func (r *requirement) key() string {
	if r.Alias != "" {
		return r.Alias
	}
	return r.Name
}

// as returns a copy of a subchart under a name.
func (n *node) as(name string) *node {
	c := *n
	c.name = name
	c.requires = nil
	for _, r := range n.requires {
		copied := *r
		c.requires = append(c.requires, &copied)
	}
	c.children = nil
	for _, child := range n.children {
		copied := child.as(child.name)
		copied.parent = &c
		c.children = append(c.children, copied)
	}
	return &c
}

func satisfies(constraint, version string) bool {
	v, err := semver.NewVersion(version)
	if err != nil {
		return false
	}
	c, err := semver.NewConstraint(constraint)
	return err == nil && c.Check(v)
}

func (n *node) applyTags(vals map[string]any) {
	tags, ok := vals["tags"].(map[string]any)
	if !ok {
		return
	}
	for _, r := range n.requires {
		on, off := false, false
		for _, tag := range r.Tags {
			if value, ok := tags[tag].(bool); ok {
				on, off = on || value, off || !value
			}
		}
		r.Enabled = on || !off
	}
}

func (n *node) applyConditions(vals map[string]any, path string) {
	for _, r := range n.requires {
		for condition := range strings.SplitSeq(strings.TrimSpace(r.Condition), ",") {
			if condition == "" {
				continue
			}
			if value, ok := valueAt(vals, strings.Split(path+condition, ".")).(bool); ok {
				r.Enabled = value
				break
			}
		}
	}
}

// valueAt returns the value that keys lead to, nil when there is none. An item of a list is a key in decimal.
func valueAt(values any, keys []string) any {
	for _, key := range keys {
		switch v := values.(type) {
		case map[string]any:
			values = v[key]
		case []any:
			i := itemIndex(key)
			if i < 0 || i >= len(v) {
				return nil
			}
			values = v[i]
		default:
			return nil
		}
	}
	return values
}

// importValues has charts take values from their subcharts, the innermost first.
func (n *node) importValues() error {
	for _, child := range n.children {
		if err := child.importValues(); err != nil {
			return err
		}
	}
	if !slices.ContainsFunc(n.requires, func(r *requirement) bool { return r.Enabled }) {
		return nil
	}
	all, err := n.coalesceValues(nil, true)
	if err != nil {
		return err
	}
	imported := map[string]any{}
	for _, r := range n.requires {
		if !r.Enabled {
			continue
		}
		for _, entry := range r.ImportValues {
			from, to := importOf(entry)
			if from == nil {
				continue
			}
			table, ok := valueAt(all, append([]string{r.key()}, from...)).(map[string]any)
			if !ok {
				continue
			}
			for _, key := range slices.Backward(to) {
				table = map[string]any{key: table}
			}
			coalesceTables(imported, table, true)
		}
	}
	n.values = copyMap(all)
	coalesceTables(n.values, imported, true)
	return nil
}

// importOf reads an entry of import-values: where the values are in the subchart's, and where in the chart's.
func importOf(entry any) (from, to []string) {
	switch entry := entry.(type) {
	case string:
		return append([]string{"exports"}, strings.Split(entry, ".")...), nil
	case map[string]any:
		child, _ := entry["child"].(string)
		parent, _ := entry["parent"].(string)
		from, to = strings.Split(child, "."), strings.Split(parent, ".")
		if parent == "." {
			to = nil
		}
	}
	return from, to
}

// missing returns the dependencies that are not there, of the chart and of those in it.
func (n *node) missing() []Dependency {
	var missing []Dependency
	for _, r := range n.requires {
		if r.missing {
			file := "Chart.yaml"
			if slices.ContainsFunc(n.chart.Raw, func(f *chart.File) bool { return f.Name == "requirements.yaml" }) {
				file = "requirements.yaml"
			}
			missing = append(missing, Dependency{
				Name: r.Name, Version: r.Version, Repository: r.Repository,
				Keys: append(n.keys(), r.key()), Enabled: r.Enabled,
				File: n.place + "/" + file, Path: manifest.Path{"dependencies", strconv.Itoa(r.index)},
			})
		}
	}
	for _, child := range n.children {
		missing = append(missing, child.missing()...)
	}
	return missing
}

// keys lead to the chart's values in those of the top chart.
func (n *node) keys() []string {
	if n.parent == nil {
		return nil
	}
	return append(n.parent.keys(), n.name)
}

// path is what helm calls the chart in the names of templates.
func (n *node) path() string {
	if n.parent == nil {
		return n.name
	}
	return n.parent.path() + "/charts/" + n.name
}
