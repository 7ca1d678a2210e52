package render

import (
	"fmt"
	"maps"
	"slices"
)

// The functions of this file do what those of the same name in Helm's pkg/chartutil do, null and its odd ways included:
// a test compares them. In all of them the values of dst win, and with merge a null stays where it would remove a key.

const globalKey = "global"

// coalesceValues returns the values that a chart and its subcharts are rendered with, when vals were given for them.
func (n *node) coalesceValues(vals map[string]any, merge bool) (map[string]any, error) {
	dst := copyMap(vals)
	if dst == nil {
		dst = map[string]any{}
	}
	return dst, n.coalesce(dst, merge)
}

func (n *node) coalesce(dst map[string]any, merge bool) error {
	n.coalesceDefaults(dst, merge)
	for _, child := range n.children {
		below, ok := dst[child.name].(map[string]any)
		if !ok {
			if value, set := dst[child.name]; set {
				return fmt.Errorf("%s is %s, and must be a mapping: it holds the values of the chart %s", child.name, kindOf(value), child.chart.Name())
			}
			below = map[string]any{}
			dst[child.name] = below
		}
		coalesceGlobals(below, dst)
		if err := child.coalesce(below, merge); err != nil {
			return err
		}
	}
	return nil
}

// coalesceGlobals hands the globals of a chart's values down to those of a subchart.
func coalesceGlobals(dst, src map[string]any) {
	below, ok := tableOrNew(dst, globalKey)
	if !ok {
		return
	}
	above, ok := tableOrNew(src, globalKey)
	if !ok {
		return
	}
	for key, value := range above {
		table, isTable := value.(map[string]any)
		existing, exists := below[key]
		existingTable, existingIsTable := existing.(map[string]any)
		switch {
		case isTable && exists && !existingIsTable:
		case isTable:
			table = maps.Clone(table)
			if exists {
				coalesceTables(table, existingTable, true)
			}
			below[key] = table
		case existingIsTable:
		default:
			below[key] = value
		}
	}
	dst[globalKey] = below
}

// tableOrNew returns the table of a key, a new one when there is none.
func tableOrNew(values map[string]any, key string) (map[string]any, bool) {
	value, ok := values[key]
	if !ok {
		return map[string]any{}, true
	}
	table, ok := value.(map[string]any)
	return table, ok
}

// coalesceDefaults adds what the chart's own values have.
func (n *node) coalesceDefaults(dst map[string]any, merge bool) {
	for key, value := range copyMap(n.values) {
		given, ok := dst[key]
		if !ok {
			dst[key] = value
			continue
		}
		if given == nil && !merge {
			delete(dst, key)
			continue
		}
		above, aboveIsTable := given.(map[string]any)
		below, belowIsTable := value.(map[string]any)
		if aboveIsTable && belowIsTable {
			isChild := slices.ContainsFunc(n.children, func(c *node) bool { return c.name == key })
			coalesceTables(above, below, merge || isChild)
		}
	}
}

// coalesceTables adds the values of src, which it may change, to those of dst.
func coalesceTables(dst, src map[string]any, merge bool) {
	had := map[string]bool{}
	for key, value := range src {
		had[key] = value != nil
	}
	for key, value := range dst {
		if value == nil {
			src[key] = nil
		}
	}
	for key, value := range src {
		given, ok := dst[key]
		below, belowIsTable := value.(map[string]any)
		above, aboveIsTable := given.(map[string]any)
		switch {
		case ok && !merge && given == nil && had[key]:
			delete(dst, key)
		case !ok:
			dst[key] = value
		case belowIsTable && aboveIsTable:
			coalesceTables(above, below, merge)
		}
	}
}

// copyMap copies a map and all that is in it.
func copyMap(m map[string]any) map[string]any {
	if m == nil {
		return nil
	}
	c := make(map[string]any, len(m))
	for key, value := range m {
		c[key] = copyValue(value)
	}
	return c
}

func copyValue(value any) any {
	switch value := value.(type) {
	case map[string]any:
		return copyMap(value)
	case []any:
		c := make([]any, len(value))
		for i, item := range value {
			c[i] = copyValue(item)
		}
		return c
	default:
		return value
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
